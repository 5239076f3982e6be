import type { Primitives } from './primitives.ts'

/** Plaintext of every chunk but the last (age v1, "Payload"). */
export const chunkBytes = 65_536
export const sealedChunkBytes = chunkBytes + 16

/**
 * STREAM of the age v1 format: numbered chunks of ChaCha20-Poly1305, the last one marked, so that none can be cut,
 * swapped or repeated unseen.
 *
 * @see https://c2sp.org/age
 */
export class ChunkCipher {
  readonly #use: Primitives
  readonly #key: Uint8Array
  readonly #nonce = new Uint8Array(12)

  constructor(use: Primitives, key: Uint8Array) {
    this.#use = use
    this.#key = key
  }

  /**
   * @param last - exactly once, on the last chunk; only that one may be shorter, and empty only if it is the first.
   * @param into - where to put it: 16 bytes longer than `chunk`.
   */
  seal(chunk: Uint8Array, last: boolean, into?: Uint8Array): Uint8Array {
    return this.#use.aeadSeal(this.#key, this.#next(last), chunk, into)
  }

  /** The chunk (in `into` if given: 16 bytes shorter), or undefined: altered, cut, out of place, or empty though chunks came before it. */
  open(sealed: Uint8Array, last: boolean, into?: Uint8Array): Uint8Array | undefined {
    const isFirst = this.#nonce.every((byte) => byte === 0)
    const chunk = this.#use.aeadOpen(this.#key, this.#next(last), sealed, into)
    return chunk?.length === 0 && !isFirst ? undefined : chunk
  }

  /** Eleven bytes of counter, big-endian, and one that marks the last chunk. */
  #next(last: boolean): Uint8Array {
    const nonce = this.#nonce.slice()
    if (last) nonce[11] = 1
    for (let index = 10; index >= 0; index--) {
      this.#nonce[index]!++
      if (this.#nonce[index] !== 0) break
    }
    return nonce
  }
}

/** Size of `plaintextBytes` as chunks, their tags included. */
export const sealedSizeOf = (plaintextBytes: number): number =>
  plaintextBytes + 16 * Math.max(1, Math.ceil(plaintextBytes / chunkBytes))

/** The most that chunks of this size can open to; a last one that is shorter than its tag opens to nothing. */
export const openedSizeOf = (sealedBytes: number): number =>
  Math.floor(sealedBytes / sealedChunkBytes) * chunkBytes + Math.max(0, (sealedBytes % sealedChunkBytes) - 16)
