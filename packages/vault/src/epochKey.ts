import { VaultError } from './errors.ts'
import { assertBytes, lowerHex, type Hex32 } from './hex.ts'
import { hpkeOpen, hpkeOverheadBytes, hpkeSeal } from './hpke.ts'
import { checkedEpoch, derive, labels, type GrantWrapContext } from './labels.ts'
import { platformRandom, type RandomBytes } from './random.ts'
import { recipientHashOf, recipientOf } from './recipient.ts'

/** Size of a wrap from now on: one byte of form more than a wrapped epoch seed, so that anyone tells them apart. */
export const epochKeyWrapBytes = hpkeOverheadBytes + 33
const form = 1

/**
 * The key that opens an epoch's records: the X-Wing secret seed of its recipient (E16). It is one-way from the epoch's
 * seed, so whoever holds the key alone opens no back-link.
 *
 * @param seed - of the epoch, 32 bytes. Copied, never kept.
 * @param epoch - 1 and up. Nothing precedes the first, so there the key is the seed.
 * @returns 32 bytes. Secret.
 * @throws VaultError `argument-invalid`.
 */
export function epochKeyOf(seed: Uint8Array, epoch: number): Uint8Array {
  assertBytes(seed, 'seed', 32)
  return checkedEpoch(epoch) === 1 ? seed.slice() : derive(seed, labels.epochKey())
}

/**
 * The key of an epoch whose recipient is on chain already. Charts from before E16 have later epochs whose key is the
 * seed as well; the recipient tells.
 *
 * @param args.recipientHash - keccak-256 of the epoch's recipient, from the chain.
 * @throws VaultError `wrap-seed-mismatch`: this is not the epoch's seed; `argument-invalid`.
 */
export function epochKeyFor(args: { seed: Uint8Array; epoch: number; recipientHash: Hex32 }): Uint8Array {
  const { seed, epoch } = args
  const expected = lowerHex(args.recipientHash, 'recipientHash', 32)
  const key = epochKeyOf(seed, epoch)
  if (recipientHashOf(recipientOf(key)) === expected) return key
  const actual = recipientHashOf(recipientOf(seed))
  if (actual !== expected) throw new VaultError('wrap-seed-mismatch', { expected, actual })
  return seed.slice()
}

/** Whether a wrap gives one epoch alone, and not what came before it. */
export const isWrapFromNowOn = (wrap: Uint8Array): boolean => wrap.length === epochKeyWrapBytes

/**
 * Wraps the key of one epoch to a reader who is to read from now on (E16): neither earlier epochs nor later ones open
 * with it.
 *
 * @param args.epochKey - 32 bytes, from {@link epochKeyOf}; of an epoch that was made for this, because its earlier
 * records open as well.
 * @returns 1,169 bytes.
 * @throws VaultError `argument-invalid`, also for the first epoch; `recipient-refused`.
 * @see vectors/envelope/epoch-key-wrap.json
 */
export async function wrapEpochKey(args: {
  epochKey: Uint8Array
  readerRecipient: Uint8Array
  context: GrantWrapContext
  random?: RandomBytes
}): Promise<Uint8Array> {
  assertBytes(args.epochKey, 'epochKey', 32)
  if (args.context.epoch === 1) {
    throw new VaultError('argument-invalid', { argument: 'epoch', expected: 'an integer of at least 2' })
  }
  const plaintext = new Uint8Array(33)
  plaintext[0] = form
  plaintext.set(args.epochKey, 1)
  return hpkeSeal({
    plaintext,
    recipient: args.readerRecipient,
    info: labels.epochKeyWrap(args.context),
    random: args.random ?? platformRandom,
  })
}

/**
 * Opens a wrap from now on.
 *
 * @param args.expectedRecipientHash - keccak-256 of the epoch's recipient, from the chain. Always give it when reading.
 * @returns the epoch's key, 32 bytes.
 * @throws VaultError `wrap-malformed`; `wrap-not-for-reader` (another reader, context, or altered on the way);
 * `wrap-seed-mismatch`; `argument-invalid`.
 */
export async function unwrapEpochKey(args: {
  wrap: Uint8Array
  readerSeed: Uint8Array
  context: GrantWrapContext
  expectedRecipientHash?: Hex32
}): Promise<Uint8Array> {
  const { wrap, readerSeed, context, expectedRecipientHash } = args
  assertBytes(wrap, 'wrap')
  const info = labels.epochKeyWrap(context)
  if (!isWrapFromNowOn(wrap)) throw new VaultError('wrap-malformed', { sizeBytes: wrap.length })
  const expected =
    expectedRecipientHash === undefined
      ? undefined
      : lowerHex(expectedRecipientHash, 'expectedRecipientHash', 32)
  const plaintext = await hpkeOpen({ wrap, seed: readerSeed, info })
  if (plaintext[0] !== form) throw new VaultError('wrap-malformed', { sizeBytes: wrap.length })
  const key = plaintext.slice(1)
  if (expected !== undefined) {
    const actual = recipientHashOf(recipientOf(key))
    if (actual !== expected) throw new VaultError('wrap-seed-mismatch', { expected, actual })
  }
  return key
}
