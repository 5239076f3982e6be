import { fileKeyOf } from './ageHeader.ts'
import { VaultError } from './errors.ts'
import { assertBytes } from './hex.ts'
import { hpkeOpen, hpkeOverheadBytes, hpkeSeal } from './hpke.ts'
import { labels, type RecordWrapContext } from './labels.ts'
import { platformRandom, type RandomBytes } from './random.ts'

const recordKeyBytes = 16
/** Size of a wrapped record key. */
export const recordWrapBytes = hpkeOverheadBytes + recordKeyBytes

/**
 * The key of one sealed file, for a single-record grant (E15).
 *
 * @param args.sealed - the file, or at least its first 1,627 bytes. Compare its content id with the leaf before.
 * @param args.seed - what the file was sealed to, 32 bytes.
 * @returns 16 bytes. Secret: whoever has them opens this file, and no other.
 * @throws VaultError `sealed-header-refused`, `record-not-for-key`, `record-damaged`, `argument-invalid`.
 */
export async function recordKeyOf(args: { sealed: Uint8Array; seed: Uint8Array }): Promise<Uint8Array> {
  assertBytes(args.sealed, 'sealed')
  assertBytes(args.seed, 'seed', 32)
  return fileKeyOf(args.sealed, { seed: args.seed })
}

/**
 * Wraps one record's key to one reader: only that reader opens it, and only for this chain, contract, patient,
 * compartment, epoch, record, file and set of purposes (E15). The epoch's other records stay closed.
 *
 * @param args.recordKey - 16 bytes, from {@link recordKeyOf}. Copied, never kept.
 * @param args.readerRecipient - X-Wing public key, 1,216 bytes, whose hash the caller compared with the chain.
 * @returns 1,152 bytes.
 * @throws VaultError `argument-invalid`, `recipient-refused`.
 * @see vectors/envelope/record-wrap.json
 */
export async function wrapRecordKey(args: {
  recordKey: Uint8Array
  readerRecipient: Uint8Array
  context: RecordWrapContext
  random?: RandomBytes
}): Promise<Uint8Array> {
  assertBytes(args.recordKey, 'recordKey', recordKeyBytes)
  return hpkeSeal({
    plaintext: args.recordKey,
    recipient: args.readerRecipient,
    info: labels.recordWrap(args.context),
    random: args.random ?? platformRandom,
  })
}

/**
 * Opens a wrapped record key. That it is the file's is checked by its header when it is used.
 *
 * @returns 16 bytes, for `openRecordWithKey`.
 * @throws VaultError `wrap-malformed`; `wrap-not-for-reader` (another reader, context, or altered on the way);
 * `argument-invalid`.
 */
export async function unwrapRecordKey(args: {
  wrap: Uint8Array
  readerSeed: Uint8Array
  context: RecordWrapContext
}): Promise<Uint8Array> {
  const { wrap, readerSeed, context } = args
  assertBytes(wrap, 'wrap')
  const info = labels.recordWrap(context)
  if (wrap.length !== recordWrapBytes) throw new VaultError('wrap-malformed', { sizeBytes: wrap.length })
  return hpkeOpen({ wrap, seed: readerSeed, info })
}
