import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { beforeEach, describe, test } from 'node:test'
import { isHreError, limits } from '@hre/protocol'
import { SignJWT } from 'jose'
import type { TokenKey } from '../keys/keyAgent.ts'
import type { TokenKeys } from './tokenKeys.ts'
import { tokenAlgorithm, Tokens } from './tokens.ts'

const organisation = `0x${'11'.repeat(20)}` as const
const account = `0x${'22'.repeat(20)}` as const
const session = `0x${'33'.repeat(32)}` as const
const began = 1_700_000_000

describe('[G35] tokens that were seen before', () => {
  const newKey = (kid: string): TokenKey => ({ kid, ...generateKeyPairSync('ed25519') })
  let now: number
  let good: TokenKey[]
  let tokens: Tokens
  beforeEach(() => {
    now = began
    good = [newKey('first')]
    const keys = { byKid: async (kid: string) => good.find((key) => key.kid === kid) } as unknown as TokenKeys
    tokens = new Tokens({ organisation, keys, clock: () => now })
  })

  const issue = (claims: Record<string, unknown> = { sid: session }, [key] = good) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: tokenAlgorithm, kid: key!.kid })
      .setIssuer(organisation)
      .setAudience(organisation)
      .setSubject(account)
      .setIssuedAt(now)
      .setExpirationTime(now + limits.tokenSeconds)
      .sign(key!.privateKey)
  const assertRefused = (token: string) =>
    assert.rejects(tokens.verified(token), (error) => isHreError(error, 'unauthenticated'))

  test('say the same the second time', async () => {
    const token = await issue()
    const claims = { account, session, issuedAt: began, expiresAt: began + limits.tokenSeconds }
    assert.deepEqual(await tokens.verified(token), claims)
    assert.deepEqual(await tokens.verified(token), claims)
  })

  test('end when they would have ended, at the very second', async () => {
    const [seen, unseen] = [await issue(), await issue({ sid: session, jti: 'another' })]
    now = began + limits.tokenSeconds + 4
    await tokens.verified(seen)
    now++
    await assertRefused(seen)
    await assertRefused(unseen)
  })

  test('attack: the clock goes back a year: a token that is of the future by then opens nothing', async () => {
    const token = await issue()
    await tokens.verified(token)
    now -= 365 * 24 * 3600
    await assertRefused(token)
    now = began
    await tokens.verified(token)
  })

  test('attack: a key is good no more, or another one has its name: tokens that it signed end with it', async () => {
    const token = await issue()
    await tokens.verified(token)
    const [before] = good
    good = [newKey('first')]
    await assertRefused(token)
    good = [before!]
    await tokens.verified(token)
    good = [newKey('second')]
    await assertRefused(token)
  })

  test('attack: a token that differs by one character from one that was seen is checked for itself', async () => {
    const token = await issue()
    await tokens.verified(token)
    const [head, body, signature] = token.split('.') as [string, string, string]
    const other = Buffer.from(body, 'base64url').toString().replace(account, organisation)
    await assertRefused([head, Buffer.from(other).toString('base64url'), signature].join('.'))
    await assertRefused(`${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`)
    await assertRefused(`${head}.${body}.`)
  })
})
