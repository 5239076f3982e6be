import { crc32 } from 'node:zlib'

/** Marks the start of a frame so that a scan after damage is one pass, not a trial at every byte. */
const MARK = Buffer.from([0x48, 0x52, 0x45, 0xf7])
const HEAD_BYTES = 16
/** Above any block the host makes; a longer length is damage. */
export const FRAME_BYTES_MAX = 64 * 1024 * 1024
export const SALT_BYTES = 16

/** One decoded frame and where it lay. */
export interface Frame {
  readonly sequence: number
  readonly payload: Buffer
  readonly offsetBytes: number
}

/** What a scan of a journal found. */
export interface FrameScan {
  readonly frames: Frame[]
  /** End of the last good frame. Bytes after it are a torn tail. */
  readonly goodBytes: number
  /** Where a good frame lies after damage; then the damage is not a tail. */
  readonly goodAfterDamage: number | undefined
}

/**
 * Frames a payload: mark, sequence, length, CRC-32, payload; integers are 32 bits, big-endian (spec/chain.md H3).
 *
 * @param salt - 16 random bytes of this file. They enter the checksum, so that a transaction whose data contains
 *   a well-formed frame cannot pass for one.
 */
export function encodeFrame(sequence: number, payload: Uint8Array, salt: Uint8Array): Buffer {
  if (payload.length > FRAME_BYTES_MAX) throw new RangeError(`frame of ${payload.length} bytes`)
  const frame = Buffer.allocUnsafe(HEAD_BYTES + payload.length)
  MARK.copy(frame)
  frame.writeUInt32BE(sequence, 4)
  frame.writeUInt32BE(payload.length, 8)
  frame.set(payload, HEAD_BYTES)
  frame.writeUInt32BE(checksum(frame.subarray(4, 12), payload, salt), 12)
  return frame
}

/** Reads frames from `start` to the first that is torn, damaged or out of sequence. */
export function scanFrames(bytes: Buffer, start: number, salt: Uint8Array): FrameScan {
  const frames: Frame[] = []
  let offset = start
  for (;;) {
    const frame = decodeFrame(bytes, offset, salt)
    if (!frame || frame.sequence !== frames.length) break
    frames.push(frame)
    offset += HEAD_BYTES + frame.payload.length
  }
  return { frames, goodBytes: offset, goodAfterDamage: findFrame(bytes, offset, salt) }
}

/** Decodes the frame at `offset`, or undefined if there is none whose checksum holds. */
export function decodeFrame(bytes: Buffer, offset: number, salt: Uint8Array): Frame | undefined {
  if (offset + HEAD_BYTES > bytes.length || !bytes.subarray(offset, offset + 4).equals(MARK)) return undefined
  const length = bytes.readUInt32BE(offset + 8)
  const end = offset + HEAD_BYTES + length
  if (length > FRAME_BYTES_MAX || end > bytes.length) return undefined
  const payload = bytes.subarray(offset + HEAD_BYTES, end)
  if (checksum(bytes.subarray(offset + 4, offset + 12), payload, salt) !== bytes.readUInt32BE(offset + 12))
    return undefined
  return { sequence: bytes.readUInt32BE(offset + 4), payload, offsetBytes: offset }
}

function findFrame(bytes: Buffer, from: number, salt: Uint8Array): number | undefined {
  for (let at = bytes.indexOf(MARK, from); at >= 0; at = bytes.indexOf(MARK, at + 1)) {
    if (decodeFrame(bytes, at, salt)) return at
  }
  return undefined
}

function checksum(head: Uint8Array, payload: Uint8Array, salt: Uint8Array): number {
  return crc32(payload, crc32(head, crc32(salt)))
}
