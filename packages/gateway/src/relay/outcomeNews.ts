/** Callers who wait at the same time; whoever comes beyond that asks again instead. */
const waitingMax = 5_000
/** Outcomes may also be written down by another replica, of which nobody here is told. */
const lookAgainMilliseconds = 250

/** Lets callers wait for outcomes without asking over and over. */
export class OutcomeNews {
  readonly #waiting = new Set<() => void>()
  #told = 0
  #closed = false

  get waiting(): number {
    return this.#waiting.size
  }

  /** Outcomes were written down: whoever waits looks again. */
  tell(): void {
    this.#told++
    for (const wake of this.#waiting) wake()
  }

  /** Nobody waits any more: the gateway ends. */
  close(): void {
    this.#closed = true
    this.tell()
  }

  /**
   * Looks until it is over, or the time is.
   *
   * @param look - asked again after each news, and now and then.
   * @returns what was seen last.
   */
  async lookUntil<Seen>(
    isOver: (seen: Seen) => boolean,
    milliseconds: number,
    look: () => Promise<Seen>,
  ): Promise<Seen> {
    const end = performance.now() + milliseconds
    for (;;) {
      const told = this.#told
      const seen = await look()
      const left = end - performance.now()
      if (isOver(seen) || left <= 0 || this.#closed || this.#waiting.size >= waitingMax) return seen
      // What was written down during the look may be what it did not see.
      if (this.#told === told) await this.#next(Math.min(left, lookAgainMilliseconds))
    }
  }

  #next(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer)
        this.#waiting.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, milliseconds)
      this.#waiting.add(wake)
    })
  }
}
