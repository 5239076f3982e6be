import { keccak_256 } from '@noble/hashes/sha3.js'
import { VaultError } from './errors.ts'
import { assertBytes, encodeHex, type Hex32 } from './hex.ts'
import { primitives } from './primitives.ts'

/** Size of an X-Wing public key: 1,184 of ML-KEM-768 and 32 of X25519. */
export const recipientBytes = 1216

/**
 * The X-Wing public key of a 32-byte secret seed (E6).
 *
 * @param seed - epoch seed or recipient seed, 32 bytes. Copied, never kept.
 * @returns 1,216 bytes: what one seals to.
 * @throws VaultError `argument-invalid`.
 * @see draft-connolly-cfrg-xwing-kem; vectors/envelope/x-wing.json
 */
export function recipientOf(seed: Uint8Array): Uint8Array {
  assertBytes(seed, 'seed', 32)
  return primitives().xwingPublicKey(seed)
}

/** The keccak-256 that the chain keeps for a recipient (C1). */
export function recipientHashOf(recipient: Uint8Array): Hex32 {
  assertBytes(recipient, 'recipient', recipientBytes)
  return encodeHex(keccak_256(recipient))
}

/**
 * Refuses 1,216 bytes that are no X-Wing public key, before anything is sealed to them: FIPS 203 section 7.2 demands that
 * each of the 768 coefficients be below q. Checked here because the libraries differ: one of the two lets 4,095 pass.
 * (That the X25519 half has no low order both of them check.)
 *
 * @throws VaultError `recipient-refused`; `argument-invalid` for another size.
 */
export function assertRecipient(recipient: unknown): asserts recipient is Uint8Array {
  assertBytes(recipient, 'recipient', recipientBytes)
  for (let index = 0; index < encodedCoefficientsBytes; index += 3) {
    // Two coefficients of 12 bits in three bytes, little-endian.
    const [a, b, c] = [recipient[index]!, recipient[index + 1]!, recipient[index + 2]!]
    if ((a | ((b & 0x0f) << 8)) >= q || ((b >> 4) | (c << 4)) >= q)
      throw new VaultError('recipient-refused', {})
  }
}

const q = 3329
const encodedCoefficientsBytes = 1152
