/** One file of an archive. Its bytes have to be read before the next one is asked for. */
export interface TarEntry {
  name: string
  bytes: number
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

const blockBytes = 512
/** What eleven octal digits hold. */
const sizeMax = 8 ** 11 - 1

/**
 * Writes POSIX ustar (IEEE Std 1003.1-1988), so that `age -d FILE | tar x` opens a backup without us.
 *
 * @throws Error when an entry has other bytes than it says, or a name that has no room.
 */
export async function* writeTar(entries: AsyncIterable<TarEntry>): AsyncGenerator<Uint8Array> {
  for await (const { name, bytes, content } of entries) {
    yield headerOf(name, bytes)
    let written = 0
    for await (const chunk of content) {
      written += chunk.length
      yield chunk
    }
    if (written !== bytes) throw new Error(`${name}: ${written} bytes where ${bytes} were announced`)
    if (bytes % blockBytes > 0) yield new Uint8Array(blockBytes - (bytes % blockBytes))
  }
  yield new Uint8Array(2 * blockBytes)
}

/** @throws Error when it is not an archive, or ends too early. What follows an entry that was not read is passed over. */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const reader = new Reader(source)
  for (;;) {
    const header = await reader.exactly(blockBytes)
    if (header.every((byte) => byte === 0)) {
      // To the very end: only there does the seal say that nothing was cut off.
      await reader.drain()
      return
    }
    const { name, bytes } = parseHeader(header)
    let left = bytes
    const content = (async function* () {
      while (left > 0) {
        const chunk = await reader.some(left)
        left -= chunk.length
        yield chunk
      }
    })()
    yield { name, bytes, content }
    while (left > 0) left -= (await reader.some(left)).length
    if (bytes % blockBytes > 0) await reader.exactly(blockBytes - (bytes % blockBytes))
  }
}

function headerOf(name: string, bytes: number): Uint8Array {
  if (Buffer.byteLength(name) > 100 || bytes > sizeMax) throw new Error(`${name}: no room in an archive`)
  const header = Buffer.alloc(blockBytes)
  header.write(name, 0)
  header.write('0000600\0', 100)
  header.write('0000000\0', 108)
  header.write('0000000\0', 116)
  header.write(`${bytes.toString(8).padStart(11, '0')}\0`, 124)
  header.write('00000000000\0', 136)
  header.write('0', 156)
  header.write('ustar\x0000', 257)
  header.write(checksumOf(header), 148)
  return header
}

function parseHeader(header: Buffer): { name: string; bytes: number } {
  const text = (from: number, length: number) =>
    header
      .subarray(from, from + length)
      .toString()
      .replace(/\0[\s\S]*$/, '')
  const isTar = text(257, 5) === 'ustar' && header.subarray(148, 156).toString() === checksumOf(header)
  const bytes = Number.parseInt(text(124, 12), 8)
  if (!isTar || !Number.isSafeInteger(bytes)) throw new Error('not an archive')
  return { name: text(0, 100), bytes }
}

/** Sum of the header's bytes, its own field counted as spaces. */
function checksumOf(header: Buffer): string {
  let sum = 0
  for (const [index, byte] of header.entries()) sum += index >= 148 && index < 156 ? 32 : byte
  return `${sum.toString(8).padStart(6, '0')}\0 `
}

class Reader {
  readonly #source: AsyncIterator<Uint8Array>
  #rest = Buffer.alloc(0)

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** At least one byte, at most `bytesMax`. */
  async some(bytesMax: number): Promise<Buffer> {
    while (this.#rest.length === 0) {
      const { value, done } = await this.#source.next()
      if (done) throw new Error('the archive ends too early')
      this.#rest = Buffer.from(value)
    }
    const chunk = this.#rest.subarray(0, bytesMax)
    this.#rest = this.#rest.subarray(chunk.length)
    return chunk
  }

  async exactly(bytes: number): Promise<Buffer> {
    const parts: Buffer[] = []
    for (let left = bytes; left > 0; left -= parts.at(-1)!.length) parts.push(await this.some(left))
    return Buffer.concat(parts)
  }

  async drain(): Promise<void> {
    while (!(await this.#source.next()).done);
  }
}
