import type { Hex } from './api.ts'
import type { SealedShelf } from './sealed.ts'

const noteName = 'acquaintances'

/** What somebody calls the people whom no directory names: a daughter, a neighbour. It never leaves the device. */
export class Acquaintances {
  readonly #notes: SealedShelf
  #known: Promise<Map<Hex, string>> | undefined

  constructor(notes: SealedShelf) {
    this.#notes = notes
  }

  async nameOf(account: Hex): Promise<string | null> {
    return (await this.#all()).get(account) ?? null
  }

  async remember(account: Hex, name: string): Promise<void> {
    const known = new Map(await this.#all()).set(account, name)
    await this.#notes.write(noteName, [...known])
    this.#known = Promise.resolve(known)
  }

  #all(): Promise<Map<Hex, string>> {
    // A note of other keys opens with none of these: then nobody is known here.
    this.#known ??= this.#notes.read<[Hex, string][]>(noteName).then(
      (pairs) => new Map(pairs),
      () => new Map(),
    )
    return this.#known
  }
}
