import { chunkBytes, sealedChunkBytes } from './ageStream.ts'
import { VaultError } from './errors.ts'
import { assertBytes, decodeHex, encodeHex, lowerHex, type Hex, type Hex32 } from './hex.ts'
import { webCrypto } from './platform.ts'
import { primitives } from './primitives.ts'
import { platformRandom, type RandomBytes } from './random.ts'
import { assertRecipient } from './recipient.ts'
import type { SealedRecord } from './record.ts'
import { RecordOpener, RecordSealer, sealedChunks } from './recordChunks.ts'

/** Bytes in pieces of any size: a web stream, a Node stream, `Blob.stream()`, a generator. */
export type ByteSource = AsyncIterable<Uint8Array>

/** Told after every piece how many bytes of the source were worked on so far. */
export type OnProgress = (doneBytes: number) => void

/**
 * `reuseMemory`: pieces come in one and the same buffer, each valid until the next is asked for: write it, wait, ask. It takes a
 * few hundred kilobytes at any speed; without it each piece has memory of its own, which waits for the collector.
 */
interface Memory {
  reuseMemory?: boolean
}

/** What is known once the last byte was sealed. */
export type SealedSummary = Omit<SealedRecord, 'sealed'>

/**
 * Seals a record of any size with a few hundred kilobytes of memory. The same file as `sealRecord` makes.
 *
 * @param args.body - read once, as fast as the sealed pieces are taken. A piece is not looked at after the next was asked for.
 * @returns a generator of pieces of the file, whose return value is the summary. Wherever the pieces go, they are a
 * record only when it returned: drop them if it throws.
 * @throws VaultError `argument-invalid`, `recipient-refused`, `platform-unavailable`; whatever `body` throws.
 * @see spec/envelope.md E14
 */
export async function* sealRecordStream(
  args: Memory & {
    body: ByteSource
    mediaType: string
    recipient: Uint8Array
    salt?: Hex
    random?: RandomBytes
    onProgress?: OnProgress
  },
): AsyncGenerator<Uint8Array, SealedSummary, void> {
  const { body, mediaType, recipient, random = platformRandom, onProgress } = args
  assertSource(body, 'body')
  assertRecipient(recipient)
  webCrypto()
  const salt = encodeHex(args.salt === undefined ? random(32) : decodeHex(args.salt, 'salt', 32))
  const sealer = await RecordSealer.create({ salt, mediaType }, recipient)
  const place = args.reuseMemory ? oneBufferOf(sealedChunkBytes) : undefined
  yield sealer.head
  let doneBytes = 0
  for await (const piece of body) {
    assertBytes(piece, 'body')
    yield* sealer.push(piece, place)
    onProgress?.((doneBytes += piece.length))
  }
  const { chunk, contentId, commitment } = sealer.finish(place)
  yield chunk
  return { contentId, commitment, salt }
}

/**
 * Opens a record of any size with a few hundred kilobytes of memory. Each piece was authenticated with its chunk, but the
 * whole only when `body` ended: until then keep the pieces where they can be taken back (E14). The last piece is not
 * handed out before content id and commitment were checked, so whoever has all of them has the record.
 *
 * @param args.seed - of the epoch, 32 bytes; or `recordKey` - of this file alone, 16 bytes (E15).
 * @param args.contentId - from the record's leaf; checked at the end. {@link contentIdOfStream} checks it before.
 * @param args.commitment - from the record's leaf; checked at the end.
 * @returns after the first chunk, with what the header line says. Take all of `body` or call its `return()`.
 * @throws VaultError `sealed-header-refused`, `record-not-for-key`, `record-damaged`, `record-plaintext-malformed`,
 * `argument-invalid`, `platform-unavailable`; from `body` also `content-id-mismatch`, `commitment-mismatch`.
 */
