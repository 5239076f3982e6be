import type { Clock } from '../clock.ts'
import type { Follower } from '../follower/follower.ts'
import type { Marks, Revisions } from '../store/revisions.ts'

/** By what a request is ruled on. */
export interface Moment {
  /** Unix seconds. */
  at: number
  marks: Marks
}

interface Parts {
  clock: Clock
  follower: Pick<Follower, 'sync' | 'cursor'>
  revisions: Revisions
}

/**
 * The moment by which requests are ruled on, Unix seconds: the gateway's clock, but not before the newest block's, so that a
 * clock that was set back opens no grant that the chain has seen end.
 */
export const rulingTime = ({
  clock,
  follower,
}: {
  clock: Clock
  follower: { cursor: { blockTime: number } }
}): number => Math.max(clock(), follower.cursor.blockTime)

/** The chain to its head, and whatever patients have said: as it is at a moment, for all who ask at the same time. */
export class Moments {
  readonly #parts: Parts
  readonly #chainRead = new WeakMap<Marks, Promise<void>>()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** @returns nothing older than the asking. @throws HreError `chain-unavailable`. */
  async now(): Promise<Moment> {
    return this.of(await this.#parts.revisions.marks())
  }

  /**
   * Whoever shares a look shares what the chain is read to after it.
   *
   * @param marks - of a look just taken; of an earlier one, what has changed since would be passed over.
   * @throws HreError `chain-unavailable`.
   */
  async of(marks: Marks): Promise<Moment> {
    let chainRead = this.#chainRead.get(marks)
    if (!chainRead) {
      chainRead = this.#parts.follower.sync()
      this.#chainRead.set(marks, chainRead)
    }
    await chainRead
    return { at: rulingTime(this.#parts), marks }
  }
}
