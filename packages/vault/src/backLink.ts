import { gcm } from '@noble/ciphers/aes.js'
import { VaultError } from './errors.ts'
import { assertBytes, concatBytes, type Hex, type Hex32 } from './hex.ts'
import { derive, labels } from './labels.ts'
import { platformRandom, type RandomBytes } from './random.ts'

/** Size of a back-link: 12 nonce, 32 seed, 16 tag. */
export const backLinkBytes = 60

/** The step from an epoch to the one before it. */
export interface BackLinkContext {
  patient: Hex
  compartment: Hex32
  /** The epoch that the rotation makes; at least 2, because nothing precedes the first. */
  newEpoch: number
  /** Seed of the new epoch, 32 bytes. */
  newSeed: Uint8Array
}

/**
 * Seals the previous epoch's seed under the new one, so that the newest key opens history and no older key opens
 * anything newer (E9).
 *
 * @returns 60 bytes, published in the event of the rotation (C5).
 * @throws VaultError `argument-invalid`.
 * @see NIST SP 800-38D; vectors/envelope/back-link.json
 */
export function sealBackLink(
  args: BackLinkContext & { oldSeed: Uint8Array; random?: RandomBytes },
): Uint8Array {
  assertBytes(args.oldSeed, 'oldSeed', 32)
  const nonce = (args.random ?? platformRandom)(12)
  return concatBytes(nonce, gcm(keyOf(args), nonce).encrypt(args.oldSeed))
}

/**
 * The seed of the epoch before `newEpoch`, 32 bytes.
 *
 * @throws VaultError `back-link-malformed`, `back-link-not-for-key` (another seed or another context), `argument-invalid`.
 */
export function openBackLink(args: BackLinkContext & { backLink: Uint8Array }): Uint8Array {
  const { backLink } = args
  assertBytes(backLink, 'backLink')
  if (backLink.length !== backLinkBytes) {
    throw new VaultError('back-link-malformed', { sizeBytes: backLink.length })
  }
  const key = keyOf(args)
  try {
    return gcm(key, backLink.subarray(0, 12)).decrypt(backLink.subarray(12))
  } catch (cause) {
    throw new VaultError('back-link-not-for-key', {}, cause)
  }
}

function keyOf({ patient, compartment, newEpoch, newSeed }: BackLinkContext): Uint8Array {
  assertBytes(newSeed, 'newSeed', 32)
  if (newEpoch === 1) {
    throw new VaultError('argument-invalid', { argument: 'newEpoch', expected: 'an integer of at least 2' })
  }
  return derive(newSeed, labels.backLink(patient, compartment, newEpoch))
}
