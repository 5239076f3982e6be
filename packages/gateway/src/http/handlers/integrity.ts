import { desc } from 'drizzle-orm'
import { hreError, nameOf, roles, type integrityRoutes } from '@hre/protocol'
import type { Address } from 'viem'
import type { Gateway } from '../../gateway.ts'
import { accountView } from '../../store/directory.ts'
import * as t from '../../store/schema.ts'
import type { Handlers } from '../handler.ts'

const roundsShown = 20
const findingsShown = 200
const readers = new Set<string | undefined>(['administrator', 'auditor'])

export const integrityHandlers: Handlers<keyof typeof integrityRoutes> = {
  async getIntegrity(gateway, { account }) {
    await assertMayReadUpkeep(gateway, account)
    const { db } = gateway
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
}

/** The organisation, its administrators and its auditors. @throws HreError `forbidden`. */
export async function assertMayReadUpkeep({ db, keys }: Gateway, account: Address): Promise<void> {
  const own = keys.identity.account
  const view = await accountView(db, account)
  if (account !== own && !(view.organisation === own && readers.has(nameOf(roles, view.role))))
    throw hreError('forbidden')
}
