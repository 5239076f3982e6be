import type { Hex } from 'viem'

/**
 * Rows by their keys, good while a mark stays as it is that changes with them: of a block, or of a table's revision. For tables to which
 * rows may be added without another mark: what was not found is asked for again.
 */
export class KeptRows<Row extends object> {
  readonly #max: number
  #kept = new Map<Hex, Row>()
  #mark: string | undefined

  /** @param options.max - rows that are kept at most: those that come then take the place of all. */
  constructor({ max }: { max: number }) {
    this.#max = max
  }

  /**
   * @param mark - read before this is asked: what is loaded is at least as new.
   * @param load - reads those that are not kept.
   * @returns those that there are, by their keys.
   */
  async read(
    mark: string,
    keys: readonly Hex[],
    load: (missing: readonly Hex[]) => Promise<Iterable<readonly [Hex, Row]>>,
  ): Promise<Map<Hex, Row>> {
    if (mark !== this.#mark) {
      // What is under way still belongs to the mark before, and goes with it.
      this.#kept = new Map()
      this.#mark = mark
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
      if (kept.size >= this.#max) kept.clear()
      kept.set(key, row)
    }
    return rows
  }
}
