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
import { jwtVerify, SignJWT } from 'jose'
import { bytesToHex, type Address, type Hex } from 'viem'
import type { SignatureChecker } from '../access/signatures.ts'
import type { KeyAgent } from '../keys/keyAgent.ts'
import type { Database } from '../store/database.ts'
import * as t from '../store/schema.ts'

const algorithm = 'EdDSA'
const now = () => Math.floor(Date.now() / 1000)

/** Challenge to token (G1): a token is bound to one account and good at one gateway. */
export class Tokens {
  readonly #db: Database
  readonly #deployment: Deployment
  readonly #keys: KeyAgent
  readonly #signatures: SignatureChecker

  constructor(options: {
    db: Database
    deployment: Deployment
    keys: KeyAgent
    signatures: SignatureChecker
  }) {
    this.#db = options.db
    this.#deployment = options.deployment
    this.#keys = options.keys
    this.#signatures = options.signatures
  }

  async challenge(account: Address, callerNonce: Hex) {
    const organisation = this.#keys.identity.account
    const challenge = bytesToHex(randomBytes(32))
    const expiresAt = now() + limits.challengeSeconds
    await this.#db.delete(t.challenges).where(lt(t.challenges.expiresAt, now()))
    await this.#db.insert(t.challenges).values({ challenge, account, expiresAt })
    const welcome = welcomeTypedData(this.#deployment, { account, organisation, challenge, callerNonce })
    return { organisation, challenge, expiresAt, signature: await this.#keys.identity.sign(welcome) }
  }

  /** @throws HreError `signature-invalid` for a wrong signature and for a challenge that is unknown, spent or too old. */
  async open(
    login: Omit<Login, 'organisation'> & { signature: Hex },
  ): Promise<{ token: string; expiresAt: number }> {
    const { account, challenge, expiresAt, signature } = login
    // Spent by the first attempt, good or bad.
    const [known] = await this.#db
      .delete(t.challenges)
      .where(eq(t.challenges.challenge, challenge))
      .returning()
    if (!known || known.account !== account || known.expiresAt !== expiresAt || expiresAt < now())
      throw hreError('signature-invalid', { reason: 'challenge' })
    const organisation = this.#keys.identity.account
    const message = loginTypedData(this.#deployment, { account, organisation, challenge, expiresAt })
    await this.#signatures.assertSigned(account, message, signature)
    return this.#issue(account)
  }

  /** The account that a bearer token belongs to. @throws HreError `unauthenticated`. */
  async accountOf(authorization: string | undefined): Promise<Address> {
    const token = authorization?.match(/^Bearer ([A-Za-z0-9._-]{1,4096})$/)?.[1]
    if (!token) throw hreError('unauthenticated')
    const organisation = this.#keys.identity.account
    const { payload } = await jwtVerify(token, this.#keys.token.publicKey, {
      algorithms: [algorithm],
      issuer: organisation,
      audience: organisation,
      requiredClaims: ['sub', 'exp'],
    }).catch((cause: unknown) => {
      throw hreError('unauthenticated', {}, cause)
    })
    return payload.sub as Address
  }

  async #issue(account: Address): Promise<{ token: string; expiresAt: number }> {
    const organisation = this.#keys.identity.account
    const expiresAt = now() + limits.tokenSeconds
    const token = await new SignJWT()
      .setProtectedHeader({ alg: algorithm, kid: this.#keys.token.kid })
      .setIssuer(organisation)
      .setAudience(organisation)
      .setSubject(account)
      .setIssuedAt()
      .setExpirationTime(expiresAt)
      .sign(this.#keys.token.privateKey)
    return { token, expiresAt }
  }
}
