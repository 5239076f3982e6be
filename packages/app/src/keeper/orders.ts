import { laboratoryOrderOf } from '@hre/fhir'
import { declaringRoles, hreError, nameOf, roles } from '@hre/protocol'
import {
  accountOf,
  fileRecords,
  listAwaitedSignatures,
  listNotifications,
  recordsOfChart,
  withdrawBatch,
} from '@hre/sdk'
import type { Hex, Reader } from './api.ts'
import { changeKept } from './change.ts'
import type { DoctorDesk, OrderRow, OrderWish } from './desk-api.ts'
import type { Present } from './keeper.ts'
import { SealedShelf } from './sealed.ts'

const ordersName = 'orders'

/** What this device knows of one's own orders, by batch. */
type KnownOrders = Record<Hex, Omit<OrderRow, 'batch'>>

type Orders = Pick<DoctorDesk, 'laboratories' | 'order' | 'withdrawOrder' | 'answersSeen'> & {
  /** What is awaited, and what was answered and not looked at since. */
  ordered(): Promise<OrderRow[]>
}

/**
 * Orders of laboratory tests (R18): a batch of two parties, of which the laboratory's organisation signs when it was answered. So what is
 * awaited is what the register says, and a withdrawn order cannot be taken on.
 */
export function ordersOf({ actor, charts, company }: Present): Orders {
  const shelf = new SealedShelf(actor)
  const own = actor.account as Hex

  async function awaited(): Promise<KnownOrders> {
    const rows = await listAwaitedSignatures(actor, 'author')
    return Object.fromEntries(
      rows.flatMap(({ batch, committedAt, parties, records: [first] }) =>
        // What waits for the patient's own signature is no order.
        first && parties.every(({ account }) => account !== first.patient)
          ? [[batch, { patient: first.patient, at: committedAt, isAnswered: false }]]
          : [],
      ),
    ) as KnownOrders
  }

  /** Those of these batches that both have signed, by what this person was told. */
  async function signedAmong(batches: readonly string[]): Promise<readonly string[]> {
    if (batches.length === 0) return []
    const told = await listNotifications(actor)
    return told.flatMap(({ kind, about: { batch } }) =>
      kind === 'record-signed' && batch && batches.includes(batch) ? [batch] : [],
    )
  }

  return {
    async ordered() {
      // What is ordered or read meanwhile comes before or after, not in between: it would be forgotten, or new again.
      const now = await changeKept<KnownOrders>(shelf, ordersName, async (before = {}) => {
        const open = await awaited()
        const gone = Object.entries(before).filter(([batch]) => !(batch in open))
        const signed = await signedAmong(
          gone.flatMap(([batch, { isAnswered }]) => (isAnswered ? [] : [batch])),
        )
        const answered = gone.filter(([batch, { isAnswered }]) => isAnswered || signed.includes(batch))
        return {
          ...open,
          ...Object.fromEntries(answered.map(([batch, order]) => [batch, { ...order, isAnswered: true }])),
        } as KnownOrders
      })
      return Object.entries(now).map(([batch, order]) => ({ batch: batch as Hex, ...order }))
    },
    async laboratories() {
      const readers = await company.readers()
      const technician = nameOf(roles, roles['lab technician'])
      const isLaboratory = ({ account, role }: Reader) =>
        role === null &&
        readers.some((one) => one.role === technician && one.organisation?.account === account)
      const isAway = ({ organisation }: Reader) => (organisation?.isHere ? 0 : 1)
      return readers.filter(isLaboratory).sort((a, b) => isAway(a) - isAway(b))
    },
    async order(wish) {
      const { role } = await accountOf(actor, own)
      // Whoever else files records may, by the register; this desk is of those who treat.
      if (!declaringRoles.some((name) => roles[name] === role)) throw hreError('forbidden')
      const { name } = await company.reader(own)
      const { batch } = await fileRecords(actor, {
        patient: wish.patient,
        records: recordsOfChart(requestsOf(wish, name)),
        parties: [own, wish.laboratory],
      })
      const at = Math.floor(Date.now() / 1000)
      await changeKept<KnownOrders>(shelf, ordersName, (known) => ({
        ...known,
        [batch]: { patient: wish.patient, at, isAnswered: false },
      }))
      return null
    },
    async withdrawOrder(record) {
      const proven = charts.provenOf(record)
      if (proven?.leaf.author !== own) throw hreError('not-found')
      await withdrawBatch(actor, proven)
      return null
    },
    async answersSeen(patient) {
      await changeKept<KnownOrders>(shelf, ordersName, (known = {}) =>
        Object.fromEntries(
          Object.entries(known).filter(([, order]) => order.patient !== patient || !order.isAnswered),
        ),
      )
      return null
    },
  }
}

const requestsOf = ({ tests, priority, reason }: OrderWish, requester: string | null) => {
  const authoredOn = new Date().toISOString()
  return tests.map((test) => laboratoryOrderOf({ test, priority, reason, authoredOn, requester }))
}
