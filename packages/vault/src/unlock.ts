import { VaultError } from './errors.ts'
import { assertBytes, encodeHex, utf8, type Hex } from './hex.ts'
import { derive, labels } from './labels.ts'
import { primitives } from './primitives.ts'
import { platformRandom, type RandomBytes } from './random.ts'
import { parseUnlockDocument, unlockWaysMin, type UnlockDocument } from './unlockForm.ts'
import { openWay, sealWay, type UnlockSecret, type UnlockWay } from './unlockWay.ts'

/**
 * Seals a root seed for several ways at once, at least two: whoever loses one still has the other (K1).
 *
 * @throws VaultError `argument-invalid`, `keystore-refused` (fewer than two ways, more than sixteen), `phrase-malformed`.
 * @see spec/keyring.md; vectors/keyring/unlock.json
 */
export async function createUnlockDocument(
  rootSeed: Uint8Array,
  secrets: UnlockSecret[],
  random: RandomBytes = platformRandom,
): Promise<UnlockDocument> {
  const ways: UnlockWay[] = []
  // One after the other: each password takes 64 MiB.
  for (const secret of secrets) ways.push(await sealWay(rootSeed, secret, random))
  return signed(rootSeed, 1, ways)
}

/**
 * The root seed by any of its ways. Fill it with zeros when it is no longer needed, or let `lockWhenIdle` do it.
 *
 * @throws VaultError `keystore-refused` before any work; `keystore-not-opened`: no way of this kind opens with this
 * secret; `keystore-altered`: it opened, but somebody else changed the document; `phrase-malformed`, `argument-invalid`.
 */
export async function unlock(document: UnlockDocument, secret: UnlockSecret): Promise<Uint8Array> {
  const parsed = parseUnlockDocument(document)
  for (const way of parsed.ways) {
    const rootSeed = await openWay(way, secret)
    if (rootSeed) {
      assertUnaltered(parsed, rootSeed)
      return rootSeed
    }
  }
  throw new VaultError('keystore-not-opened', {})
}

/** Adds a way. @returns a new document, one revision later. @throws VaultError as {@link unlock}. */
export async function addUnlockWay(
  document: UnlockDocument,
  rootSeed: Uint8Array,
  secret: UnlockSecret,
  random: RandomBytes = platformRandom,
): Promise<UnlockDocument> {
  const { revision, ways } = opened(document, rootSeed)
  return signed(rootSeed, revision + 1, [...ways, await sealWay(rootSeed, secret, random)])
}

/** Removes a way, unless fewer than two would stay. @throws VaultError `argument-invalid`: no way has this id. */
export function removeUnlockWay(document: UnlockDocument, rootSeed: Uint8Array, id: Hex): UnlockDocument {
  const { revision, ways } = opened(document, rootSeed)
  assertHas(ways, id)
  return signed(
    rootSeed,
    revision + 1,
    ways.filter((way) => way.id !== id),
  )
}

/** A new secret in the place of an old one: a changed password, a new phrase. */
export async function replaceUnlockWay(
  document: UnlockDocument,
  rootSeed: Uint8Array,
  id: Hex,
  secret: UnlockSecret,
  random: RandomBytes = platformRandom,
): Promise<UnlockDocument> {
  const { revision, ways } = opened(document, rootSeed)
  assertHas(ways, id)
  const made = await sealWay(rootSeed, secret, random)
  return signed(
    rootSeed,
    revision + 1,
    ways.map((way) => (way.id === id ? made : way)),
  )
}

function opened(document: UnlockDocument, rootSeed: Uint8Array): UnlockDocument {
  assertBytes(rootSeed, 'rootSeed', 32)
  const parsed = parseUnlockDocument(document)
  assertUnaltered(parsed, rootSeed)
  return parsed
}

function signed(rootSeed: Uint8Array, revision: number, ways: UnlockWay[]): UnlockDocument {
  // Parsing brings the members into the order that the MAC covers and refuses what nobody could open again.
  const parsed = parseUnlockDocument({ suite: 1, revision, ways, mac: `0x${'00'.repeat(32)}` })
  return { ...parsed, mac: macOf(parsed, rootSeed) }
}

function assertUnaltered(parsed: UnlockDocument, rootSeed: Uint8Array): void {
  if (macOf(parsed, rootSeed) !== parsed.mac) throw new VaultError('keystore-altered', {})
}

function macOf({ suite, revision, ways }: UnlockDocument, rootSeed: Uint8Array): Hex {
  const covered = utf8(JSON.stringify({ suite, revision, ways }))
  return encodeHex(primitives().hmacSha256(derive(rootSeed, labels.unlockDocument()), covered))
}

function assertHas(ways: UnlockWay[], id: Hex): void {
  if (!ways.some((way) => way.id === id)) {
    throw new VaultError('argument-invalid', {
      argument: 'id',
      expected: `the id of one of ${unlockWaysMin} or more ways`,
    })
  }
}
