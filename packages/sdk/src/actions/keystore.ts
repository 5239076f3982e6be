import { GatewayClient } from '@hre/client'
import type { KeptKeystore } from '@hre/protocol'
import {
  createUnlockDocument,
  parseSuccession,
  parseUnlockDocument,
  unlock,
  unlockProofsOf,
  verifiersOfWays,
  type Succession,
  type UnlockDocument,
  type UnlockSecret,
} from '@hre/vault'
import type { Address, Hex } from 'viem'
import type { Actor } from '../actor.ts'

/** What a gateway keeps of somebody's keys, read and checked in form. `etag` names this version. */
export interface StoredKeystore {
  document: UnlockDocument
  succession: Succession | null
  etag: Hex
}

/**
 * Keeps the actor's root seed at the gateway, sealed by each of these (K1, K10): two or more, before first use.
 *
 * @param options.replaces - the version that this one takes the place of; null for the first.
 * @throws HreError `conflict`: another device was faster; VaultError `keystore-refused` with fewer than two ways.
 */
export async function protectKeys(
  actor: Actor,
  options: {
    rootSeed: Uint8Array
    secrets: UnlockSecret[]
    succession?: Succession | null
    replaces?: Hex | null
  },
): Promise<StoredKeystore> {
  const { rootSeed, secrets, succession = null, replaces = null } = options
  const document = await createUnlockDocument(rootSeed, secrets)
  return storeKeystore(actor, { document, succession, secrets, replaces })
}

/**
 * Puts a changed document in the place of the version that its maker saw. `secrets` are those of its last ways, which
 * are new; ways from before keep what they are tried by.
 *
 * @throws HreError `conflict`.
 */
export async function storeKeystore(
  { account, session }: Actor,
  change: {
    document: UnlockDocument
    succession: Succession | null
    secrets: readonly UnlockSecret[]
    replaces: Hex | null
  },
): Promise<StoredKeystore> {
  const { document, succession, secrets, replaces } = change
  const made = secrets.length > 0 ? document.ways.slice(-secrets.length) : []
  const verifiers = await verifiersOfWays(account, made, secrets)
  const body = { document: { ...document }, succession, verifiers, replaces }
  const { etag } = await session.call('putKeystore', { body })
  return { document, succession, etag }
}

/** What the gateway keeps for an account that the actor signs for already. @throws HreError `not-found`; VaultError. */
export async function fetchKeystore({ session }: Actor): Promise<StoredKeystore> {
  return checked(await session.call('getKeystore', {}))
}

/**
 * Logs in on a device that knows nothing but a secret: the gateway gives the document to whoever proves that they open one
 * of its ways, and learns neither the secret nor the root seed (K10).
 *
 * @returns `rootSeed`: 32 bytes, for `connect` with `succession`.
 * @throws HreError `not-found`: a wrong secret, or no such account, which look the same; `rate-limited` after ten tries;
 * VaultError `keystore-altered`, `phrase-malformed`.
 */
export async function recallKeys(options: {
  gatewayUrl: string
  account: Address
  secret: UnlockSecret
}): Promise<StoredKeystore & { rootSeed: Uint8Array }> {
  const { gatewayUrl, account, secret } = options
  const client = new GatewayClient({ baseUrl: gatewayUrl })
  const { passwords } = await client.call('getUnlockParameters', { body: { account } })
  const proofs = await unlockProofsOf(account, secret, passwords)
  const kept = checked(await client.call('openKeystore', { body: { account, proofs } }))
  return { ...kept, rootSeed: await unlock(kept.document, secret) }
}

const checked = ({ document, succession, etag }: KeptKeystore): StoredKeystore => ({
  document: parseUnlockDocument(document),
  succession: succession && parseSuccession(succession),
  etag,
})
