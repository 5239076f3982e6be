import {
  accountOf,
  approveAsGuardian,
  askEveryGateway,
  councilOf,
  fetchKeystore,
  nameGuardians,
  vetoRecovery,
} from '@hre/sdk'
import { hreError } from '@hre/protocol'
import type { Hex, Keeper } from './api.ts'
import type { Room } from './keeper.ts'
import { keptHere } from './ways.ts'

type Guardianship = Pick<
  Keeper,
  'council' | 'nameGuardians' | 'vetoRecovery' | 'wards' | 'helpRecover' | 'befriend'
>

/** Guardians of one's own account, and being somebody else's (K7, K8). */
export function guardianshipOf(room: Room): Guardianship {
  const { actor, company, acquaintances } = room.present()
  const readers = (accounts: readonly string[]) =>
    Promise.all(accounts.map((account) => company.reader(account as Hex)))

  return {
    async council() {
      const [{ guardians, threshold }, { document }] = await Promise.all([
        councilOf(actor),
        fetchKeystore(actor),
      ])
      return {
        guardians: await readers(guardians),
        threshold,
        // After a recovery the shares that they hold open nothing any more.
        isVoid: guardians.length > 0 && !document.ways.some(({ kind }) => kind === 'guardians'),
      }
    },
    async nameGuardians({ guardians, threshold }) {
      await room.withSeed((rootSeed) => nameGuardians(actor, { rootSeed, guardians, threshold }))
      await keptHere((await fetchKeystore(actor)).document)
      return null
    },
    async vetoRecovery() {
      await vetoRecovery(actor)
      return null
    },
    async wards() {
      const { answers } = await askEveryGateway(actor, (session) => session.call('listGuardianShares', {}))
      const accounts = answers.flatMap(({ answer }) => answer.shares.map(({ context }) => context.account))
      return readers([...new Set(accounts)])
    },
    async helpRecover(words) {
      const { account } = await approveAsGuardian(actor, words)
      return company.reader(account as Hex)
    },
    async befriend({ account, name }) {
      if (account === actor.account) throw hreError('conflict')
      const { recipient } = await accountOf(actor, account)
      if (!recipient) throw hreError('not-found')
      await acquaintances.remember(account, name)
      return company.reader(account)
    },
  }
}
