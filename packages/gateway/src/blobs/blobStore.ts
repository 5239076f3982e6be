import type { Readable } from 'node:stream'
import type { Hex } from 'viem'

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
   * @returns undefined when it is not here. `bytes` is the size of the whole file, `from` the stream's first byte.
   * @throws HreError `record-damaged` when the stored bytes no longer match.
   */
  get(contentId: Hex, from?: number): Promise<{ stream: Readable; bytes: number; from: number } | undefined>

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
