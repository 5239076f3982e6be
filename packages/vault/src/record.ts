import { openContainer, sealContainer } from './container.ts'
import { commitmentNative, contentIdNative } from './digest.ts'
import { VaultError } from './errors.ts'
import { assertBytes, concatBytes, decodeHex, encodeHex, lowerHex, type Hex, type Hex32 } from './hex.ts'
import { platformRandom, type RandomBytes } from './random.ts'
import { assertRecipient } from './recipient.ts'
import { decodeRecordHeader, encodeRecordHeader } from './recordHeader.ts'
import { assertSealedHeader } from './sealedHeader.ts'

export interface SealedRecord {
  /** The age file. */
  sealed: Uint8Array
  /** SHA-256 of `sealed` (E2). */
  contentId: Hex32
  /** What the author commits to on chain (E5). */
  commitment: Hex32
  /** 32 bytes; inside the file, too. Secret from those who may not read. */
  salt: Hex32
}

export interface OpenedRecord {
  body: Uint8Array
  mediaType: string
  salt: Hex32
}

/**
 * Seals one record to the recipient of a compartment's epoch. The author needs no key of the patient's.
 *
 * @param args.body - the bytes exactly as they are; held in memory about three times over.
 * @param args.mediaType - RFC 6838, at most 255 characters of ASCII.
 * @param args.recipient - X-Wing public key, 1,216 bytes, whose hash the caller compared with the chain.
 * @param args.salt - 32 bytes; default fresh ones. Give it only to reproduce a commitment.
 * @throws VaultError `argument-invalid`, `recipient-refused`.
 * @see spec/envelope.md E1 to E5
 */
export async function sealRecord(args: {
  body: Uint8Array
  mediaType: string
  recipient: Uint8Array
  salt?: Hex
  random?: RandomBytes
}): Promise<SealedRecord> {
  const { body, mediaType, recipient, random = platformRandom } = args
  assertBytes(body, 'body')
  assertRecipient(recipient)
  const saltBytes = args.salt === undefined ? random(32) : decodeHex(args.salt, 'salt', 32)
  const salt = encodeHex(saltBytes)
  const plaintext = concatBytes(encodeRecordHeader({ salt, mediaType }), body)
  const commitment = await commitmentNative(body, saltBytes)
  const sealed = await sealContainer(plaintext, recipient)
  return { sealed, contentId: await contentIdNative(sealed), commitment, salt }
}

/**
 * Opens a record, checking in the order of E4: content id, header, age tags, commitment. Nothing is released before all
 * of them passed.
 *
 * @param args.seed - seed of the epoch that the record names, 32 bytes.
 * @param args.contentId - from the record's leaf. Without it a damaged file may look like another reader's.
 * @param args.commitment - from the record's leaf. Without it the body is only known to be what was sealed.
 * @throws VaultError `content-id-mismatch`, `sealed-header-refused`, `record-not-for-key`, `record-damaged`,
 * `record-plaintext-malformed`, `commitment-mismatch`, `argument-invalid`.
 */
export async function openRecord(args: {
  sealed: Uint8Array
  seed: Uint8Array
  contentId?: Hex
  commitment?: Hex
}): Promise<OpenedRecord> {
  const { sealed, seed } = args
  assertBytes(sealed, 'sealed')
  assertBytes(seed, 'seed', 32)
  const contentId = args.contentId === undefined ? undefined : lowerHex(args.contentId, 'contentId', 32)
  const commitment = args.commitment === undefined ? undefined : lowerHex(args.commitment, 'commitment', 32)
  if (contentId !== undefined) {
    const actual = await contentIdNative(sealed)
    if (actual !== contentId) throw new VaultError('content-id-mismatch', { expected: contentId, actual })
  }
  assertSealedHeader(sealed)
  const { body, mediaType, salt } = decodeRecordHeader(await openContainer(sealed, seed))
  if (commitment !== undefined) {
    const actual = await commitmentNative(body, decodeHex(salt, 'salt', 32))
    if (actual !== commitment) throw new VaultError('commitment-mismatch', { expected: commitment, actual })
  }
  return { body, mediaType, salt }
}
