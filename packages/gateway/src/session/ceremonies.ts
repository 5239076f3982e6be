import { randomBytes } from 'node:crypto'
import { eq, lt } from 'drizzle-orm'
import { hreError, limits } from '@hre/protocol'
import { bytesToHex, type Address, type Hex } from 'viem'
import type { Clock } from '../clock.ts'
import type { Database } from '../store/database.ts'
import * as t from '../store/schema.ts'

type Purpose = (typeof t.ceremonies.$inferSelect)['purpose']

/** Challenges of 32 random bytes, each for one purpose, good once and for two minutes. */
export class Ceremonies {
  readonly #db: Database
  readonly #clock: Clock

  constructor(options: { db: Database; clock: Clock }) {
    this.#db = options.db
    this.#clock = options.clock
  }

  async begin(purpose: Purpose, account?: Address): Promise<{ challenge: Hex; expiresAt: number }> {
    const now = this.#clock()
    const challenge = bytesToHex(randomBytes(32))
    const expiresAt = now + limits.challengeSeconds
    await this.#db.delete(t.ceremonies).where(lt(t.ceremonies.expiresAt, now))
    await this.#db.insert(t.ceremonies).values({ challenge, purpose, account: account ?? null, expiresAt })
    return { challenge, expiresAt }
  }

  /** Spends a challenge, whatever comes of it. @throws HreError `signature-invalid`. */
  async spend(purpose: Purpose, challenge: Hex, account?: Address): Promise<void> {
    const [known] = await this.#db
      .delete(t.ceremonies)
      .where(eq(t.ceremonies.challenge, challenge))
      .returning()
    const fits =
      known?.purpose === purpose && known.account === (account ?? null) && known.expiresAt >= this.#clock()
    if (!fits) throw hreError('signature-invalid', { reason: 'challenge' })
  }
}
