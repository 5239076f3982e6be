import { accountOf, fetchKeystore, finishRecovery, recoveryState, startRecovery } from '@hre/sdk'
import { hreError } from '@hre/protocol'
import { createUnlockDocument, recoveryWordsOf, unlock, verifiersOfWays } from '@hre/vault'
import type { Hex, Keeper } from './api.ts'
import type { Room } from './keeper.ts'
import { deviceShelf } from './shelf.ts'

/** Getting an account back with its guardians, on a device that has nothing (K8). */
export function recoveryOf(room: Room): Pick<Keeper, 'startRecovery' | 'recovery' | 'finishRecovery'> {
  const { gatewayUrl } = room

  async function kept() {
    const recovery = await deviceShelf.readRecovery()
    if (!recovery) throw hreError('not-found')
    return recovery
  }

  return {
    async startRecovery({ account, first, phrase }) {
      if ((await deviceShelf.read()) || (await deviceShelf.readRecovery())) throw hreError('conflict')
      const { request, rootSeed } = await startRecovery(gatewayUrl, account)
      const secrets = [first, { kind: 'phrase', phrase } as const]
      const document = await createUnlockDocument(rootSeed, secrets)
      rootSeed.fill(0)
      const verifiers = await verifiersOfWays(account, document.ways, secrets)
      await deviceShelf.writeRecovery({ request, unlock: document, verifiers })
      return room.status()
    },
    async recovery() {
      const { request } = await kept()
      const { recovery, approvals } = await recoveryState(gatewayUrl, request)
      return {
        account: request.account as Hex,
        words: recoveryWordsOf(request),
        // The chain's word: a guardian's answer counts once both are there.
        approvals: Math.min(approvals.length, recovery?.approvals.length ?? 0),
        threshold: recovery?.threshold ?? null,
        readyAt: recovery?.readyAt ?? null,
        state: recovery?.state ?? 'under way',
      }
    },
    async finishRecovery(secret) {
      const { request, unlock: document, verifiers } = await kept()
      const rootSeed = await unlock(document, secret)
      room.onProgress({ step: 'recovering' })
      const started = { request, rootSeed, words: '' }
      const { actor, succession } = await finishRecovery(gatewayUrl, started)
      const { etag } = await fetchKeystore(actor)
      await actor.session.call('putKeystore', {
        body: { document: { ...document }, succession, verifiers, replaces: etag },
      })
      const { account, deployment, organisation } = actor
      const exchange = { deployment, organisation }
      const { role } = await accountOf(actor, account)
      await deviceShelf.replaceRecovery({
        unlock: document,
        succession,
        account: account as Hex,
        pending: null,
        role,
        exchange,
      })
      await room.hold(rootSeed, succession)
      return room.status()
    },
  }
}
