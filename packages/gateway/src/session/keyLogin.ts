import { randomBytes } from 'node:crypto'
import { eq, lt } from 'drizzle-orm'
import {
  hreError,
  limits,
  loginTypedData,
  welcomeTypedData,
  type Deployment,
  type Login,
} from '@hre/protocol'
import { bytesToHex, type Address, type Hex } from 'viem'
import type { SignatureChecker } from '../access/signatures.ts'
import type { Clock } from '../clock.ts'
import type { KeyAgent } from '../keys/keyAgent.ts'
import type { Database } from '../store/database.ts'
import * as t from '../store/schema.ts'

/** Challenge and signature (G1): the way in that every account has. */
export class KeyLogin {
  readonly #db: Database
  readonly #deployment: Deployment
  readonly #keys: KeyAgent
  readonly #signatures: SignatureChecker
  readonly #clock: Clock

  constructor(options: {
    db: Database
    deployment: Deployment
    keys: KeyAgent
    signatures: SignatureChecker
    clock: Clock
  }) {
    this.#db = options.db
    this.#deployment = options.deployment
    this.#keys = options.keys
    this.#signatures = options.signatures
    this.#clock = options.clock
  }

  async challenge(account: Address, callerNonce: Hex) {
    const organisation = this.#keys.identity.account
    const now = this.#clock()
    const challenge = bytesToHex(randomBytes(32))
    const expiresAt = now + limits.challengeSeconds
    await this.#db.delete(t.challenges).where(lt(t.challenges.expiresAt, now))
    await this.#db.insert(t.challenges).values({ challenge, account, expiresAt })
    const welcome = welcomeTypedData(this.#deployment, { account, organisation, challenge, callerNonce })
    return { organisation, challenge, expiresAt, signature: await this.#keys.identity.sign(welcome) }
  }

  /** @throws HreError `signature-invalid` for a wrong signature and for a challenge that is unknown, spent or too old. */
  async assertLogin(login: Omit<Login, 'organisation'> & { signature: Hex }): Promise<void> {
    const { account, challenge, expiresAt, signature } = login
    // Spent by the first attempt, good or bad.
    const [known] = await this.#db
      .delete(t.challenges)
      .where(eq(t.challenges.challenge, challenge))
      .returning()
    if (!known || known.account !== account || known.expiresAt !== expiresAt || expiresAt < this.#clock())
      throw hreError('signature-invalid', { reason: 'challenge' })
    const organisation = this.#keys.identity.account
    const message = loginTypedData(this.#deployment, { account, organisation, challenge, expiresAt })
    await this.#signatures.assertSigned(account, message, signature)
  }
}
