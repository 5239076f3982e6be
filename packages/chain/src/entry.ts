import type { Hex } from 'viem'

/** A block as it was decided, before it was mined. Times in Unix seconds. */
export interface BlockEntry {
  readonly kind: 'block'
  readonly number: number
  readonly timestamp: number
  readonly parentHash: Hex
  readonly transactions: readonly Buffer[]
}

/**
 * Written after a block whose transactions were not exactly those of its entry, in order: the places in the entry
 * of those that were mined. Replay follows it, so it never depends on how the engine treats the others.
 */
export interface AmendEntry {
  readonly kind: 'amend'
  readonly number: number
  readonly mined: readonly number[]
}

/** Transactions accepted before the nonce in front of them. */
export interface HeldEntry {
  readonly kind: 'held'
  readonly transactions: readonly HeldRecord[]
}

/** A held transaction with its sender, so that opening need not recover signatures. */
export interface HeldRecord {
  readonly sender: Hex
  readonly raw: Buffer
}

export type Entry = BlockEntry | AmendEntry | HeldEntry

const BLOCK = 1
const AMEND = 2
const HELD = 3

/** Encodes an entry as a frame payload (spec/chain.md H4). */
export function encodeEntry(entry: Entry): Buffer {
  if (entry.kind === 'block') {
    const head = Buffer.alloc(1 + 8 + 8 + 32 + 4)
    head.writeUInt8(BLOCK, 0)
    head.writeBigUInt64BE(BigInt(entry.number), 1)
    head.writeBigUInt64BE(BigInt(entry.timestamp), 9)
    head.write(entry.parentHash.slice(2), 17, 'hex')
    head.writeUInt32BE(entry.transactions.length, 49)
    return Buffer.concat([head, ...entry.transactions.flatMap((raw) => [lengthOf(raw), raw])])
  }
  if (entry.kind === 'amend') {
    const bytes = Buffer.alloc(1 + 8 + 4 + 4 * entry.mined.length)
    bytes.writeUInt8(AMEND, 0)
    bytes.writeBigUInt64BE(BigInt(entry.number), 1)
    bytes.writeUInt32BE(entry.mined.length, 9)
    entry.mined.forEach((place, i) => bytes.writeUInt32BE(place, 13 + 4 * i))
    return bytes
  }
  const head = Buffer.alloc(5)
  head.writeUInt8(HELD, 0)
  head.writeUInt32BE(entry.transactions.length, 1)
  return Buffer.concat([
    head,
    ...entry.transactions.flatMap(({ sender, raw }) => [
      Buffer.from(sender.slice(2), 'hex'),
      lengthOf(raw),
      raw,
    ]),
  ])
}

/**
 * Decodes a frame payload.
 *
 * @throws RangeError - the bytes are not exactly one entry; the journal reports it as damage.
 */
export function decodeEntry(bytes: Buffer): Entry {
  const reader = new Reader(bytes)
  const kind = reader.byte()
  const entry = decodeBody(kind, reader)
  if (reader.offset !== bytes.length) throw new RangeError('bytes after the entry')
  return entry
}

function decodeBody(kind: number, reader: Reader): Entry {
  if (kind === BLOCK) {
    const number = reader.uint64()
    const timestamp = reader.uint64()
    const parentHash: Hex = `0x${reader.take(32).toString('hex')}`
    return {
      kind: 'block',
      number,
      timestamp,
      parentHash,
      transactions: reader.list(() => reader.take(reader.uint32())),
    }
  }
  if (kind === AMEND)
    return { kind: 'amend', number: reader.uint64(), mined: reader.list(() => reader.uint32()) }
  if (kind === HELD) {
    const transactions = reader.list(() => {
      const sender: Hex = `0x${reader.take(20).toString('hex')}`
      return { sender, raw: reader.take(reader.uint32()) }
    })
    return { kind: 'held', transactions }
  }
  throw new RangeError(`entry kind ${kind}`)
}

function lengthOf(raw: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(raw.length)
  return length
}

class Reader {
  offset = 0
  readonly #bytes: Buffer
  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }
  byte(): number {
    return this.take(1)[0]!
  }
  uint32(): number {
    return this.take(4).readUInt32BE()
  }
  uint64(): number {
    return Number(this.take(8).readBigUInt64BE())
  }
  take(length: number): Buffer {
    if (this.offset + length > this.#bytes.length) throw new RangeError('entry ends early')
    this.offset += length
    return this.#bytes.subarray(this.offset - length, this.offset)
  }
  list<Item>(item: () => Item): Item[] {
    const items: Item[] = []
    for (let left = this.uint32(); left > 0; left--) items.push(item())
    return items
  }
}
