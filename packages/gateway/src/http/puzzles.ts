import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { lt } from 'drizzle-orm'
import { hreError, limits, solvesPuzzle } from '@hre/protocol'
import type { Clock } from '../clock.ts'
import type { Database } from '../store/database.ts'
import * as t from '../store/schema.ts'

/** Over how many seconds load is averaged: a moment's crowd costs nobody anything. */
const averageSeconds = 10
/** How long one who cannot solve puzzles should wait, in seconds. */
const waitSeconds = 10

/** What a puzzle says of itself; authenticated, so that the gateway need not remember it. */
interface Terms {
  id: string
  route: string
  bits: number
  expiresAt: number
}

/**
 * The price of strangers' costly requests (G39): nothing in quiet times, and a bit more work for each doubling of load from
 * there. Puzzles are made, checked and forgotten without state; those that were used are remembered until they run out.
 */
export class Puzzles {
  readonly #db: Database
  readonly #clock: Clock
  readonly #key: Uint8Array
  readonly #quietPerSecond: number
  #load = 0
  #countedAt: number

  constructor(options: { db: Database; clock: Clock; key: Uint8Array; quietPerSecond: number }) {
    this.#db = options.db
    this.#clock = options.clock
    this.#key = options.key
    this.#quietPerSecond = options.quietPerSecond
    this.#countedAt = options.clock()
  }

  /**
   * Counts one costly request of a stranger and asks for its price.
   *
   * @param header - `HRE-Puzzle`: a puzzle of this gateway and its answer.
   * @throws HreError `puzzle-required` with a new puzzle; the one that was sent, if any, is not good for this request.
   */
  async charge(route: string, header: string | undefined): Promise<void> {
    this.#count()
    const bits = this.price()
    if (bits === 0) return
    const reason = header === undefined ? 'none' : await this.#refusal(route, header)
    if (reason === undefined) return
    throw hreError('puzzle-required', {
      reason,
      puzzle: this.#make(route, bits),
      bits,
      retryAfterSeconds: waitSeconds,
    })
  }

  /** Bits of work that a costly request costs now; 0 in quiet times. */
  price(): number {
    const times = this.#decayed() / averageSeconds / this.#quietPerSecond
    if (times <= 1) return 0
    return Math.min(limits.puzzleBitsMax, limits.puzzleBitsMin + Math.floor(Math.log2(times)))
  }

  #count(): void {
    this.#load = this.#decayed() + 1
    this.#countedAt = this.#clock()
  }

  /** The count of late, each request weighing less the longer ago it was. A clock that went back lets nothing fade. */
  #decayed(): number {
    const age = Math.max(0, this.#clock() - this.#countedAt)
    return this.#load * Math.exp(-age / averageSeconds)
  }

  #make(route: string, bits: number): string {
    const terms: Terms = {
      id: randomBytes(16).toString('hex'),
      route,
      bits,
      expiresAt: this.#clock() + limits.puzzleSeconds,
    }
    const text = Buffer.from(JSON.stringify(terms)).toString('base64url')
    return `${text}.${this.#mac(text).toString('base64url')}`
  }

  /** Why a puzzle does not pay for this request; undefined: it does, and is spent. Cheapest checks first. */
  async #refusal(route: string, header: string): Promise<string | undefined> {
    const [puzzle = '', answer = ''] = header.split(':')
    const terms = header.length <= 600 ? this.#termsOf(puzzle) : undefined
    if (!terms) return 'forged'
    const now = this.#clock()
    if (terms.route !== route) return 'other route'
    if (terms.expiresAt <= now || terms.expiresAt > now + limits.puzzleSeconds) return 'expired'
    if (!solvesPuzzle(puzzle, answer, terms.bits)) return 'wrong'
    const [spent] = await this.#db
      .insert(t.spentPuzzles)
      .values({ id: `0x${terms.id}`, expiresAt: terms.expiresAt })
      .onConflictDoNothing()
      .returning()
    if (!spent) return 'used before'
    await this.#db.delete(t.spentPuzzles).where(lt(t.spentPuzzles.expiresAt, now))
    return undefined
  }

  #termsOf(puzzle: string): Terms | undefined {
    const [text = '', mac = ''] = puzzle.split('.')
    const given = Buffer.from(mac, 'base64url')
    const own = this.#mac(text)
    if (given.length !== own.length || !timingSafeEqual(given, own)) return undefined
    return JSON.parse(Buffer.from(text, 'base64url').toString()) as Terms
  }

  #mac(text: string): Buffer {
    return createHmac('sha256', this.#key).update(text).digest()
  }
}
