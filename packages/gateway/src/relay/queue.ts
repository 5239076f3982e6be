import { and, asc, count, eq, inArray, min, sql, type SQL } from 'drizzle-orm'
import {
  hreError,
  operationTypedData,
  type Deployment,
  type HreError,
  type SignedOperation,
} from '@hre/protocol'
import type { Address, Hex } from 'viem'
import { digestOf } from '../access/digests.ts'
import type { Database } from '../store/database.ts'
import { systemClock } from '../clock.ts'
import { insertOfMany } from '../store/manyRows.ts'
import * as t from '../store/schema.ts'

export type QueuedOperation = typeof t.operations.$inferSelect

/** How long a line may get, in operations. Checked before a submission is added, so the last one may go beyond it. */
export interface QueueLimits {
  operationsMax: number
  /** Of one sender. */
  operationsPerSenderMax: number
}

/** About as long as a submission takes; a full line is not shorter before. */
const retryAfterSeconds = 5

export const idsOf = (deployment: Deployment, operations: readonly SignedOperation[]): Hex[] =>
  operations.map(({ operation }) => digestOf(operationTypedData(deployment, operation)))

/** Adds operations, which stand in line for the first one's account. The same operation again is the same row. */
export async function enqueue(
  db: Database,
  deployment: Deployment,
  operations: readonly SignedOperation[],
): Promise<void> {
  await enqueueAll(db, [{ operations, ids: idsOf(deployment, operations) }])
}

/** What one caller handed in at a time. */
export interface Submission {
  operations: readonly SignedOperation[]
  ids: readonly Hex[]
}

/** The same for several callers, each with a line of its own, in one statement. */
export async function enqueueAll(db: Database, submissions: readonly Submission[]): Promise<void> {
  const at = systemClock()
  const rows = submissions.flatMap(({ operations, ids }) =>
    operations.map((signed, index) => ({
      id: ids[index]!,
      account: signed.operation.account,
      sender: senderOf({ operations, ids }),
      at,
      nonce: signed.operation.nonce,
      signed,
      state: 'queued' as const,
    })),
  )
  await db.execute(sql`${insertOfMany(t.operations, rows)} on conflict (id) do nothing`)
}

/**
 * Which of these submissions there is room for, those before each of them counted.
 *
 * @returns for each nothing, or `queue-full`, or `rate-limited` when it is its sender's own line that is too long.
 */
export async function refusalsFor(
  db: Database,
  submissions: readonly Submission[],
  max: QueueLimits,
): Promise<(HreError | undefined)[]> {
  const open = inArray(t.operations.state, ['queued', 'submitted'])
  const [all] = await db.select({ rows: count() }).from(t.operations).where(open)
  let total = all!.rows
  const senders = [...new Set(submissions.map(senderOf))]
  // A line that is shorter than one sender's may be has no sender whose own is too long.
  const handedIn = submissions.reduce((sum, { operations }) => sum + operations.length, 0)
  const own =
    total + handedIn <= max.operationsPerSenderMax
      ? []
      : await db
          .select({ sender: t.operations.sender, rows: count() })
          .from(t.operations)
          .where(and(open, inArray(t.operations.sender, senders)))
          .groupBy(t.operations.sender)
  const lines = new Map(own.map(({ sender, rows }) => [sender, rows]))
  return submissions.map((submission) => {
    const sender = senderOf(submission)
    const line = lines.get(sender) ?? 0
    if (total >= max.operationsMax) return hreError('queue-full', { retryAfterSeconds })
    if (line >= max.operationsPerSenderMax) return hreError('rate-limited', { retryAfterSeconds })
    total += submission.operations.length
    lines.set(sender, line + submission.operations.length)
    return undefined
  })
}

const senderOf = ({ operations }: Submission): Address => operations[0]!.operation.account

/** What decides how much room an operation takes in a transaction. */
export interface Room {
  gasLimit: number
  signatureBytes: number
  /** Of its call, signer and signature. */
  bytes: number
}

export interface QueuedRoom extends Room {
  sequence: number
}

/**
 * Whose turn it is: each sender's first, then each one's second and so on, so that nobody waits for somebody else's thousands.
 * In the order in which they came, which is the order that one sender's have to keep.
 */
export async function nextInLine(db: Database, operationsMax: number): Promise<QueuedRoom[]> {
  const { sequence, sender, signed, state } = t.operations
  const line = db
    .select({
      sequence,
      turn: sql<number>`row_number() over (partition by ${sender} order by ${sequence})`.as('turn'),
    })
    .from(t.operations)
    .where(eq(state, 'queued'))
    .as('line')
  return db
    .select({
      sequence,
      gasLimit: sql<number>`(${signed}->'operation'->>'gasLimit')::int`,
      signatureBytes: sql<number>`length(${signed}->>'signature') / 2 - 1`,
      bytes: sql<number>`(length(${signed}->'operation'->>'data') + length(${signed}->>'signer')
        + length(${signed}->>'signature')) / 2 - 3`,
    })
    .from(t.operations)
    .innerJoin(line, eq(line.sequence, sequence))
    .orderBy(asc(line.turn), asc(line.sequence))
    .limit(operationsMax)
}

/** Those operations as they came: one sender's keep their order. */
export function operationsOf(db: Database, sequences: readonly number[]): Promise<QueuedOperation[]> {
  return db.select().from(t.operations).where(isOneOf(sequences)).orderBy(asc(t.operations.sequence))
}

/** One parameter, however many they are. */
export const isOneOf = (sequences: readonly number[]): SQL =>
  sql`${t.operations.sequence} = any(${`{${sequences.join()}}`}::bigint[])`

/** How many wait for an outcome, and since when the oldest does (Unix seconds). */
export async function queueState(
  db: Database,
): Promise<{ operations: number; oldestAt: number | undefined }> {
  const [row] = await db
    .select({ operations: count(), oldestAt: min(t.operations.at) })
    .from(t.operations)
    .where(inArray(t.operations.state, ['queued', 'submitted']))
  return { operations: row!.operations, oldestAt: row!.oldestAt ?? undefined }
}
