import {
  nameOf,
  nameOfDecision,
  permittingDecisions,
  purposes,
  purposesOfBits,
  type GrantView,
  type Purpose,
} from '@hre/protocol'
import {
  endDelegate,
  grantAccess,
  listDelegations,
  listGrants,
  readAccessLog,
  revokeAccess,
  type Actor,
} from '@hre/sdk'
import { topicNames, type Topic } from '../chart/topics.ts'
import type { Ask, Hex, Keeper, PatientRow, Share, Visit, VisitLog } from './api.ts'
import type { Company } from './company.ts'
import { isForFamily, isInForce } from './grants.ts'
import type { Present } from './keeper.ts'

const daySeconds = 24 * 60 * 60
const unixNow = () => Math.floor(Date.now() / 1000)
/** Devices' clocks differ; a grant that begins a minute ago is open at once everywhere. */
const clockSeconds = 60

type Sharing = Pick<Keeper, 'share' | 'shares' | 'visits' | 'asks' | 'ask' | 'patients'> & {
  end: Keeper['endShare']
}

/** Giving, ending and seeing access; who looked; who asks. */
export function sharingOf({ actor, company }: Present): Sharing {
  const own = actor.account as Hex
  const idOf = (topic: Topic) => actor.keyring.compartmentId(topic)
  const topicOf = (id: string) => topicNames.find((topic) => idOf(topic) === id)

  const inForce = async (side: 'given' | 'received'): Promise<GrantView[]> =>
    (await listGrants(actor, side)).filter((grant) => isInForce(grant))

  return {
    async share({ reader, topics, days, purpose, history }) {
      await grantAccess(actor, {
        reader,
        compartments: topics.map(idOf),
        purposes: [purpose as Purpose],
        from: unixNow() - clockSeconds,
        until: unixNow() + days * daySeconds,
        history,
      })
      return null
    },
    async shares() {
      return sharesOf(company, await inForce('given'), topicOf)
    },
    async end(reader) {
      // Whoever sees nothing any more decides nothing any more either.
      if ((await listDelegations(actor)).some(({ delegate }) => delegate === reader)) {
        await endDelegate(actor, reader)
        return null
      }
      const compartments = (await inForce('given')).filter((grant) => grant.reader === reader)
      await revokeAccess(actor, { reader, compartments: compartments.map(({ compartment }) => compartment) })
      return null
    },
    visits: () => visitsOf({ actor, company }, own),
    async asks() {
      const sessions = await company.sessions()
      const answers = await Promise.all(
        sessions.map(({ session }) => session.call('listAsks', {}).catch(() => ({ asks: [] }))),
      )
      const asks = answers.flatMap((answer) => answer.asks)
      const open = await inForce(asks.some(({ patient }) => patient === own) ? 'given' : 'received')
      const isAnswered = ({ reader, patient, at }: { reader: string; patient: string; at: number }) =>
        open.some(
          (grant) =>
            grant.reader === reader && grant.patient === patient && grant.from >= at - clockSeconds * 2,
        )
      return Promise.all(
        asks
          .filter((ask) => !isAnswered(ask))
          .map(async ({ reader, patient, topics, purpose, days, at }): Promise<Ask> => ({
            reader: await company.reader(reader as Hex),
            patient: patient as Hex,
            topics: topics.filter((name): name is Topic => (topicNames as readonly string[]).includes(name)),
            purpose: nameOf(purposes, purpose),
            days,
            at,
          })),
      )
    },
    async ask({ patient, topics, purpose, days }) {
      await actor.session.call('askForAccess', {
        body: { patient, topics, days, purpose: purposes[purpose as Purpose] },
      })
      return null
    },
    async patients() {
      const toTreat = (await inForce('received')).filter((grant) => !isForFamily(grant))
      const open = Map.groupBy(toTreat, ({ patient }) => patient as Hex)
      const rows = [...open].map(([patient, grants]): PatientRow => ({
        patient,
        topics: grants.length,
        from: Math.max(...grants.map(({ from }) => from)),
        until: Math.max(...grants.map(({ until }) => until)),
        isAwaited: false,
      }))
      const { asks } = await actor.session.call('listAsks', {})
      const awaited = asks.filter((ask) => ask.reader === own && !open.has(ask.patient as Hex))
      return [
        ...rows,
        ...awaited.map(({ patient, topics, at }): PatientRow => ({
          patient: patient as Hex,
          topics: topics.length,
          from: at,
          until: 0,
          isAwaited: true,
        })),
      ]
    },
  }
}

/** Who looked at a chart, the newest first: one's own, or that of somebody who is looked after. */
export async function visitsOf(
  { actor, company }: { actor: Actor; company: Company },
  patient: Hex,
): Promise<VisitLog> {
  const { accesses, unreachable } = await readAccessLog(actor, patient)
  const visits = accesses.map(async ({ receipt, records }): Promise<Visit> => {
    const purpose = nameOf(purposes, receipt.purpose)
    const isPermitted = permittingDecisions.includes(receipt.decision)
    return {
      at: receipt.at,
      reader: await company.reader(receipt.reader as Hex),
      organisation: await company.organisation(receipt.organisation),
      purpose,
      records: records.length,
      decision: isPermitted ? 'Permitted' : nameOfDecision(receipt.decision),
      isOwn: receipt.reader === actor.account,
      isEmergency: purpose === 'ETREAT',
      isOfList: isPermitted && records.length === 0,
    }
  })
  const away = await company.organisations()
  return {
    visits: (await Promise.all(visits)).reverse(),
    unreachable: away.filter(({ account }) => unreachable.includes(account)),
  }
}

/** Grants by whom they were given to. */
export async function sharesOf(
  company: Company,
  grants: readonly GrantView[],
  topicOf: (compartment: string) => Topic | undefined,
): Promise<Share[]> {
  const byReader = Map.groupBy(grants, ({ reader }) => reader as Hex)
  return Promise.all(
    [...byReader].map(async ([reader, own]): Promise<Share> => {
      const delegate = own.find((grant) => grant.delegate !== null)?.delegate
      return {
        reader: await company.reader(reader),
        topics: own.flatMap(({ compartment }) => topicOf(compartment) ?? []),
        purposes: [...new Set(own.flatMap((grant) => purposesOfBits(grant.purposes)))],
        from: Math.min(...own.map(({ from }) => from)),
        until: Math.max(...own.map(({ until }) => until)),
        by: delegate ? await company.reader(delegate as Hex) : null,
      }
    }),
  )
}
