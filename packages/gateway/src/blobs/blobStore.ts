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
   * The whole file, checked against its id before the first byte is given out.
   *
   * @returns undefined when it is not here.
   * @throws HreError `record-damaged` when the stored bytes no longer match.
   */
  get(contentId: Hex): Promise<{ stream: Readable; bytes: number } | undefined>

  has(contentId: Hex): Promise<boolean>

  /** Deletes a file; one that is not here is no error. */
  delete(contentId: Hex): Promise<void>
}
