import { and, eq, inArray, isNull, ne, or } from 'drizzle-orm'
import {
  hashOperation,
  hreError,
  roles,
  signBatchCall,
  type Manifest,
  type OrderStanding,
  type SignedOperation,
} from '@hre/protocol'
import { signCall } from '@hre/vault'
import type { Address, Hex } from 'viem'
import type { Gateway } from '../gateway.ts'
import type { Database } from '../store/database.ts'
import { accountView } from '../store/directory.ts'
import * as t from '../store/schema.ts'

/** What of an order a batch of results answers. */
export interface AnswerTo {
  batch: Hex
  records: readonly Hex[]
}

interface Answer {
  batch: Hex
  record: Hex
  account: Address
  operation: Hex
  at: number
}

/** Whether the account answers what is ordered from this gateway's organisation (R19). */
export async function isTechnician(
  { db, keys }: Pick<Gateway, 'db' | 'keys'>,
  account: Address,
): Promise<boolean> {
  const { organisation, role } = await accountView(db, account)
  return organisation === keys.identity.account && role === roles['lab technician']
}

/** Answers to these orders. One whose results the chain refused is none. */
export async function answersTo(db: Database, batches: readonly Hex[]): Promise<Answer[]> {
  const { batch, record, account, operation, at } = t.answers
  return db
    .select({ batch, record, account, operation, at })
    .from(t.answers)
    .leftJoin(t.operations, eq(t.operations.id, operation))
    .where(
      and(inArray(batch, [...batches]), or(isNull(t.operations.state), ne(t.operations.state, 'failed'))),
    )
    .orderBy(at)
}

/** How an order to this organisation stands. @throws HreError `not-found` for what is none. */
export async function orderStanding(
  { db, keys }: Pick<Gateway, 'db' | 'keys'>,
  batch: Hex,
): Promise<OrderStanding & { patients: Address[]; records: Hex[] }> {
  const [row] = await db
    .select({ withdrawn: t.batches.withdrawn, signedAt: t.batches.signedAt })
    .from(t.batches)
    .innerJoin(t.parties, eq(t.parties.batch, t.batches.batch))
    .where(and(eq(t.batches.batch, batch), isToOrganisation(keys.identity.account)))
  if (!row) throw hreError('not-found')
  const leaves = await db
    .select({ patient: t.leaves.patient, record: t.leaves.record })
    .from(t.leaves)
    .where(eq(t.leaves.batch, batch))
  const answers = (await answersTo(db, [batch])).map(({ record, account, at }) => ({ record, account, at }))
  const isDone = row.signedAt !== null || isAnswered(leaves, answers)
  return {
    state: row.withdrawn ? 'withdrawn' : isDone ? 'answered' : 'awaited',
    answers,
    patients: leaves.map(({ patient }) => patient),
    records: leaves.map(({ record }) => record),
  }
}

/** A party of a batch that is this organisation, where a person and no other system wants its word (R19). */
export const isToOrganisation = (organisation: Address) =>
  and(eq(t.parties.account, organisation), ne(t.batches.author, t.batches.organisation))

/** Whether nothing is left of an order. One whose manifest is not here yet holds nothing so far. */
export const isAnswered = (
  records: readonly { record: string }[],
  answers: readonly { record: string }[],
): boolean =>
  records.length > 0 && records.every(({ record }) => answers.some((answer) => answer.record === record))

/**
 * Checks that a batch may answer an order (R19). That it was not withdrawn is asked of the chain.
 *
 * @throws HreError `not-found` to whoever is no technician here, `conflict` with who was first in `by`, `bad-request`.
 */
export async function assertAnswers(
  gateway: Gateway,
  account: Address,
  { batch, records }: AnswerTo,
  manifest: Manifest,
): Promise<void> {
  if (!(await isTechnician(gateway, account))) throw hreError('not-found')
  const order = await orderStanding(gateway, batch)
  const isOf = (patient: Address) => order.patients.includes(patient)
  if (
    !records.every((record) => order.records.includes(record)) ||
    !manifest.leaves.every(({ patient }) => isOf(patient))
  )
    throw hreError('bad-request', { field: 'answers' })
  const first = order.answers.find(({ record }) => records.includes(record))
  if (first || order.state === 'answered')
    throw hreError('conflict', { by: (first ?? order.answers.at(-1))?.account ?? null })
}

/**
 * Keeps that a batch answers an order, and hands over what commits it: both, or neither. With the last test that is answered the
 * organisation signs the order.
 *
 * @throws HreError `conflict` with who was first in `by`, `records-withdrawn`: nothing was handed over.
 */
export async function acceptAnswer(
  gateway: Gateway,
  { batch, records: named }: AnswerTo,
  handed: { operation: SignedOperation; manifest: typeof t.manifests.$inferInsert },
): Promise<{ id: Hex }> {
  const { clock, db, deployment, keys, relay } = gateway
  const { operation, manifest } = handed
  const records = [...new Set(named)]
  const id = hashOperation(deployment, operation.operation)
  const signature = await signCall(keys.identity, deployment, signBatchCall(deployment, batch))
  await relay.assertAcceptable([operation, signature])
  const { account } = operation.operation
  const rows = records.map((record) => ({ batch, record, account, operation: id, at: clock() }))
  await db.transaction(async (tx) => {
    // Two who answer different tests of it at once: the later one sees that it is the last.
    const order = await tx.select().from(t.batches).where(eq(t.batches.batch, batch)).for('update')
    const before = await answersTo(tx, [batch])
    const first = before.find(({ record }) => records.includes(record))
    if (first) throw hreError('conflict', { by: first.account })
    await tx.delete(t.answers).where(and(eq(t.answers.batch, batch), inArray(t.answers.record, records)))
    await tx.insert(t.answers).values(rows)
    await tx.insert(t.manifests).values(manifest).onConflictDoNothing()
    const isLast = before.length + rows.length === order[0]!.count
    await relay.enqueue(tx, isLast ? [operation, signature] : [operation])
  })
  relay.wake()
  return { id }
}
