import { and, asc, count, eq, getTableColumns, inArray, min, sql } from 'drizzle-orm'
import {
  hreError,
  limits,
  operationTypedData,
  type Deployment,
  type HreError,
  type SignedOperation,
} from '@hre/protocol'
import type { Address, Hex } from 'viem'
import { digestOf } from '../access/digests.ts'
import type { Database } from '../store/database.ts'
import { systemClock } from '../clock.ts'
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
  await db.insert(t.operations).values(rows).onConflictDoNothing({ target: t.operations.id })
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

/**
 * Whose turn it is: each sender's first, then each one's second and so on, so that nobody waits for somebody else's thousands.
 * In the order in which they came, which is the order that one sender's have to keep.
 */
export async function nextInLine(db: Database): Promise<QueuedOperation[]> {
  const line = db
    .select({
      sequence: t.operations.sequence,
      turn: sql<number>`row_number() over (partition by ${t.operations.sender} order by ${t.operations.sequence})`.as(
        'turn',
      ),
    })
    .from(t.operations)
    .where(eq(t.operations.state, 'queued'))
    .as('line')
  return db
    .select(getTableColumns(t.operations))
    .from(t.operations)
    .innerJoin(line, eq(line.sequence, t.operations.sequence))
    .orderBy(asc(line.turn), asc(line.sequence))
    .limit(limits.operationsPerSubmissionMax)
}

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
