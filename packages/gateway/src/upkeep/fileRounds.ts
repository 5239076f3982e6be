import { setTimeout as sleep } from 'node:timers/promises'
import type { Address, Hex } from 'viem'
import type { Clock } from '../clock.ts'
import type { Database } from '../store/database.ts'
import type { Job, Leases } from '../store/leases.ts'
import { heldAfter } from './rounds.ts'

const filesPerLook = 50
const pauseMilliseconds = 5_000
/** A new gateway has other things to do first. */
const firstRoundSeconds = 600

export interface FileRoundsOptions {
  db: Database
  organisation: Address
  leases: Leases
  job: Job
  /** 0: rounds begin when they are asked for, and never by themselves. */
  bytesPerSecond: number
  /** From the end of one round to the beginning of the next. */
  hours: number
  clock: Clock
}

/** What begins by itself. */
export interface RoundWork {
  isDue(): Promise<boolean>
  run(): Promise<unknown>
  /** Told why a round was interrupted; it goes on later. */
  onInterrupted(code: string | undefined): void
}

/** Rounds over every sealed file that the organisation holds: one replica at a time, slowly, again and again. */
export class FileRounds {
  readonly #options: FileRoundsOptions
  readonly #stop = new AbortController()
  readonly #startedAt = performance.now()
  #loop: Promise<void> | undefined

  constructor(options: FileRoundsOptions) {
    this.#options = options
  }

  start(work: RoundWork): void {
    if (this.#options.bytesPerSecond === 0) return
    const { signal } = this.#stop
    this.#loop = (async () => {
      while (!signal.aborted) {
        await sleep(pauseMilliseconds, undefined, { signal }).catch(() => {})
        if (signal.aborted) break
        await this.#attempt(work)
      }
    })()
  }

  async stop(): Promise<void> {
    const { leases, job } = this.#options
    this.#stop.abort()
    await this.#loop
    await leases.release(job).catch(() => {})
  }

  /** @param newest - the newest round; undefined: there was none yet. */
  isDue(newest: { finishedAt: number | null } | undefined): boolean {
    const { clock, hours } = this.#options
    const pauseSeconds = hours * 3600
    if (!newest)
      return performance.now() - this.#startedAt >= Math.min(firstRoundSeconds, pauseSeconds) * 1000
    return newest.finishedAt === null || clock() - newest.finishedAt >= pauseSeconds
  }

  /**
   * Takes the files behind `after`, one after the other, at the pace of `bytesPerSecond`. The caller holds the lease.
   *
   * @param look - looks at one file and writes down that it did. @returns its size in bytes.
   * @returns false when told to stop, or when another replica has the lease.
   */
  async walk(after: Hex, look: (content: Hex) => Promise<number>): Promise<boolean> {
    const { db, organisation, leases, job, bytesPerSecond } = this.#options
    const { signal } = this.#stop
    for (;;) {
      const contents = await heldAfter(db, organisation, after, filesPerLook)
      if (contents.length === 0) return true
      for (const content of contents) {
        if (signal.aborted || !(await leases.claim(job))) return false
        const bytes = await look(content)
        if (bytesPerSecond > 0)
          await sleep((bytes / bytesPerSecond) * 1000, undefined, { signal }).catch(() => {})
        after = content
      }
    }
  }

  async #attempt({ isDue, run, onInterrupted }: RoundWork): Promise<void> {
    const { leases, job } = this.#options
    try {
      if ((await isDue()) && (await leases.claim(job))) await run()
    } catch (error) {
      onInterrupted((error as { code?: string }).code)
    }
  }
}
