import { desc, eq, isNotNull, isNull, max, sql } from 'drizzle-orm'
import type { Hex } from 'viem'
import type { Database } from '../store/database.ts'
import * as t from '../store/schema.ts'

export type ReplicationRound = typeof t.replicationRounds.$inferSelect

/** What looking after one file came to. */
export interface Care {
  proven: number
  offered: number
  /** Fewer whole copies than wanted. */
  isShort: boolean
  /** And no more gateways that may hold one. */
  isConfined: boolean
}

const r = t.replicationRounds

/** The round under way, or a new one. */
export async function openReplicationRound(db: Database, now: number): Promise<ReplicationRound> {
  const [open] = await db.select().from(r).where(isNull(r.finishedAt))
  if (open) return open
  const [made] = await db.insert(r).values({ startedAt: now, after: '0x' }).returning()
  return made!
}

export async function advanceReplicationRound(
  tx: Database,
  id: number,
  content: Hex,
  { proven, offered, isShort, isConfined }: Care,
): Promise<void> {
  await tx
    .update(r)
    .set({
      after: content,
      files: sql`${r.files} + 1`,
      proven: sql`${r.proven} + ${proven}`,
      offered: sql`${r.offered} + ${offered}`,
      short: sql`${r.short} + ${isShort ? 1 : 0}`,
      confined: sql`${r.confined} + ${isConfined ? 1 : 0}`,
    })
    .where(eq(r.id, id))
}

export async function finishReplicationRound(
  tx: Database,
  id: number,
  now: number,
): Promise<ReplicationRound> {
  const [ended] = await tx.update(r).set({ finishedAt: now }).where(eq(r.id, id)).returning()
  return ended!
}

/** The newest round, and when one last ended (Unix seconds). */
export async function replicationState(
  db: Database,
): Promise<(ReplicationRound & { lastFinishedAt: number | undefined }) | undefined> {
  const [newest] = await db.select().from(r).orderBy(desc(r.id)).limit(1)
  if (!newest) return undefined
  const [last] = await db
    .select({ at: max(r.finishedAt) })
    .from(r)
    .where(isNotNull(r.finishedAt))
  return { ...newest, lastFinishedAt: last?.at ?? undefined }
}
