import type { Hex } from 'viem'

/** Those that come then take the place of all. */
const entriesMax = 5_000

type FollowerCursor = { readonly cursor: { readonly blockHash: Hex } }

/**
 * What was read from the chain's tables, good until the follower has read another block. Those tables change in the transaction
 * that moves the cursor and nowhere else, so nothing that is kept outlives the block that it was read at: a revocation counts in
 * the block that it comes in. What is not from the chain (sessions, receipts, what patients said about countries) must not be kept here.
 */
export class BlockCache {
  readonly #follower: FollowerCursor
  readonly #kept = new Map<string, Promise<unknown>>()
  #block: Hex | undefined

  constructor(follower: FollowerCursor) {
    this.#follower = follower
  }

  /**
   * What `load` gives, or gave since the block came; it is kept with the block at which its reading began.
   *
   * @param key - names what is loaded, and everything that it depends on but the chain.
   */
  async read<Value>(key: string, load: () => Promise<Value>): Promise<Value> {
    const { blockHash } = this.#follower.cursor
    if (blockHash !== this.#block) {
      this.#kept.clear()
      this.#block = blockHash
    }
    const known = this.#kept.get(key)
    if (known) return known as Promise<Value>
    const loaded = load()
    if (this.#kept.size >= entriesMax) this.#kept.clear()
    this.#kept.set(key, loaded)
    // What failed is asked for again.
    loaded.catch(() => this.#kept.get(key) === loaded && this.#kept.delete(key))
    return loaded
  }
}
