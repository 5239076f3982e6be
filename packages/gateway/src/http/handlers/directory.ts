import type { directoryRoutes } from '@hre/protocol'
import { accountView } from '../../store/directory.ts'
import * as t from '../../store/schema.ts'
import type { Handlers } from '../handler.ts'

export const directoryHandlers: Handlers<keyof typeof directoryRoutes> = {
  async getAccount({ db, follower }, { params }) {
    await follower.sync()
    return accountView(db, params.account)
  },
  async listOrganisations({ db }) {
    return { organisations: await db.select().from(t.organisations) }
  },
}
