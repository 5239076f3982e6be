import type { Address } from 'viem'

const answersKept = 64
/** Below so many answers, what a gateway usually takes is not known. */
const answersTelling = 8
const unknownPatienceMilliseconds = 1_000
const lieSeconds = 3_600
const failureSeconds = 60

/** Where a gateway stands that gave bytes which are not what was asked for, or none. */
export type Offence = 'lied' | 'failed'

/**
 * How the other gateways answered lately, of this process's own experience: who is asked first, and how long to wait before
 * another is asked beside it. It gives and takes no right.
 */
export class Standings {
  readonly #milliseconds = new Map<Address, number[]>()
  /** Until when each is asked last, of the process's own clock. */
  readonly #lastUntil = new Map<Address, number>()
  readonly #patienceMillisecondsMin: number
  readonly #now: () => number

  constructor(options: { patienceMillisecondsMin: number; now?: () => number }) {
    this.#patienceMillisecondsMin = options.patienceMillisecondsMin
    this.#now = options.now ?? (() => performance.now())
  }

  answered(organisation: Address, milliseconds: number): void {
    const kept = this.#milliseconds.get(organisation) ?? []
    this.#milliseconds.set(organisation, [...kept, milliseconds].slice(-answersKept))
  }

  offended(organisation: Address, offence: Offence): void {
    const seconds = offence === 'lied' ? lieSeconds : failureSeconds
    const until = Math.max(this.#lastUntil.get(organisation) ?? 0, this.#now() + seconds * 1000)
    this.#lastUntil.set(organisation, until)
  }

  /** Best first: those that neither lied nor failed lately, each lot by its usual time; what is not known keeps its place. */
  ordered(organisations: readonly Address[]): Address[] {
    const now = this.#now()
    const isLast = (one: Address) => (this.#lastUntil.get(one) ?? 0) > now
    const median = (one: Address) => quantile(this.#milliseconds.get(one) ?? [], 0.5) ?? Infinity
    const known = organisations.filter((one) => !isLast(one))
    return [...byTime(known, median), ...byTime(organisations.filter(isLast), median)]
  }

  /** The time within which nineteen of twenty of its answers came. */
  patienceOf(organisation: Address): number {
    const times = this.#milliseconds.get(organisation) ?? []
    const usual = times.length < answersTelling ? unknownPatienceMilliseconds : quantile(times, 0.95)!
    return Math.max(this.#patienceMillisecondsMin, usual)
  }
}

const byTime = (organisations: readonly Address[], median: (one: Address) => number): Address[] =>
  organisations.toSorted((a, b) => {
    const [left, right] = [median(a), median(b)]
    return left === right ? 0 : left - right
  })

function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)]
}
