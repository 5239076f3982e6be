import { hash } from 'node:crypto'
import { hreError, limits } from '@hre/protocol'
import { jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'
import type { Address, Hex } from 'viem'
import type { Clock } from '../clock.ts'
import type { TokenKey } from '../keys/keyAgent.ts'
import type { TokenKeys } from './tokenKeys.ts'

export const tokenAlgorithm = 'EdDSA'
const clockToleranceSeconds = 5
/** Tokens whose signature need not be checked again; a few hundred bytes each. */
const tokensKeptMax = 10_000

/** What a token says. */
export interface TokenClaims {
  account: Address
  session: Hex
  /** Unix seconds. */
  issuedAt: number
  expiresAt: number
}

interface Verified {
  claims: TokenClaims
  /** That signed it. */
  key: TokenKey
}

/**
 * Checks bearer tokens (G1, G35). A token comes with every call for fifteen minutes: its signature is checked once, and what depends on
 * the time and on the keys that are good each time. Tokens are kept by their hash, so that none can be taken from memory.
 */
export class Tokens {
  readonly #organisation: Address
  readonly #keys: TokenKeys
  readonly #clock: Clock
  readonly #known = new LRUCache<string, Verified>({ max: tokensKeptMax })

  constructor(options: { organisation: Address; keys: TokenKeys; clock: Clock }) {
    this.#organisation = options.organisation
    this.#keys = options.keys
    this.#clock = options.clock
  }

  /** @throws HreError `unauthenticated`. Whether the session goes on is another question. */
  async verified(token: string): Promise<TokenClaims> {
    const name = hash('sha256', token, 'base64')
    const known = this.#known.get(name)
    if (known && this.#isTimely(known.claims) && (await this.#keys.byKid(known.key.kid)) === known.key)
      return known.claims
    this.#known.delete(name)
    const verified = await this.#verify(token)
    this.#known.set(name, verified)
    return verified.claims
  }

  /** As `#verify` does, so that a token that is kept ends when any other one does, also after a jump of the clock. */
  #isTimely({ issuedAt, expiresAt }: TokenClaims): boolean {
    const now = this.#clock()
    const ageSeconds = now - issuedAt
    return (
      expiresAt > now - clockToleranceSeconds &&
      ageSeconds >= -clockToleranceSeconds &&
      ageSeconds <= limits.tokenSeconds + clockToleranceSeconds
    )
  }

  async #verify(token: string): Promise<Verified> {
    let key: TokenKey | undefined
    const { payload } = await jwtVerify(
      token,
      // The name alone chooses the key: keys, addresses of keys and chains in the header are not looked at.
      async ({ kid }) => {
        key = typeof kid === 'string' ? await this.#keys.byKid(kid) : undefined
        if (!key) throw hreError('unauthenticated')
        return key.publicKey
      },
      {
        algorithms: [tokenAlgorithm],
        issuer: this.#organisation,
        audience: this.#organisation,
        requiredClaims: ['sub', 'sid', 'iat', 'exp'],
        currentDate: new Date(this.#clock() * 1000),
        // Also after a jump of the clock: a token was signed at most this long ago.
        maxTokenAge: limits.tokenSeconds,
        // Replicas' clocks differ by a little.
        clockTolerance: clockToleranceSeconds,
      },
    ).catch((cause: unknown) => {
      throw hreError('unauthenticated', {}, cause)
    })
    const { sub, sid, iat, exp } = payload
    const isOfSession = typeof sid === 'string' && /^0x[0-9a-f]{64}$/.test(sid)
    if (!isOfSession) throw hreError('unauthenticated', { reason: 'ended' })
    const claims = { account: sub as Address, session: sid as Hex, issuedAt: iat!, expiresAt: exp! }
    return { claims, key: key! }
  }
}
