import { asc, gt } from 'drizzle-orm'
import type { directoryRoutes } from '@hre/protocol'
import type { Address } from 'viem'
import { accountView } from '../../store/directory.ts'
import * as t from '../../store/schema.ts'
import type { Handlers } from '../handler.ts'
import { cursorAfter, pageOf, placeIn } from '../paging.ts'

export const directoryHandlers: Handlers<keyof typeof directoryRoutes> = {
  async getAccount({ db, follower }, { params }) {
    await follower.sync()
    return accountView(db, params.account)
  },
  async listOrganisations({ db }, { query }) {
    const place = placeIn('organisations', query.cursor, 'hex')
    const found = await db
      .select()
      .from(t.organisations)
      .where(place && gt(t.organisations.account, place[0] as Address))
      .orderBy(asc(t.organisations.account))
      .limit(query.limit + 1)
    const { rows, next } = pageOf(found, query.limit, ({ account }) => cursorAfter('organisations', account))
    return { organisations: rows, next }
  },
}
