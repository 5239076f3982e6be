import { hreError, isHreError, limits } from '@hre/protocol'
import type { Address } from 'viem'
import type { Clock } from '../clock.ts'

/** Names kept at most; the oldest are forgotten, so that a flood of names does not fill the memory. */
const namesMax = 100_000

/**
 * Failed logins by address and by account (G36). An address that got in lately is not kept out by strangers' failures at the
 * same account, or anybody could lock anybody out.
 */
export class LoginAttempts {
  readonly #clock: Clock
  readonly #failures = new Map<string, number[]>()
  readonly #successes = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Runs one login under the limits; a refusal for a wrong proof counts.
   *
   * @param account - undefined where the login itself tells whose it is.
   * @throws HreError `rate-limited`, or what the login threw.
   */
  async run<Result>(
    who: { address: string; account?: Address | undefined },
    login: () => Promise<Result>,
  ): Promise<Result> {
    const pair = `${who.address} ${who.account}`
    const names = [`address ${who.address}`, ...(who.account ? [`account ${who.account}`] : [])]
    this.#assertFew(names[0]!, limits.loginFailuresPerAddressMax)
    const known = (this.#successes.get(pair) ?? -Infinity) > this.#clock() - limits.loginKnownSeconds
    if (names[1] && !known) this.#assertFew(names[1], limits.loginFailuresPerAccountMax)
    try {
      const result = await login()
      keep(this.#successes, pair, this.#clock())
      return result
    } catch (error) {
      if (isHreError(error) && error.status === 401)
        for (const name of names) keep(this.#failures, name, [...this.#lately(name), this.#clock()])
      throw error
    }
  }

  #assertFew(name: string, max: number): void {
    const lately = this.#lately(name)
    if (lately.length < max) return
    const retryAfterSeconds = Math.max(1, lately[0]! + limits.loginFailureSeconds - this.#clock())
    throw hreError('rate-limited', { reason: 'failed logins', retryAfterSeconds })
  }

  /** Failures that count still. After a clock that went back they end as if they had happened now. */
  #lately(name: string): number[] {
    const now = this.#clock()
    const since = now - limits.loginFailureSeconds
    return (this.#failures.get(name) ?? []).filter((at) => at > since).map((at) => Math.min(at, now))
  }
}

function keep<Value>(map: Map<string, Value>, name: string, value: Value): void {
  map.delete(name)
  map.set(name, value)
  if (map.size > namesMax) map.delete(map.keys().next().value!)
}
