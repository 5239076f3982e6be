import { and, asc, eq, inArray, isNull } from 'drizzle-orm'
import type { signatureRoutes } from '@hre/protocol'
import { limits } from '@hre/protocol'
import type { Address } from 'viem'
import type { Database } from '../../store/database.ts'
import * as t from '../../store/schema.ts'
import type { Handlers } from '../handler.ts'

/** The oldest of these are listed. */
const batchesMax = 100

export const signatureHandlers: Handlers<keyof typeof signatureRoutes> = {
  async listAwaitedSignatures({ db, follower }, { account, query }) {
    await follower.sync()
    const found = await db
      .select()
      .from(t.batches)
      .where(
        and(
          isNull(t.batches.signedAt),
          eq(t.batches.withdrawn, false),
          query.side === 'author'
            ? and(eq(t.batches.author, account), inArray(t.batches.batch, awaited(db)))
            : inArray(t.batches.batch, awaited(db, account)),
        ),
      )
      .orderBy(asc(t.batches.block), asc(t.batches.logIndex))
      .limit(batchesMax)
    const ids = found.map(({ batch }) => batch)
    const parties = await db.select().from(t.parties).where(inArray(t.parties.batch, ids))
    const leaves = await db
      .select({ batch: t.leaves.batch, patient: t.leaves.patient, record: t.leaves.record })
      .from(t.leaves)
      .where(inArray(t.leaves.batch, ids))
      .orderBy(asc(t.leaves.position))
    const of = <Row extends { batch: string }>(rows: readonly Row[], id: string) =>
      rows.filter(({ batch }) => batch === id)
    return {
      batches: found.map(({ batch, organisation, author, committedAt }) => ({
        batch,
        organisation,
        author,
        committedAt,
        parties: of(parties, batch).map(({ account: party, signedAt }) => ({ account: party, signedAt })),
        records: of(leaves, batch)
          .slice(0, limits.recordsPerAccessMax)
          .map(({ patient, record }) => ({ patient, record })),
      })),
    }
  },
}

/** Batches that wait for somebody, or for this party. */
const awaited = (db: Database, party?: Address) =>
  db
    .select({ batch: t.parties.batch })
    .from(t.parties)
    .where(and(isNull(t.parties.signedAt), party === undefined ? undefined : eq(t.parties.account, party)))
