const quietMilliseconds = 1000
const redrawMilliseconds = 80
const lineMilliseconds = 5000

interface Stream {
  isTTY?: boolean
  columns?: number
  write(text: string): unknown
}

/**
 * Tells of work under way that lasts over a second. A terminal gets one line that is rewritten; anything else a plain
 * line now and then, so that a log stays short.
 */
export class ProgressDisplay {
  readonly #stream: Stream
  readonly #now: () => number
  #what = ''
  #text = ''
  #since = 0
  #shownAt = 0
  #drawn = false
  #timer: NodeJS.Timeout | undefined

  constructor(stream: Stream, now: () => number = () => performance.now()) {
    this.#stream = stream
    this.#now = now
  }

  /** `done` of `of` where that is known. */
  report = (what: string, done?: number, of?: number): void => {
    const total = of === undefined ? '' : ` of ${of.toLocaleString('en')}`
    this.#text =
      done === undefined || of === 0 ? `${what} ...` : `${what}: ${done.toLocaleString('en')}${total} ...`
    if (what !== this.#what) {
      this.#what = what
      this.#since = this.#now()
      this.#shownAt = 0
      clearTimeout(this.#timer)
      // A task that never reports again is told of as well.
      this.#timer = setTimeout(() => this.#show(), quietMilliseconds)
      this.#timer.unref()
      if (!this.#stream.isTTY) return
    }
    this.#show()
  }

  /** Wipes the rewritten line and forgets the task. */
  clear(): void {
    clearTimeout(this.#timer)
    this.#what = ''
    if (this.#drawn) this.#stream.write('\r\u001B[2K')
    this.#drawn = false
  }

  #show(): void {
    if (this.#what === '') return
    const now = this.#now()
    if (this.#stream.isTTY) {
      if (this.#drawn && now - this.#shownAt < redrawMilliseconds) return
      this.#stream.write(`\r\u001B[2K${this.#text.slice(0, (this.#stream.columns ?? 80) - 1)}`)
      this.#drawn = true
    } else {
      if (now - this.#since < quietMilliseconds) return
      if (this.#shownAt > 0 && now - this.#shownAt < lineMilliseconds) return
      this.#stream.write(`${this.#text}\n`)
    }
    this.#shownAt = now
  }
}
