import { desc, eq } from 'drizzle-orm'
import { hreError, nameOf, roles, type integrityRoutes } from '@hre/protocol'
import { accountView } from '../../store/directory.ts'
import * as t from '../../store/schema.ts'
import type { Handlers } from '../handler.ts'

const roundsShown = 20
const findingsShown = 200
const readers = new Set<string | undefined>(['administrator', 'auditor'])

export const integrityHandlers: Handlers<keyof typeof integrityRoutes> = {
  async getIntegrity({ db, keys }, { account }) {
    const own = keys.identity.account
    const view = await accountView(db, account)
    if (account !== own && !(view.organisation === own && readers.has(nameOf(roles, view.role))))
      throw hreError('forbidden')
    const rounds = await db
      .select()
      .from(t.integrityRounds)
      .orderBy(desc(t.integrityRounds.id))
      .limit(roundsShown)
    const findings = await db
      .select()
      .from(t.integrityFindings)
      .orderBy(desc(t.integrityFindings.id))
      .limit(findingsShown)
    return {
      rounds: rounds.map(({ after: _, ...round }) => round),
      findings: findings.map(({ content, result, foundAt, repaired }) => ({
        content,
        result,
        foundAt,
        repaired,
      })),
    }
  },

  async getPeerBlob({ db, blobs }, { account, params, from }) {
    const [leaf] = await db.select().from(t.leaves).where(eq(t.leaves.content, params.contentId))
    // Its own, and nobody else's: what is not the caller's is as if it were not here.
    const found = leaf?.organisation === account ? await blobs.get(params.contentId, from) : undefined
    if (!found) throw hreError('not-found')
    return found
  },
}
