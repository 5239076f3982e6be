import { and, asc, eq, inArray, isNull, or } from 'drizzle-orm'
import type { signatureRoutes } from '@hre/protocol'
import { hreError, limits } from '@hre/protocol'
import type { Address } from 'viem'
import { answersTo, isAnswered, isTechnician, isToOrganisation, orderStanding } from '../../access/orders.ts'
import type { Database } from '../../store/database.ts'
import * as t from '../../store/schema.ts'
import type { Handlers } from '../handler.ts'

/** The oldest of these are listed. */
const batchesMax = 100

export const signatureHandlers: Handlers<keyof typeof signatureRoutes> = {
  async listAwaitedSignatures(gateway, { account, query }) {
    const { db, follower, keys } = gateway
    await follower.sync()
    // What is ordered from the laboratory is there for each of its technicians.
    const laboratory =
      query.side === 'party' && (await isTechnician(gateway, account)) ? keys.identity.account : undefined
    const found = await db
      .select()
      .from(t.batches)
      .where(
        and(
          isNull(t.batches.signedAt),
          eq(t.batches.withdrawn, false),
          query.side === 'author'
            ? and(eq(t.batches.author, account), inArray(t.batches.batch, awaited(db)))
            : or(
                inArray(t.batches.batch, awaited(db, account)),
                laboratory && inArray(t.batches.batch, ordersTo(db, laboratory)),
              ),
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
    const answers = laboratory ? await answersTo(db, ids) : []
    // Those that are answered wait for a block alone.
    const open = found.filter(({ batch }) => !isAnswered(of(leaves, batch), of(answers, batch)))
    return {
      batches: open.map(({ batch, organisation, author, committedAt }) => ({
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

  async getOrder(gateway, { account, params }) {
    await gateway.follower.sync()
    if (!(await isTechnician(gateway, account))) throw hreError('not-found')
    const { state, answers } = await orderStanding(gateway, params.batch)
    return { state, answers }
  },
}

/** Orders that an organisation has not signed. */
const ordersTo = (db: Database, organisation: Address) =>
  db
    .select({ batch: t.parties.batch })
    .from(t.parties)
    .innerJoin(t.batches, eq(t.batches.batch, t.parties.batch))
    .where(and(isNull(t.parties.signedAt), isToOrganisation(organisation)))

/** Batches that wait for somebody, or for this party. */
const awaited = (db: Database, party?: Address) =>
  db
    .select({ batch: t.parties.batch })
    .from(t.parties)
    .where(and(isNull(t.parties.signedAt), party === undefined ? undefined : eq(t.parties.account, party)))