export async function openRecordStream(
  args: ({ seed: Uint8Array } | { recordKey: Uint8Array }) &
    Memory & {
      sealed: ByteSource
      contentId?: Hex
      commitment?: Hex
      onProgress?: OnProgress
    },
): Promise<{ body: AsyncGenerator<Uint8Array, void, void>; mediaType: string; salt: Hex32 }> {
  assertSource(args.sealed, 'sealed')
  if ('seed' in args) assertBytes(args.seed, 'seed', 32)
  else assertBytes(args.recordKey, 'recordKey', 16)
  webCrypto()
  const contentId = args.contentId === undefined ? undefined : lowerHex(args.contentId, 'contentId', 32)
  const commitment = args.commitment === undefined ? undefined : lowerHex(args.commitment, 'commitment', 32)
  const digest = primitives().createSha256()
  const chunks = sealedChunks(tapped(args.sealed, digest, args.onProgress))
  const head = (await chunks.next()).value as { bytes: Uint8Array }
  const first = (await chunks.next()).value as { bytes: Uint8Array; part: string }
  const key = 'seed' in args ? { seed: args.seed } : { fileKey: args.recordKey }
  let opener: RecordOpener
  try {
    opener = await RecordOpener.create(head.bytes, first.bytes, first.part === 'last', key)
  } catch (error) {
    await chunks.return(undefined)
    throw error
  }
  const { mediaType, salt } = opener.header

  function finish() {
    const actual = encodeHex(digest.digest()) as Hex32
    if (contentId !== undefined && actual !== contentId) {
      throw new VaultError('content-id-mismatch', { expected: contentId, actual })
    }
    opener.finish(commitment)
  }
  async function* body() {
    if (first.part === 'last') finish()
    if (opener.first.length > 0) yield opener.first
    const place = args.reuseMemory ? oneBufferOf(chunkBytes) : undefined
    for await (const { bytes, part } of chunks) {
      const piece = opener.next(bytes, part === 'last', place?.(Math.max(0, bytes.length - 16)))
      if (part === 'last') finish()
      yield piece
    }
  }
  return { body: body(), mediaType, salt: salt as Hex32 }
}

/**
 * Content id of a file of any size: the first of two passes for a reader that must not see a byte of a wrong file. Open
 * with the same content id afterwards, because the source may have changed in between.
 */
export async function contentIdOfStream(sealed: ByteSource, onProgress?: OnProgress): Promise<Hex32> {
  assertSource(sealed, 'sealed')
  const digest = primitives().createSha256()
  for await (const _piece of tapped(sealed, digest, onProgress));
  return encodeHex(digest.digest())
}

/**
 * Commitment to a body of any size under its salt (E5): the hash lock. Whoever holds both and the record's leaf shows that
 * this is what was recorded, and shows it to nobody.
 *
 * @param salt - 32 bytes in hexadecimal, from inside the seal.
 * @throws VaultError `argument-invalid`; whatever `body` throws.
 */
export async function commitmentOfStream(
  body: ByteSource,
  salt: Hex,
  onProgress?: OnProgress,
): Promise<Hex32> {
  assertSource(body, 'body')
  const digest = primitives().createHmacSha256(decodeHex(salt, 'salt', 32))
  for await (const _piece of tapped(body, digest, onProgress));
  return encodeHex(digest.digest())
}

const oneBufferOf = (sizeBytes: number) => {
  const buffer = new Uint8Array(sizeBytes)
  return (usedBytes: number) => buffer.subarray(0, usedBytes)
}

async function* tapped(
  source: ByteSource,
  digest: { update(bytes: Uint8Array): void },
  onProgress?: OnProgress,
): AsyncGenerator<Uint8Array, void, void> {
  let doneBytes = 0
  for await (const piece of source) {
    assertBytes(piece, 'sealed')
    digest.update(piece)
    yield piece
    onProgress?.((doneBytes += piece.length))
  }
}

function assertSource(value: unknown, argument: string): asserts value is ByteSource {
  if (typeof (value as ByteSource | undefined)?.[Symbol.asyncIterator] !== 'function') {
    throw new VaultError('argument-invalid', { argument, expected: 'an async iterable of Uint8Array' })
  }
}
