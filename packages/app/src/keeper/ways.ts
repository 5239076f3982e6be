import { fetchKeystore, storeKeystore, type StoredKeystore } from '@hre/sdk'
import { hreError } from '@hre/protocol'
import { addUnlockWay, removeUnlockWay, VaultError, type UnlockDocument } from '@hre/vault'
import type { Hex, Keeper, Secret, Way } from './api.ts'
import type { Room } from './keeper.ts'
import { deviceShelf } from './shelf.ts'

/** Seeing and changing the ways in. The gateway's copy changes first: other devices open by that one (K10). */
export function waysOf(room: Room): Pick<Keeper, 'ways' | 'addWay' | 'removeWay'> {
  async function keep(stored: StoredKeystore, document: UnlockDocument, secrets: Secret[]): Promise<Way[]> {
    const { succession, etag } = stored
    await storeKeystore(room.present().actor, { document, succession, secrets, replaces: etag })
    return keptHere(document)
  }

  return {
    async ways() {
      return keptHere((await fetchKeystore(room.present().actor)).document)
    },
    async addWay(secret, replaces) {
      const stored = await fetchKeystore(room.present().actor)
      const changed = await room.withSeed((seed) => withWay(stored.document, seed, secret, replaces))
      return keep(stored, changed, [secret])
    },
    async removeWay(id) {
      const stored = await fetchKeystore(room.present().actor)
      const changed = await room.withSeed(async (seed) => removeUnlockWay(stored.document, seed, id))
      return keep(stored, changed, [])
    },
  }
}

/** The new way comes last, where `storeKeystore` looks for it. */
async function withWay(document: UnlockDocument, seed: Uint8Array, secret: Secret, replaces: Hex | null) {
  if (replaces === null) return addUnlockWay(document, seed, secret)
  // Never fewer than two (K1), and never more passwords than two: whichever goes first.
  if (document.ways.length > 2) return addUnlockWay(removeUnlockWay(document, seed, replaces), seed, secret)
  return removeUnlockWay(await addUnlockWay(document, seed, secret), seed, replaces)
}

/**
 * The device opens by the newest document. @throws VaultError `keystore-altered`: whoever keeps it handed out an older
 * one, with a way that was removed since (K1).
 */
export async function keptHere(document: UnlockDocument): Promise<Way[]> {
  const kept = await deviceShelf.read()
  if (!kept) throw hreError('unauthenticated')
  if (document.revision < kept.unlock.revision) throw new VaultError('keystore-altered', {})
  await deviceShelf.write({ ...kept, unlock: document })
  return document.ways.map(({ id, kind }) => ({ id: id as Hex, kind }))
}
