import { and, desc, eq, isNotNull, isNull, max, ne, or, sql } from 'drizzle-orm'
import type { Hex } from 'viem'
import type { Database } from '../store/database.ts'
import * as t from '../store/schema.ts'

export type Round = typeof t.integrityRounds.$inferSelect
export type Finding = Pick<typeof t.integrityFindings.$inferInsert, 'content' | 'result' | 'repaired'>

/** The round under way, or a new one. */
export async function openRound(db: Database, now: number): Promise<Round> {
  const [open] = await db.select().from(t.integrityRounds).where(isNull(t.integrityRounds.finishedAt))
  if (open) return open
  const [made] = await db.insert(t.integrityRounds).values({ startedAt: now, after: '0x' }).returning()
  return made!
}

/** What one file came to; the round is that much further. */
export async function advanceRound(
  tx: Database,
  id: number,
  file: { content: Hex; bytes: number; finding: Finding | undefined; now: number },
): Promise<void> {
  const { content, bytes, finding, now } = file
  const r = t.integrityRounds
  await tx
    .update(r)
    .set({
      after: content,
      files: sql`${r.files} + 1`,
      bytes: sql`${r.bytes} + ${bytes}`,
      repaired: sql`${r.repaired} + ${finding?.repaired ? 1 : 0}`,
      unrepaired: sql`${r.unrepaired} + ${finding && !finding.repaired ? 1 : 0}`,
    })
    .where(eq(r.id, id))
  if (finding) await tx.insert(t.integrityFindings).values({ ...finding, round: id, foundAt: now })
}

export const findingsOf = (db: Database, round: number) =>
  db.select().from(t.integrityFindings).where(eq(t.integrityFindings.round, round))

/** The newest round, and when one last ended (Unix seconds). */
export async function roundState(
  db: Database,
): Promise<(Round & { lastFinishedAt: number | undefined }) | undefined> {
  const [newest] = await db.select().from(t.integrityRounds).orderBy(desc(t.integrityRounds.id)).limit(1)
  if (!newest) return undefined
  const [last] = await db
    .select({ at: max(t.integrityRounds.finishedAt) })
    .from(t.integrityRounds)
    .where(isNotNull(t.integrityRounds.finishedAt))
  return { ...newest, lastFinishedAt: last?.at ?? undefined }
}

/** Files that the organisation keeps, for itself or for a patient (R14), after a content id, in order. Erased ones are nobody's to hold (R10). */
export async function heldAfter(
  db: Database,
  organisation: Hex,
  after: Hex,
  filesMax: number,
): Promise<Hex[]> {
  const rows = await db
    .selectDistinct({ content: t.leaves.content })
    .from(t.leaves)
    .leftJoin(t.marks, and(eq(t.marks.batch, t.leaves.batch), eq(t.marks.leafHash, t.leaves.leafHash)))
    .where(
      and(
        eq(t.leaves.keeper, organisation),
        sql`${t.leaves.content} > ${t.leaves.content.mapToDriverValue(after)}`,
        or(isNull(t.marks.status), ne(t.marks.status, 'erased')),
      ),
    )
    .orderBy(t.leaves.content)
    .limit(filesMax)
  return rows.map(({ content }) => content)
}
