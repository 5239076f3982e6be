import { sha256 } from '@noble/hashes/sha2.js'
import { VaultError } from './errors.ts'
import { encodeHex, type Hex, type Hex32 } from './hex.ts'
import { passwordKeyOf } from './keystore.ts'
import { keystoreDefaults, type Keystore } from './keystoreForm.ts'
import { derive, labels } from './labels.ts'
import { wayKeyOf, type UnlockSecret, type UnlockWay } from './unlockWay.ts'

/** Under which a password is stretched: all that a keeper says before it was shown a proof (K10). */
export type PasswordParameters = Pick<Keystore, 'kdf' | 'salt'>

/** Parameters of a password that there is not, as they look for one that there is. */
export const passwordParametersOf = (salt: Hex): PasswordParameters => ({ kdf: keystoreDefaults, salt })

/**
 * What shows a keeper that one could open the document, without showing what opens it (K10): one-way from the key of the
 * way, so the keeper learns neither.
 *
 * @param parameters - a password is tried under each; not read for a phrase or a passkey.
 * @throws VaultError `argument-invalid`, also for guardians, whose secret nobody has before the document; `phrase-malformed`.
 */
export async function unlockProofsOf(
  account: Hex,
  secret: UnlockSecret,
  parameters: readonly PasswordParameters[],
): Promise<Hex32[]> {
  const proofOf = (key: Uint8Array): Hex32 => encodeHex(derive(key, labels.unlockProof(account)))
  if (secret.kind === 'guardians')
    throw new VaultError('argument-invalid', { argument: 'kind', expected: 'password, passkey or phrase' })
  if (secret.kind !== 'password') return [proofOf(await wayKeyOf(secret))]
  const proofs: Hex32[] = []
  // One after the other: each takes 64 MiB.
  for (const { kdf, salt } of parameters)
    proofs.push(proofOf(await passwordKeyOf(secret.password, kdf, salt)))
  return proofs
}

/** What a keeper compares a proof with: its SHA-256. */
export const unlockVerifierOf = (proof: Hex32): Hex32 =>
  encodeHex(sha256(Uint8Array.from(proof.slice(2).match(/../g)!, (byte) => parseInt(byte, 16))))

/** What a keeper tries a proof by, beside the way that it is of. */
export interface WayVerifier {
  way: Hex
  verifier: Hex32
}

/**
 * The verifiers to store beside ways that were just made; none for guardians, whose secret nobody has before the document.
 *
 * @param secrets - what the ways were made with, in their order.
 * @throws VaultError as {@link unlockProofsOf}.
 */
export async function verifiersOfWays(
  account: Hex,
  ways: readonly UnlockWay[],
  secrets: readonly UnlockSecret[],
): Promise<WayVerifier[]> {
  const verifiers: WayVerifier[] = []
  for (const [place, way] of ways.entries()) {
    if (way.kind === 'guardians') continue
    const parameters = way.kind === 'password' ? [way.keystore] : []
    const [proof] = await unlockProofsOf(account, secrets[place]!, parameters)
    verifiers.push({ way: way.id, verifier: unlockVerifierOf(proof!) })
  }
  return verifiers
}
