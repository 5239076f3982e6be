/**
 * A ZIP archive of files that are stored as they are: sealed files do not shrink.
 *
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.3
 */
export class ZipArchive {
  readonly #parts: Uint8Array[] = []
  readonly #directory: Uint8Array[] = []
  #sizeBytes = 0

  /** @param name - ASCII, `/` between folders. Archives end at 4 GiB and 65,535 files, which no chart reaches. */
  add(name: string, bytes: Uint8Array): void {
    const nameBytes = new TextEncoder().encode(name)
    const common = [
      // Version 2.0; names in UTF-8; stored; 1 January 1980, for no clock tells when it was made.
      ...u16(20),
      ...u16(0x0800),
      ...u16(0),
      ...u16(0),
      ...u16(0x21),
      ...u32(crc32(bytes)),
      ...u32(bytes.length),
      ...u32(bytes.length),
      ...u16(nameBytes.length),
      ...u16(0),
    ]
    const offset = this.#sizeBytes
    this.#push(Uint8Array.from([...u32(0x04034b50), ...common]), nameBytes, bytes)
    this.#directory.push(
      Uint8Array.from([...u32(0x02014b50), ...u16(20), ...common, ...new Array(10).fill(0), ...u32(offset)]),
      nameBytes,
    )
  }

  end(): Uint8Array<ArrayBuffer> {
    const offset = this.#sizeBytes
    const files = this.#directory.length / 2
    this.#push(...this.#directory)
    const size = this.#sizeBytes - offset
    const numbers = [
      ...u16(0),
      ...u16(0),
      ...u16(files),
      ...u16(files),
      ...u32(size),
      ...u32(offset),
      ...u16(0),
    ]
    this.#push(Uint8Array.from([...u32(0x06054b50), ...numbers]))
    const whole = new Uint8Array(this.#sizeBytes)
    let at = 0
    for (const part of this.#parts) {
      whole.set(part, at)
      at += part.length
    }
    return whole
  }

  #push(...parts: Uint8Array[]): void {
    for (const part of parts) {
      this.#parts.push(part)
      this.#sizeBytes += part.length
    }
  }
}

const u16 = (value: number): number[] => [value & 0xff, (value >>> 8) & 0xff]
const u32 = (value: number): number[] => [...u16(value), ...u16(value >>> 16)]

const crcTable = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1
  return value
})

/** CRC-32 of ISO 3309, as ZIP wants it. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 0xff]! ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}
