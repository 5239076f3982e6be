import { ageHeadBytes, chunkKeyOf, fileKeyOf, sealAgeHead, type OpeningKey } from './ageHeader.ts'
import { ChunkCipher, chunkBytes, sealedChunkBytes } from './ageStream.ts'
import { VaultError } from './errors.ts'
import { concatBytes, decodeHex, encodeHex, type Hex32 } from './hex.ts'
import { primitives, type RunningDigest } from './primitives.ts'
import { decodeRecordHeader, encodeRecordHeader, type RecordHeader } from './recordHeader.ts'

/** Cuts what arrives in pieces of any size into blocks of one size, holding at most one block. */
class Blocks {
  readonly #block: Uint8Array
  #used = 0

  constructor(sizeBytes: number) {
    this.#block = new Uint8Array(sizeBytes)
  }

  /** Full blocks, each valid until the next is asked for. A block is held until more follows: the last one is marked. */
  *push(bytes: Uint8Array): Generator<Uint8Array> {
    for (let offset = 0; offset < bytes.length;) {
      if (this.#used === this.#block.length) {
        yield this.#block
        this.#used = 0
      }
      const taken = bytes.subarray(offset, offset + this.#block.length - this.#used)
      this.#block.set(taken, this.#used)
      this.#used += taken.length
      offset += taken.length
    }
  }

  /** What is left: the last block. */
  rest(): Uint8Array {
    return this.#block.subarray(0, this.#used)
  }
}

type Place = (sizeBytes: number) => Uint8Array

/** Seals a record piece by piece, with one chunk in memory (E1 to E5). */
export class RecordSealer {
  /** What the file begins with. Send it first. */
  readonly head: Uint8Array
  readonly #cipher: ChunkCipher
  readonly #blocks = new Blocks(chunkBytes)
  readonly #contentId: RunningDigest
  readonly #commitment: RunningDigest

  /** @throws VaultError `recipient-refused`, `argument-invalid`. */
  static async create(header: RecordHeader, recipient: Uint8Array): Promise<RecordSealer> {
    const line = encodeRecordHeader(header)
    return new RecordSealer(header, line, await sealAgeHead(recipient))
  }

  private constructor(
    header: RecordHeader,
    line: Uint8Array,
    age: { head: Uint8Array; chunkKey: Uint8Array },
  ) {
    const use = primitives()
    this.head = age.head
    this.#cipher = new ChunkCipher(use, age.chunkKey)
    this.#contentId = use.createSha256()
    this.#commitment = use.createHmacSha256(decodeHex(header.salt, 'salt', 32))
    this.#contentId.update(age.head)
    // The line is shorter than a chunk: nothing comes out yet.
    void this.#blocks.push(line).next()
  }

  /** @param place - gives each chunk its place in a larger buffer. Without it each has memory of its own. */
  *push(body: Uint8Array, place?: Place): Generator<Uint8Array> {
    this.#commitment.update(body)
    for (const block of this.#blocks.push(body)) yield this.#seal(block, false, place)
  }

  /** The last chunk, and what is known only now. */
  finish(place?: Place): { chunk: Uint8Array; contentId: Hex32; commitment: Hex32 } {
    const chunk = this.#seal(this.#blocks.rest(), true, place)
    return {
      chunk,
      contentId: encodeHex(this.#contentId.digest()),
      commitment: encodeHex(this.#commitment.digest()),
    }
  }

  #seal(block: Uint8Array, last: boolean, place?: Place): Uint8Array {
    const chunk = this.#cipher.seal(block, last, place?.(block.length + 16))
    this.#contentId.update(chunk)
    return chunk
  }
}

/** Opens a record piece by piece, with one chunk in memory. What comes out was authenticated as far as its chunk. */
export class RecordOpener {
  readonly header: RecordHeader
  readonly #cipher: ChunkCipher
  readonly #commitment: RunningDigest
  /** What the first chunk held after the header line. */
  readonly first: Uint8Array

  /**
   * @param head - the first 1,643 bytes of the file, or more of it.
   * @param chunk - the chunk after it.
   * @throws VaultError `sealed-header-refused`, `record-not-for-key`, `record-damaged`, `record-plaintext-malformed`.
   */
  static async create(
    head: Uint8Array,
    chunk: Uint8Array,
    last: boolean,
    key: OpeningKey,
  ): Promise<RecordOpener> {
    const fileKey = await fileKeyOf(head, key)
    if (head.length < ageHeadBytes) throw new VaultError('record-damaged', {})
    return new RecordOpener(new ChunkCipher(primitives(), chunkKeyOf(head, fileKey)), chunk, last)
  }

  private constructor(cipher: ChunkCipher, chunk: Uint8Array, last: boolean) {
    this.#cipher = cipher
    const { body, ...header } = decodeRecordHeader(this.#open(chunk, last))
    this.header = header
    this.#commitment = primitives().createHmacSha256(decodeHex(header.salt, 'salt', 32))
    this.#commitment.update(body)
    this.first = body
  }

  /** @param into - as of a chunk's plaintext. @throws VaultError `record-damaged`. */
  next(chunk: Uint8Array, last: boolean, into?: Uint8Array): Uint8Array {
    const body = this.#open(chunk, last, into)
    this.#commitment.update(body)
    return body
  }

  /** @throws VaultError `commitment-mismatch`. Call it after the last chunk, before its contents leave. */
  finish(expected?: Hex32): void {
    const actual = encodeHex(this.#commitment.digest())
    if (expected !== undefined && actual !== expected) {
      throw new VaultError('commitment-mismatch', { expected, actual })
    }
  }

  #open(chunk: Uint8Array, last: boolean, into?: Uint8Array): Uint8Array {
    const opened = this.#cipher.open(chunk, last, into)
    if (!opened) throw new VaultError('record-damaged', {})
    return opened
  }
}

/** Head, then sealed chunks, of a file that arrives in pieces. `last` marks the end. */
export async function* sealedChunks(
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ bytes: Uint8Array; part: 'head' | 'chunk' | 'last' }> {
  let head: Uint8Array | undefined = new Uint8Array()
  const blocks = new Blocks(sealedChunkBytes)
  for await (const piece of pieces) {
    let bytes = piece
    if (head) {
      const missing = ageHeadBytes - head.length
      head = concatBytes(head, bytes.subarray(0, missing))
      bytes = bytes.subarray(missing)
      if (head.length < ageHeadBytes) continue
      yield { bytes: head, part: 'head' }
      head = undefined
    }
    for (const block of blocks.push(bytes)) yield { bytes: block, part: 'chunk' }
  }
  if (head) yield { bytes: head, part: 'head' }
  yield { bytes: blocks.rest(), part: 'last' }
}
