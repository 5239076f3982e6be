import { setImmediate as turn } from 'node:timers/promises'

/** Something that waits for its turn. */
interface Waiting<Item, Result> {
  item: Item
  resolve: (result: Result) => void
  reject: (error: unknown) => void
}

/**
 * Work that costs little more for many than for one. What comes while some is under way waits for it and is then done in one go. So does
 * what comes in the same turn of the event loop, since work that never leaves this thread would be done before the next caller is
 * heard. Nobody waits for a clock.
 */
export class Together<Item, Result> {
  readonly #run: (items: readonly Item[]) => Promise<readonly Result[]>
  readonly #size: (item: Item) => number
  readonly #sizeMax: number
  readonly #isOfAll: (error: unknown) => boolean
  readonly #line: Waiting<Item, Result>[] = []
  #isRunning = false

  /**
   * @param options.run - gives a result for each item, in order.
   * @param options.size - of an item; those of one go add up to `sizeMax`, or it is a single one.
   * @param options.isOfAll - whether an error is that of no item, such as a database that is away: then nobody is tried alone.
   */
  constructor(options: {
    run: (items: readonly Item[]) => Promise<readonly Result[]>
    size: (item: Item) => number
    sizeMax: number
    isOfAll: (error: unknown) => boolean
  }) {
    this.#run = options.run
    this.#size = options.size
    this.#sizeMax = options.sizeMax
    this.#isOfAll = options.isOfAll
  }

  /** @throws what the work threw for this item alone, or for all. */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#line.push({ item, resolve, reject })
      if (!this.#isRunning) void this.#work()
    })
  }

  async #work(): Promise<void> {
    this.#isRunning = true
    while (this.#line.length > 0) {
      await turn()
      await this.#do(this.#next())
    }
    this.#isRunning = false
  }

  #next(): Waiting<Item, Result>[] {
    let size = this.#size(this.#line[0]!.item)
    let count = 1
    while (count < this.#line.length && (size += this.#size(this.#line[count]!.item)) <= this.#sizeMax)
      count++
    return this.#line.splice(0, count)
  }

  async #do(group: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#run(group.map(({ item }) => item))
      for (const [index, { resolve }] of group.entries()) resolve(results[index]!)
    } catch (error) {
      // One that fails does not keep its neighbours from it.
      if (group.length > 1 && !this.#isOfAll(error)) for (const one of group) await this.#do([one])
      else for (const { reject } of group) reject(error)
    }
  }
}
