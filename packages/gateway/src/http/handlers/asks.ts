import { and, desc, eq, gt, or } from 'drizzle-orm'
import { hreError, readingRoles, roles, type askRoutes } from '@hre/protocol'
import { accountView } from '../../store/directory.ts'
import * as t from '../../store/schema.ts'
import type { Handlers } from '../handler.ts'

const daySeconds = 24 * 60 * 60
const askRowsMax = 500

export const askHandlers: Handlers<keyof typeof askRoutes> = {
  async askForAccess({ clock, db, follower, keys, outbox }, { account, body }) {
    await follower.sync()
    const { organisation, role } = await accountView(db, account)
    const reads = readingRoles.some((name) => roles[name] === role)
    if (organisation !== keys.identity.account || !reads) throw hreError('forbidden')
    if (!(await accountView(db, body.patient)).patient) throw hreError('not-found')
    const { patient, ...wish } = body
    const values = { ...wish, at: clock() }
    await db.transaction(async (tx) => {
      await tx
        .insert(t.asks)
        .values({ reader: account, patient, ...values })
        .onConflictDoUpdate({ target: [t.asks.reader, t.asks.patient], set: values })
      const { purpose } = wish
      const about = { patient, reader: account, organisation, purpose }
      await outbox.tell(tx, [{ account: patient, kind: 'access-asked', about, at: values.at }])
    })
    outbox.wake()
    return {}
  },

  async listAsks({ clock, db }, { account }) {
    const asks = await db
      .select()
      .from(t.asks)
      .where(
        and(
          or(eq(t.asks.patient, account), eq(t.asks.reader, account)),
          gt(t.asks.at, clock() - 30 * daySeconds),
        ),
      )
      .orderBy(desc(t.asks.at))
      .limit(askRowsMax)
    return { asks }
  },
}
