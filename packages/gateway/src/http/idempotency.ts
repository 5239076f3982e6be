import { createHash } from 'node:crypto'
import { and, count, eq, lt } from 'drizzle-orm'
import { hreError, limits, zeroAddress } from '@hre/protocol'
import type { Address, Hex } from 'viem'
import type { Clock } from '../clock.ts'
import type { Database } from '../store/database.ts'
import * as t from '../store/schema.ts'

/** A first call that has not ended after this long, in seconds, died with its gateway. */
const abandonedSeconds = 180

export interface IdempotentCall {
  /** The `Idempotency-Key` header. */
  key: string
  /** Undefined: without a session. */
  caller: Address | undefined
  /** What was asked: route, path and body. */
  request: string
}

/** Answers kept by their Idempotency-Key (G33), in SQL, so that a restart repeats them too. */
export class Idempotency {
  readonly #db: Database
  readonly #clock: Clock

  constructor(options: { db: Database; clock: Clock }) {
    this.#db = options.db
    this.#clock = options.clock
  }

  /**
   * Does it, or repeats the answer of the first time. A failure is not kept: the next call tries again.
   *
   * @throws HreError `bad-request` for a key that is none, `idempotency-key-reused`, `idempotency-running`, `rate-limited`.
   */
  async run(call: IdempotentCall, act: () => Promise<string>): Promise<{ json: string; replayed: boolean }> {
    if (!/^[A-Za-z0-9_-]{16,128}$/.test(call.key)) throw hreError('bad-request', { field: 'Idempotency-Key' })
    const caller = call.caller ?? zeroAddress
    const fingerprint: Hex = `0x${createHash('sha256').update(call.request).digest('hex')}`
    const kept = await this.#begin(caller, call.key, fingerprint)
    if (kept !== undefined) return { json: kept, replayed: true }
    const own = and(eq(t.idempotentAnswers.caller, caller), eq(t.idempotentAnswers.key, call.key))
    try {
      const json = await act()
      // Too large to keep: a repetition is done again, as without a key.
      if (json.length > limits.idempotencyAnswerBytesMax)
        await this.#db.delete(t.idempotentAnswers).where(own)
      else await this.#db.update(t.idempotentAnswers).set({ json }).where(own)
      return { json, replayed: false }
    } catch (error) {
      await this.#db.delete(t.idempotentAnswers).where(own)
      throw error
    }
  }

  /** @returns the answer of the first time; undefined when this is the first time, which is written down by then. */
  async #begin(caller: Address, key: string, fingerprint: Hex): Promise<string | undefined> {
    const now = this.#clock()
    await this.#db.delete(t.idempotentAnswers).where(lt(t.idempotentAnswers.expiresAt, now))
    await this.#assertRoom(caller)
    const expiresAt = now + limits.idempotencySeconds
    const row = { caller, key, fingerprint, json: null, startedAt: now, expiresAt }
    const [mine] = await this.#db.insert(t.idempotentAnswers).values(row).onConflictDoNothing().returning()
    if (mine) return undefined
    const [first] = await this.#db
      .select()
      .from(t.idempotentAnswers)
      .where(and(eq(t.idempotentAnswers.caller, caller), eq(t.idempotentAnswers.key, key)))
    if (first && first.fingerprint !== fingerprint) throw hreError('idempotency-key-reused')
    if (first?.json) return first.json
    if (first && first.startedAt + abandonedSeconds > now)
      throw hreError('idempotency-running', { retryAfterSeconds: 1 })
    const [taken] = await this.#db
      .insert(t.idempotentAnswers)
      .values(row)
      .onConflictDoUpdate({
        target: [t.idempotentAnswers.caller, t.idempotentAnswers.key],
        set: { startedAt: now },
        // Of several that find it abandoned one takes it over.
        setWhere: eq(t.idempotentAnswers.startedAt, first?.startedAt ?? now),
      })
      .returning()
    if (!taken) throw hreError('idempotency-running', { retryAfterSeconds: 1 })
    return undefined
  }

  async #assertRoom(caller: Address): Promise<void> {
    const [row] = await this.#db
      .select({ rows: count() })
      .from(t.idempotentAnswers)
      .where(eq(t.idempotentAnswers.caller, caller))
    // Strangers share one room, ten times as large.
    const max = limits.idempotencyAnswersMax * (caller === zeroAddress ? 10 : 1)
    if (row!.rows >= max)
      throw hreError('rate-limited', { reason: 'idempotency keys', retryAfterSeconds: 60 })
  }
}
