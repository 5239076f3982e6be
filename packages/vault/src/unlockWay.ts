import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { VaultError } from './errors.ts'
import { assertBytes, decodeHex, encodeHex, lowerHex, type Hex } from './hex.ts'
import { openKeystore, sealKeystore } from './keystore.ts'
import type { Keystore } from './keystoreForm.ts'
import { derive, labels, type GuardianContext } from './labels.ts'
import { platformRandom, type RandomBytes } from './random.ts'
import { shareSetHashOf, type ShareSet } from './shareSet.ts'

/** What a person has or knows. Secret. */
export type UnlockSecret =
  | { kind: 'password'; password: string }
  /** `credential`: the WebAuthn credential id, 1 to 1,023 bytes. `prf`: what its PRF extension returned, 32 bytes. */
  | { kind: 'passkey'; credential: Hex; prf: Uint8Array }
  /** 24 words of BIP-39. */
  | { kind: 'phrase'; phrase: string }
  /** What the guardians' shares make, 32 bytes, and of which set of guardians. */
  | { kind: 'guardians'; context: GuardianContext; set: ShareSet; secret: Uint8Array }

/** One way to the root seed, sealed. `id` is 16 random bytes. */
export type UnlockWay =
  | { id: Hex; kind: 'password'; keystore: Keystore }
  | { id: Hex; kind: 'passkey'; credential: Hex; nonce: Hex; box: Hex }
  | { id: Hex; kind: 'phrase'; nonce: Hex; box: Hex }
  | GuardianWay

/** Opens with what enough guardians hold together (K7). */
export interface GuardianWay {
  id: Hex
  kind: 'guardians'
  context: GuardianContext
  set: ShareSet
  nonce: Hex
  box: Hex
}

/** What to evaluate the passkey's PRF on: the UTF-8 of this. It never changes. */
export const passkeyPrfInput = 'HRE passkey unlock v1'

/**
 * The key that a passkey's PRF output makes (K2). WebAuthn itself is the caller's: bytes in, key out.
 *
 * @param prf - 32 bytes: `getClientExtensionResults().prf.results.first`.
 * @throws VaultError `argument-invalid`.
 */
export function passkeyKeyOf(prf: Uint8Array): Uint8Array {
  assertBytes(prf, 'prf', 32)
  return derive(prf, labels.unlockPasskey())
}

/** Seals a root seed for one way. @throws VaultError `argument-invalid`, `phrase-malformed`, `platform-unavailable`. */
export async function sealWay(
  rootSeed: Uint8Array,
  secret: UnlockSecret,
  random: RandomBytes = platformRandom,
): Promise<UnlockWay> {
  assertBytes(rootSeed, 'rootSeed', 32)
  const { kind } = secret
  const id = encodeHex(random(16))
  if (kind === 'password')
    return { id, kind, keystore: await sealKeystore(rootSeed, secret.password, random) }
  const key = await wayKeyOf(secret)
  const nonce = random(24)
  const sealed = { nonce: encodeHex(nonce), box: encodeHex(xchacha20poly1305(key, nonce).encrypt(rootSeed)) }
  if (kind === 'passkey') return { id, kind, credential: credentialOf(secret.credential), ...sealed }
  return kind === 'guardians'
    ? { id, kind, context: secret.context, set: secret.set, ...sealed }
    : { id, kind, ...sealed }
}

/** The root seed, or undefined: another secret. @throws VaultError `argument-invalid`, `phrase-malformed`, `platform-unavailable`. */
export async function openWay(way: UnlockWay, secret: UnlockSecret): Promise<Uint8Array | undefined> {
  if (way.kind !== secret.kind) return undefined
  if (way.kind === 'passkey' && way.credential !== credentialOf((secret as { credential: Hex }).credential))
    return undefined
  try {
    if (way.kind === 'password')
      return await openKeystore(way.keystore, (secret as { password: string }).password)
    const nonce = decodeHex(way.nonce, 'nonce', 24)
    const cipher = xchacha20poly1305(await wayKeyOf(secret), nonce)
    try {
      return cipher.decrypt(decodeHex(way.box, 'box', 48))
    } catch {
      return undefined
    }
  } catch (error) {
    if (error instanceof VaultError && error.code === 'keystore-not-opened') return undefined
    throw error
  }
}

/** The key of a way that no password opens. @throws VaultError `argument-invalid`, `phrase-malformed`. */
export async function wayKeyOf(secret: UnlockSecret): Promise<Uint8Array> {
  if (secret.kind === 'passkey') return passkeyKeyOf(secret.prf)
  if (secret.kind === 'phrase') {
    // With its list of words, which nobody needs who has the passkey or the password at hand.
    const { decodeRecoveryPhrase } = await import('./recoveryPhrase.ts')
    return derive(decodeRecoveryPhrase(secret.phrase), labels.unlockPhrase())
  }
  if (secret.kind === 'guardians') return guardianKeyOf(secret)
  throw new VaultError('argument-invalid', {
    argument: 'kind',
    expected: 'password, passkey, phrase or guardians',
  })
}

/** K7. Names the set, so that a box moved to another set of guardians opens nothing. */
function guardianKeyOf({ context, set, secret }: UnlockSecret & { kind: 'guardians' }): Uint8Array {
  assertBytes(secret, 'secret', 32)
  return derive(secret, labels.unlockGuardians(shareSetHashOf(set, labels.guardians(context))))
}

function credentialOf(credential: Hex): Hex {
  const sizeBytes = typeof credential === 'string' ? Math.floor((credential.length - 2) / 2) : 0
  if (sizeBytes < 1 || sizeBytes > 1023) {
    throw new VaultError('argument-invalid', {
      argument: 'credential',
      expected: '1 to 1023 bytes in hexadecimal',
    })
  }
  return lowerHex(credential, 'credential', sizeBytes)
}
