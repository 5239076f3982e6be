import { LRUCache } from 'lru-cache'
import type { Hex } from 'viem'
import { partOf, type BlobStore, type FilePart } from './blobStore.ts'

/** Files that are not larger are kept. */
const fileBytesMax = 64 * 1024
const bytesMax = 32_000_000
/** What keeping a file takes beside its bytes. */
const bytesBeside = 300
/** Damage on the disk is noticed when it is read next: so much later, at the latest. */
const keptMilliseconds = 60_000

interface Kept {
  bytes: Uint8Array
  at: number
}

/**
 * Small sealed files that were handed out a moment ago: what a doctor opens, a colleague on the ward opens as well. They were checked when
 * they came from the disk. For handing out alone: who looks after the files, or proves to have them, reads the disk.
 */
export class RecentFiles {
  readonly #blobs: BlobStore
  readonly #kept = new LRUCache<Hex, Kept>({
    maxSize: bytesMax,
    sizeCalculation: ({ bytes }) => bytes.length + bytesBeside,
  })

  constructor(blobs: BlobStore) {
    this.#blobs = blobs
  }

  /** As `BlobStore.get`. */
  async get(contentId: Hex, from = 0): Promise<FilePart | undefined> {
    const kept = this.#recent(contentId)
    if (kept) return partOf(kept, from)
    const found = await this.#blobs.get(contentId, from)
    if (found?.atHand && found.from === 0) this.#keep(contentId, found.atHand)
    return found
  }

  /** As `BlobStore.getSmall`. */
  async getSmall(contentId: Hex, bytesMax: number): Promise<Uint8Array | undefined> {
    const kept = this.#recent(contentId)
    if (kept) return kept.length <= bytesMax ? kept : undefined
    const found = await this.#blobs.getSmall(contentId, bytesMax)
    if (found) this.#keep(contentId, found)
    return found
  }

  /** Of a file that is deleted for good. */
  forget(contentId: Hex): void {
    this.#kept.delete(contentId)
  }

  #recent(contentId: Hex): Uint8Array | undefined {
    const kept = this.#kept.get(contentId)
    return kept && performance.now() - kept.at < keptMilliseconds ? kept.bytes : undefined
  }

  #keep(contentId: Hex, bytes: Uint8Array): void {
    if (bytes.length <= fileBytesMax) this.#kept.set(contentId, { bytes, at: performance.now() })
  }
}
