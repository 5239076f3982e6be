import { count, desc, eq, isNull, notInArray } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import { hreError, permittingDecisions, type statusRoutes } from '@hre/protocol'
import type { SQL } from 'drizzle-orm'
import type { Database } from '../../store/database.ts'
import * as t from '../../store/schema.ts'
import type { Handlers } from '../handler.ts'

const activityRowsMax = 50

export const statusHandlers: Handlers<keyof typeof statusRoutes> = {
  async getHealth() {
    return { status: 'ok' }
  },
  async getReady({ follower, db }) {
    await follower.sync()
    await countOf(db, t.cursor)
    return { status: 'ready' }
  },
  async getStatus({ config, chain, db, follower }) {
    const head = await chain.getBlockNumber().then(Number, () => null)
    const activity = await db.select().from(t.activity).orderBy(desc(t.activity.id)).limit(activityRowsMax)
    return {
      name: config.name,
      chainBlock: head,
      followedBlock: follower.cursor.block,
      organisations: await countOf(db, t.organisations),
      patients: await countOf(db, t.attestations),
      members: await countOf(db, t.members),
      records: await countOf(db, t.leaves),
      grantsActive: await countOf(db, t.grants, isNull(t.grants.ended)),
      receipts: await countOf(db, t.receipts),
      refusals: await countOf(db, t.receipts, notInArray(t.receipts.decision, [...permittingDecisions])),
      anchors: await countOf(db, t.anchors),
      queued: await countOf(db, t.operations, eq(t.operations.state, 'queued')),
      activity: activity.map(({ at, block, what, transaction }) => ({ at, block, what, transaction })),
    }
  },
}

async function countOf(db: Database, table: PgTable, where?: SQL): Promise<number> {
  const [row] = await db.select({ rows: count() }).from(table).where(where)
  if (!row) throw hreError('internal')
  return row.rows
}
