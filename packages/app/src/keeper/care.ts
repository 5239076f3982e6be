import { hreError, type Purpose } from '@hre/protocol'
import {
  compartmentIdsOf,
  endDelegate,
  grantAccessFor,
  listDelegations,
  listGrants,
  nameDelegate,
  requestPages,
  revokeAccessFor,
} from '@hre/sdk'
import { topicNames, type Topic } from '../chart/topics.ts'
import type { Chart, Helped, Helper, Hex, Keeper } from './api.ts'
import { isInForce } from './grants.ts'
import type { Room } from './keeper.ts'
import { sharesOf, visitsOf } from './sharing.ts'
import { settleIfWard, wardsOf } from './wards.ts'

export { finishRevocations } from '@hre/sdk'

const daySeconds = 24 * 60 * 60
const unixNow = () => Math.floor(Date.now() / 1000)
/** As for sharing: open at once everywhere. */
const clockSeconds = 60

type Care = Pick<
  Keeper,
  | 'helpers'
  | 'nameHelper'
  | 'endHelper'
  | 'helped'
  | 'chartOfHelped'
  | 'visitsOfHelped'
  | 'sharesOfHelped'
  | 'shareForHelped'
  | 'endShareOfHelped'
  | 'prepareWard'
  | 'pendingWard'
  | 'joinWard'
>

/** Being looked after, and looking after somebody (C13). */
export function careOf(room: Room): Care {
  const { actor, acquaintances, charts, company } = room.present()
  const idOf = (topic: Topic) => actor.keyring.compartmentId(topic)

  /** Which part of a helped person's chart is which; nothing where they sealed no names to this person. */
  const partsOf = async (patient: Hex): Promise<(readonly [Topic, Hex])[]> => {
    const ids = await compartmentIdsOf(actor, patient)
    return topicNames.flatMap((topic) => (ids[topic] ? [[topic, ids[topic] as Hex] as const] : []))
  }

  async function* asFamily(patient: Hex) {
    for await (const access of requestPages(actor, { patient, purpose: 'FAMRQT' })) yield { access }
  }

  return {
    ...wardsOf(room),
    async helpers() {
      const [delegations, grants] = await Promise.all([listDelegations(actor), listGrants(actor)])
      return Promise.all(
        delegations.map(async ({ delegate, until }): Promise<Helper> => {
          const open = grants.filter((grant) => grant.reader === delegate && isInForce(grant))
          return {
            reader: await company.reader(delegate as Hex),
            topics: topicNames.filter((topic) => open.some(({ compartment }) => compartment === idOf(topic))),
            until,
            isOver: until <= unixNow(),
          }
        }),
      )
    },
    async nameHelper({ helper, topics, days }) {
      await nameDelegate(actor, {
        delegate: helper,
        compartments: topics.map(idOf),
        from: unixNow() - clockSeconds,
        until: unixNow() + days * daySeconds,
      })
      return null
    },
    async endHelper(helper) {
      await endDelegate(actor, helper)
      return null
    },
    async helped() {
      const delegations = await listDelegations(actor, 'received')
      return Promise.all(
        delegations.map(async ({ patient, until }): Promise<Helped> => ({
          patient: patient as Hex,
          name: await acquaintances.nameOf(patient as Hex),
          until,
        })),
      )
    },
    async chartOfHelped(patient): Promise<Chart> {
      // As one's family does, by a grant for that. No copy of it stays on this device.
      const chart = { ...(await charts.opened(patient, asFamily(patient))), isHelped: true }
      // As their records name them, until this person says something else.
      const isNew = chart.name !== null && (await acquaintances.nameOf(patient)) === null
      if (isNew) await acquaintances.remember(patient, chart.name!)
      return chart
    },
    visitsOfHelped: (patient) => visitsOf({ actor, company }, patient),
    async sharesOfHelped(patient) {
      const [given, received, parts] = await Promise.all([
        listGrants(actor, 'given', patient),
        listGrants(actor, 'received'),
        partsOf(patient),
      ])
      const own = received.filter(
        (grant) => grant.patient === patient && grant.reader === actor.account && isInForce(grant),
      )
      const topicOf = (id: string) => parts.find(([, part]) => part === id)?.[0]
      const others = given.filter((grant) => isInForce(grant) && grant.reader !== actor.account)
      return {
        shares: await sharesOf(company, others, topicOf),
        topics: own.flatMap(({ compartment }) => topicOf(compartment) ?? []),
        until: Math.min(...own.map(({ until }) => until)),
      }
    },
    async shareForHelped({ patient, reader, topics, until, purpose }) {
      const parts = new Map(await partsOf(patient))
      const compartments = topics.map((topic) => {
        const id = parts.get(topic)
        if (!id) throw hreError('not-found', { topic })
        return id
      })
      const from = unixNow() - clockSeconds
      await grantAccessFor(actor, patient, {
        reader,
        compartments,
        purposes: [purpose as Purpose],
        from,
        until,
      })
      return null
    },
    async endShareOfHelped({ patient, reader }) {
      const given = await listGrants(actor, 'given', patient)
      const open = given.filter((grant) => grant.reader === reader && isInForce(grant))
      await revokeAccessFor(actor, patient, {
        reader,
        compartments: open.map(({ compartment }) => compartment),
      })
      await settleIfWard(room, patient)
      return null
    },
  }
}
