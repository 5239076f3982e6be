import { asc } from 'drizzle-orm'
import { limits } from '@hre/protocol'
import { exportJWK, type JWK } from 'jose'
import type { Clock } from '../clock.ts'
import type { KeyAgent, TokenKey } from '../keys/keyAgent.ts'
import type { Database } from '../store/database.ts'
import * as t from '../store/schema.ts'

const daySeconds = 24 * 60 * 60
/** Rows are read again this often, in seconds, for what another replica rotated. */
const rereadSeconds = 30

/**
 * The keys that sign tokens, by generation (G35). The newest signs; the ones before it are good until the last token
 * that they signed has ended. Their rows say which there are, the key agent derives them.
 */
export class TokenKeys {
  readonly #db: Database
  readonly #keys: KeyAgent
  readonly #clock: Clock
  readonly #rotationSeconds: number
  #rows: (typeof t.tokenKeys.$inferSelect)[] = []
  #readAt = -Infinity

  constructor(options: { db: Database; keys: KeyAgent; clock: Clock; rotationDays: number }) {
    this.#db = options.db
    this.#keys = options.keys
    this.#clock = options.clock
    this.#rotationSeconds = options.rotationDays * daySeconds
  }

  /** The key that signs now. The first one is made here, and the next one when it has served its time. */
  async current(): Promise<TokenKey> {
    const newest = (await this.#known()).at(-1)
    const now = this.#clock()
    if (newest && this.#isOurs(newest) && now < newest.since + this.#rotationSeconds)
      return this.#keys.tokenKey(newest.generation)
    await this.rotate()
    return this.#keys.tokenKey((await this.#known()).at(-1)!.generation)
  }

  /** The key of that name while tokens signed by it may be good; undefined for any other name. */
  async byKid(kid: string): Promise<TokenKey | undefined> {
    const find = async () => (await this.valid()).find((key) => key.kid === kid)
    const found = await find()
    if (found) return found
    // Another replica may have rotated a moment ago; asked at most once a second, or a flood of names would be one of queries.
    if (this.#clock() - this.#readAt < 1) return undefined
    this.#readAt = -Infinity
    return find()
  }

  /** Keys by which a token may be signed now, oldest first. */
  async valid(): Promise<TokenKey[]> {
    const rows = await this.#known()
    const now = this.#clock()
    // Of any later one: when the clock jumped, the next one may be of a time that is yet to come.
    const isOver = (index: number) =>
      rows.slice(index + 1).some(({ since }) => since + limits.tokenSeconds <= now)
    return rows
      .filter((row, index) => this.#isOurs(row) && !isOver(index))
      .map(({ generation }) => this.#keys.tokenKey(generation))
  }

  /** For `/.well-known/jwks.json` (RFC 7517): the public halves. */
  async jwks(): Promise<{ keys: JWK[] }> {
    const keys = await this.valid()
    if (keys.length === 0) keys.push(await this.current())
    return {
      keys: await Promise.all(
        keys.map(async ({ kid, publicKey }) => ({
          ...(await exportJWK(publicKey)),
          kid,
          alg: 'EdDSA',
          use: 'sig',
        })),
      ),
    }
  }

  /** Starts the next generation. Two replicas that do so at once start the same one. */
  async rotate(): Promise<void> {
    this.#readAt = -Infinity
    const generation = ((await this.#known()).at(-1)?.generation ?? 0) + 1
    const { kid } = this.#keys.tokenKey(generation)
    await this.#db.insert(t.tokenKeys).values({ generation, kid, since: this.#clock() }).onConflictDoNothing()
    this.#readAt = -Infinity
  }

  async #known() {
    const now = this.#clock()
    if (Math.abs(now - this.#readAt) > rereadSeconds) {
      this.#rows = await this.#db.select().from(t.tokenKeys).orderBy(asc(t.tokenKeys.generation))
      this.#readAt = now
    }
    return this.#rows
  }

  /** After the organisation's root seed was replaced, the rows of before are nobody's. */
  #isOurs({ generation, kid }: { generation: number; kid: string }): boolean {
    return this.#keys.tokenKey(generation).kid === kid
  }
}
