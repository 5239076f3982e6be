import { Readable } from 'node:stream'
import type { Hex } from 'viem'

/** A stored file from one of its bytes on (P1). */
export interface FilePart {
  /** Read once. */
  stream: Readable
  /** What the stream has, where the file is small enough to be in memory. */
  atHand?: Uint8Array
  /** First byte that the stream has. */
  from: number
  /** Size of the whole file. */
  bytes: number
}

/** From the wanted byte on, or all of it where there is no such byte. */
export function partOf(bytes: Uint8Array, wanted: number): FilePart {
  const from = wanted < bytes.length ? wanted : 0
  const atHand = bytes.subarray(from)
  return {
    atHand,
    get stream() {
      return Readable.from([atHand])
    },
    bytes: bytes.length,
    from,
  }
}

/**
 * Sealed files by content id (E2). Implementations check bytes against the id on the way in and before the way out.
 */
export interface BlobStore {
  /**
   * Stores one sealed file; storing it again is no error.
   *
   * @returns its size in bytes.
   * @throws HreError `content-mismatch`, `payload-too-large`, `storage-full`; then nothing was stored.
   */
  put(contentId: Hex, source: Readable, bytesMax: number): Promise<number>

  /**
   * A file, checked whole against its id before the first byte is given out.
   *
   * @param from - first byte wanted (P1); beyond the end: all of it.
   * @returns undefined when it is not here.
   * @throws HreError `record-damaged` when the stored bytes no longer match.
   */
  get(contentId: Hex, from?: number): Promise<FilePart | undefined>

  /**
   * A small file at once, checked in the same way.
   *
   * @returns undefined also when it is larger than `bytesMax`.
   * @throws HreError `record-damaged`.
   */
  getSmall(contentId: Hex, bytesMax: number): Promise<Uint8Array | undefined>

  has(contentId: Hex): Promise<boolean>

  /** Deletes a file; one that is not here is no error. */
  delete(contentId: Hex): Promise<void>

  /**
   * As `has`, for a file that is about to be named: it counts as new, and is not collected under its author's hands.
   */
  keep(contentId: Hex): Promise<boolean>

  /** Every file, with when it was stored (Unix seconds), in no order. */
  list(): AsyncIterable<{ contentId: Hex; bytes: number; storedAt: number }>

  /** Deletes a file unless it was stored or kept after that moment. @returns whether it did. */
  collect(contentId: Hex, olderThan: number): Promise<boolean>

  /** Deletes what uploads that were cut off have left before that moment (Unix seconds). */
  sweep(olderThan: number): Promise<void>

  /** How much is stored; may be some minutes old. */
  bytes(): Promise<number>
}
