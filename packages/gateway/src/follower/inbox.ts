import { and, countDistinct, eq, gt, isNull, lt, lte, or } from 'drizzle-orm'
import { limits } from '@hre/protocol'
import type { Address, Hex } from 'viem'
import type { Database } from '../store/database.ts'
import * as t from '../store/schema.ts'

/** Over which `limits.inboxRecordsPerDayMax` counts. */
export const inboxWindowSeconds = 24 * 60 * 60

/** Where organisations without a grant file for this patient (C17): now, or at a moment. @param at - Unix seconds. */
export async function inboxOf(db: Database, patient: Address, at?: number): Promise<Hex | undefined> {
  const then =
    at === undefined
      ? isNull(t.inboxes.ended)
      : and(lte(t.inboxes.since, at), or(isNull(t.inboxes.ended), gt(t.inboxes.ended, at)))
  const rows = await db
    .select()
    .from(t.inboxes)
    .where(and(eq(t.inboxes.patient, patient), then))
  return rows[0]?.compartment
}

/** What an organisation has filed into a compartment lately. */
export interface Filing {
  organisation: Address
  patient: Address
  compartment: Hex
}

/**
 * How many more records the organisation may file there without a grant (C17).
 *
 * @param before - what counts: batches before this one on chain, in the 24 hours up to it.
 */
export async function inboxRoom(
  db: Database,
  { organisation, patient, compartment }: Filing,
  before: { at: number; block: number; logIndex: number },
): Promise<number> {
  const [row] = await db
    .select({ filed: countDistinct(t.leaves.record) })
    .from(t.leaves)
    .innerJoin(t.batches, eq(t.batches.batch, t.leaves.batch))
    .where(
      and(
        eq(t.leaves.organisation, organisation),
        eq(t.leaves.patient, patient),
        eq(t.leaves.compartment, compartment),
        gt(t.batches.committedAt, before.at - inboxWindowSeconds),
        or(
          lt(t.batches.block, before.block),
          and(eq(t.batches.block, before.block), lt(t.batches.logIndex, before.logIndex)),
        ),
      ),
    )
  return Math.max(0, limits.inboxRecordsPerDayMax - (row?.filed ?? 0))
}
