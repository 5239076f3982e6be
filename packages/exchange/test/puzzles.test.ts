import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { GatewayClient, Session } from '@hre/client'
import { limits, problemSchema, solvePuzzle, solvesPuzzle } from '@hre/protocol'
import type { Actor } from '@hre/sdk'
import { randomBytes32 } from '@hre/vault'
import { inSeconds, startWorld, type World } from './world.ts'

describe('[G39] the price of strangers’ costly requests', () => {
  let world: World
  let doctor: Actor
  let ahead = 0
  before(async () => {
    world = await startWorld(
      { puzzleFromPerSecond: 10, anonymousPerMinute: 1_000_000 },
      { clock: () => inSeconds(ahead) },
    )
    doctor = await world.newMember(world.city, 'doctor')
  })
  after(() => world.stop())
  // Each test begins in quiet times.
  beforeEach(() => {
    ahead += 3600
  })

  const url = () => world.city.gateway.url
  const puzzles = () => world.city.gateway.gateway.puzzles
  /** As a crowd of strangers would, without their sockets. */
  async function press(requests: number): Promise<void> {
    for (let sent = 0; sent < requests; sent++)
      await puzzles()
        .charge('createChallenge', undefined)
        .catch(() => {})
  }
  async function ask(path = '/v1/challenges', puzzle?: string) {
    const response = await fetch(`${url()}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(puzzle ? { 'hre-puzzle': puzzle } : {}) },
      body: JSON.stringify({ account: doctor.account, callerNonce: randomBytes32() }),
    })
    const json: unknown = await response.json()
    const problem = problemSchema.safeParse(json).data
    const {
      puzzle: asked = '',
      bits = 0,
      reason,
    } = (problem?.data ?? {}) as {
      puzzle?: string
      bits?: number
      reason?: string
    }
    return { status: response.status, code: problem?.code, headers: response.headers, asked, bits, reason }
  }
  const solve = (puzzle: string, bits: number) => solvePuzzle(puzzle, bits, { timeoutMilliseconds: 60_000 })

  test('in quiet times nobody pays', async () => {
    for (let sent = 0; sent < 50; sent++) assert.equal((await ask()).status, 200)
    assert.equal(puzzles().price(), 0)
  })

  test('under pressure a stranger pays with a puzzle, is told how long to wait otherwise, and quiet returns', async () => {
    await press(200)
    const refused = await ask()
    assert.deepEqual([refused.status, refused.code, refused.reason], [429, 'puzzle-required', 'none'])
    assert.ok(Number(refused.headers.get('retry-after')) > 0)
    assert.equal((await ask('/v1/challenges', await solve(refused.asked, refused.bits))).status, 200)
    ahead += 60
    assert.equal((await ask()).status, 200)
  })

  test('the price grows with load, up to a bound', async () => {
    const prices: number[] = []
    for (let crowd = 150; crowd < 150 * 2 ** 6; crowd *= 2) {
      await press(crowd)
      prices.push(puzzles().price())
    }
    assert.deepEqual(
      prices,
      [...prices].sort((a, b) => a - b),
    )
    assert.ok(prices.at(-1)! >= prices[0]! + 4, prices.join(' '))
    assert.ok(prices.every((bits) => bits >= limits.puzzleBitsMin && bits <= limits.puzzleBitsMax))
  })

  test('attack: an answer is used twice', async () => {
    await press(200)
    const { asked, bits } = await ask()
    const solution = await solve(asked, bits)
    assert.equal((await ask('/v1/challenges', solution)).status, 200)
    assert.equal((await ask('/v1/challenges', solution)).reason, 'used before')
    const answers = await Promise.all(
      [1, 2, 3, 4].map(async () => (await ask('/v1/challenges', solution)).status),
    )
    assert.deepEqual(answers, [429, 429, 429, 429])
  })

  test('attack: answers are made in advance: for another route, or hoarded', async () => {
    await press(200)
    const { asked, bits } = await ask()
    const solution = await solve(asked, bits)
    assert.equal((await ask('/v1/wallet-nonces', solution)).reason, 'other route')
    ahead += limits.puzzleSeconds
    await press(200)
    assert.equal((await ask('/v1/challenges', solution)).reason, 'expired')
  })

  test('attack: a puzzle of one’s own, one made cheaper, another gateway’s, a wrong answer', async () => {
    await press(200)
    const { asked, bits } = await ask()
    const [text, mac] = asked.split('.')
    const terms = JSON.parse(Buffer.from(text!, 'base64url').toString()) as object
    const cheap = `${Buffer.from(JSON.stringify({ ...terms, bits: 0 })).toString('base64url')}.${mac}`
    assert.equal((await ask('/v1/challenges', `${cheap}:0`)).reason, 'forged')
    assert.equal((await ask('/v1/challenges', 'x.y:0')).reason, 'forged')
    assert.equal((await ask('/v1/challenges', 'x'.repeat(5000))).reason, 'forged')
    let wrong = 0
    while (solvesPuzzle(asked, String(wrong), bits)) wrong++
    assert.equal((await ask('/v1/challenges', `${asked}:${wrong}`)).reason, 'wrong')
    const elsewhere = world.lakeside.gateway.gateway.puzzles
    for (let sent = 0; sent < 200; sent++)
      await elsewhere.charge('createChallenge', undefined).catch(() => {})
    const theirs = await elsewhere
      .charge('createChallenge', undefined)
      .catch((error: { data: { puzzle: string; bits: number } }) => error.data)
    const solution = await solve(theirs!.puzzle, theirs!.bits)
    assert.equal((await ask('/v1/challenges', solution)).reason, 'forged')
  })

  test('the client solves it by itself, and whoever has a session does not pay', async () => {
    await press(400)
    const client = new GatewayClient({ baseUrl: url() })
    const session = new Session({ client, identity: doctor.identity, deployment: world.deployment })
    await session.call('listGrants', { query: {} })
    const token = { authorization: 'Bearer x' }
    const forged = await fetch(`${url()}/v1/operations`, { method: 'POST', headers: token })
    assert.equal(forged.status, 401, 'a token that is none is no way around')
    await assert.rejects(
      session.callAnyway('submitOperations', { body: { operations: [] } }),
      (error: { code: string }) => error.code === 'bad-request',
    )
  })

  test('attack: a gateway sets its callers an endless task', async () => {
    const call = (bits: number, puzzle: string) => {
      const answer = async () =>
        Response.json(
          {
            type: 'x',
            title: 'x',
            status: 429,
            code: 'puzzle-required',
            retry: 'later',
            hint: 'x',
            data: { puzzle, bits },
          },
          { status: 429 },
        )
      const client = new GatewayClient({ baseUrl: url(), timeoutMilliseconds: 200, fetch: answer })
      return client.call('createWalletNonce', {})
    }
    const refused = (error: { code: string }) => error.code === 'puzzle-required'
    await assert.rejects(call(limits.puzzleBitsMax + 1, 'x'), refused)
    const began = Date.now()
    await assert.rejects(call(limits.puzzleBitsMax, 'x'), refused)
    assert.ok(Date.now() - began < 10_000)
  })
})
