import { LRUCache } from 'lru-cache'
import type { Hex } from 'viem'

const entriesMax = 2_000

type FollowerCursor = { readonly cursor: { readonly blockHash: Hex } }

/**
 * What was read from the chain's tables, good until the follower has read another block. Those tables change in the transaction
 * that moves the cursor and nowhere else, so nothing that is kept outlives the block that it was read at: a revocation counts in
 * the block that it comes in. What is not from the chain (sessions, receipts, what patients said about countries) must not be kept here.
 */
export class BlockCache {
  readonly #follower: FollowerCursor
  readonly #kept = new LRUCache<string, Promise<unknown>>({ max: entriesMax })
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
    this.#kept.set(key, loaded)
    // What failed is asked for again.
    loaded.catch(() => this.#kept.get(key) === loaded && this.#kept.delete(key))
    return loaded
  }
}

/**
 * Rows of the chain's tables by their keys, good as long. For tables to which rows are added between blocks as well, but in which
 * none is changed: what was not found is asked for again.
 */
export class BlockRows<Row extends object> {
  readonly #follower: FollowerCursor
  readonly #max: number
  #kept: LRUCache<Hex, Row>
  #block: Hex | undefined

  /** @param options.max - rows that are kept at most. */
  constructor(follower: FollowerCursor, { max }: { max: number }) {
    this.#follower = follower
    this.#max = max
    this.#kept = new LRUCache({ max })
  }

  /**
   * @param load - reads those that are not kept.
   * @returns those that there are, by their keys.
   */
  async read(
    keys: readonly Hex[],
    load: (missing: readonly Hex[]) => Promise<Iterable<readonly [Hex, Row]>>,
  ): Promise<Map<Hex, Row>> {
    const { blockHash } = this.#follower.cursor
    if (blockHash !== this.#block) {
      // What is under way still belongs to the block before, and goes with it.
      this.#kept = new LRUCache({ max: this.#max })
      this.#block = blockHash
    }
    const kept = this.#kept
    const rows = new Map<Hex, Row>()
    const missing = new Set<Hex>()
    for (const key of keys) {
      const row = kept.get(key)
      if (row) rows.set(key, row)
      else missing.add(key)
    }
    if (missing.size === 0) return rows
    for (const [key, row] of await load([...missing])) {
      rows.set(key, row)
      kept.set(key, row)
    }
    return rows
  }
}
