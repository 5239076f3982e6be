import { epochKeyFor } from './epochKey.ts'
import { VaultError } from './errors.ts'
import { assertBytes, lowerHex, type Hex32 } from './hex.ts'
import { hpkeOpen, hpkeOverheadBytes, hpkeSeal } from './hpke.ts'
import { labels, type GrantWrapContext } from './labels.ts'
import { platformRandom, type RandomBytes } from './random.ts'

/** Size of a wrapped epoch seed. */
export const epochWrapBytes = hpkeOverheadBytes + 32

/**
 * Wraps an epoch seed to one reader. Only that reader's key opens it, and only for this chain, contract, patient,
 * compartment and epoch: a wrap shown elsewhere opens nothing (E7).
 *
 * It does not say who made it. The signed grant does, by the SHA-256 of these bytes (C3).
 *
 * @param args.seed - 32 bytes. Copied, never kept.
 * @param args.readerRecipient - X-Wing public key, 1,216 bytes, whose hash the caller compared with the chain.
 * @returns 1,168 bytes.
 * @throws VaultError `argument-invalid`, `recipient-refused`.
 * @see RFC 9180 base mode; vectors/envelope/grant-wrap.json
 */
export async function wrapEpochSeed(args: {
  seed: Uint8Array
  readerRecipient: Uint8Array
  context: GrantWrapContext
  random?: RandomBytes
}): Promise<Uint8Array> {
  assertBytes(args.seed, 'seed', 32)
  return hpkeSeal({
    plaintext: args.seed,
    recipient: args.readerRecipient,
    info: labels.grantWrap(args.context),
    random: args.random ?? platformRandom,
  })
}

/**
 * Opens a wrapped epoch seed.
 *
 * @param args.expectedRecipientHash - keccak-256 of the epoch's recipient, from the chain. Always give it when reading
 * for a patient: without it nothing says that the seed is the epoch's.
 * @returns 32 bytes.
 * @throws VaultError `wrap-malformed`; `wrap-not-for-reader` (another reader, context, or altered on the way);
 * `wrap-seed-mismatch`; `argument-invalid`.
 */
export async function unwrapEpochSeed(args: {
  wrap: Uint8Array
  readerSeed: Uint8Array
  context: GrantWrapContext
  expectedRecipientHash?: Hex32
}): Promise<Uint8Array> {
  const { wrap } = args
  assertBytes(wrap, 'wrap')
  const expected =
    args.expectedRecipientHash === undefined
      ? undefined
      : lowerHex(args.expectedRecipientHash, 'expectedRecipientHash', 32)
  if (wrap.length !== epochWrapBytes) throw new VaultError('wrap-malformed', { sizeBytes: wrap.length })
  const seed = await hpkeOpen({ wrap, seed: args.readerSeed, info: labels.grantWrap(args.context) })
  if (expected !== undefined) epochKeyFor({ seed, epoch: args.context.epoch, recipientHash: expected })
  return seed
}
