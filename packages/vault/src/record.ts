import { ageHeadBytes, type OpeningKey } from './ageHeader.ts'
import { openedSizeOf, sealedChunkBytes, sealedSizeOf } from './ageStream.ts'
import { openContainer, sealContainer } from './container.ts'
import { commitmentNative, contentIdNative } from './digest.ts'
import { VaultError } from './errors.ts'
import { assertBytes, concatBytes, decodeHex, encodeHex, lowerHex, type Hex, type Hex32 } from './hex.ts'
import { primitives } from './primitives.ts'
import { platformRandom, type RandomBytes } from './random.ts'
import { assertRecipient } from './recipient.ts'
import { RecordOpener, RecordSealer } from './recordChunks.ts'
import { decodeRecordHeader, encodeRecordHeader, type RecordHeader } from './recordHeader.ts'

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
 * @param args.body - the bytes exactly as they are; held in memory up to three times over.
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
  if (primitives().name === 'native') return sealInOnePass(body, { salt, mediaType }, recipient)
  const plaintext = concatBytes(encodeRecordHeader({ salt, mediaType }), body)
  // Side by side: WebCrypto digests on another thread while this one encrypts.
  const [commitment, sealed] = await Promise.all([
    commitmentNative(body, saltBytes),
    sealContainer(plaintext, recipient),
  ])
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
  assertBytes(args.seed, 'seed', 32)
  return openWith(args, { seed: args.seed })
}

/**
 * Opens a record with the key of its file alone (E15), under the same checks as {@link openRecord}.
 *
 * @param args.recordKey - 16 bytes, from `unwrapRecordKey`. It opens this one file and tells nothing of any other.
 * @throws VaultError as {@link openRecord}; `record-not-for-key` is the key of another file.
 */
export async function openRecordWithKey(args: {
  sealed: Uint8Array
  recordKey: Uint8Array
  contentId?: Hex
  commitment?: Hex
}): Promise<OpenedRecord> {
  assertBytes(args.recordKey, 'recordKey', 16)
  return openWith(args, { fileKey: args.recordKey })
}

async function openWith(
  args: { sealed: Uint8Array; contentId?: Hex; commitment?: Hex },
  key: OpeningKey,
): Promise<OpenedRecord> {
  const { sealed } = args
  assertBytes(sealed, 'sealed')
  const contentId = args.contentId === undefined ? undefined : lowerHex(args.contentId, 'contentId', 32)
  const commitment = args.commitment === undefined ? undefined : lowerHex(args.commitment, 'commitment', 32)
  if (contentId !== undefined) {
    const actual = await contentIdNative(sealed)
    if (actual !== contentId) throw new VaultError('content-id-mismatch', { expected: contentId, actual })
  }
  if (primitives().name === 'native') return openInOnePass(sealed, key, commitment)
  const { body, mediaType, salt } = decodeRecordHeader(await openContainer(sealed, key))
  if (commitment !== undefined) {
    const actual = await commitmentNative(body, decodeHex(salt, 'salt', 32))
    if (actual !== commitment) throw new VaultError('commitment-mismatch', { expected: commitment, actual })
  }
  return { body, mediaType, salt }
}

// Where digests are native, encrypting and digesting a chunk while it is in the processor's cache is twice as fast as
// doing one after the other. In JavaScript it is the other way round: WebCrypto digests whole buffers faster than
// JavaScript does in pieces.

async function sealInOnePass(
  body: Uint8Array,
  header: RecordHeader,
  recipient: Uint8Array,
): Promise<SealedRecord> {
  const sealer = await RecordSealer.create(header, recipient)
  const plaintextBytes = encodeRecordHeader(header).length + body.length
  const sealed = new Uint8Array(ageHeadBytes + sealedSizeOf(plaintextBytes))
  sealed.set(sealer.head)
  let end = ageHeadBytes
  const place = (sizeBytes: number) => sealed.subarray(end, (end += sizeBytes))
  for (let start = 0; start < body.length; start += pieceBytes) {
    // The chunks go to their places; nothing else is to be done with them.
    for (const _chunk of sealer.push(body.subarray(start, start + pieceBytes), place));
  }
  const { contentId, commitment } = sealer.finish(place)
  return { sealed, contentId, commitment, salt: header.salt }
}

/** Small enough to be digested while it is in the cache. */
const pieceBytes = 65_536

async function openInOnePass(
  sealed: Uint8Array,
  key: OpeningKey,
  commitment: Hex32 | undefined,
): Promise<OpenedRecord> {
  let start = ageHeadBytes
  const next = () => {
    const chunk = sealed.subarray(start, start + sealedChunkBytes)
    start += sealedChunkBytes
    return [chunk, start >= sealed.length] as const
  }
  const opener = await RecordOpener.create(sealed, ...next(), key)
  let body = opener.first
  if (start < sealed.length) {
    body = new Uint8Array(opener.first.length + openedSizeOf(sealed.length - start))
    body.set(opener.first)
    let sizeBytes = opener.first.length
    while (start < sealed.length) {
      const [chunk, isLast] = next()
      const end = sizeBytes + Math.max(0, chunk.length - 16)
      opener.next(chunk, isLast, body.subarray(sizeBytes, end))
      sizeBytes = end
    }
  }
  opener.finish(commitment)
  return { body, mediaType: opener.header.mediaType, salt: opener.header.salt }
}
