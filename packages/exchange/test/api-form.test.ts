import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { tables } from '@hre/gateway'
import { addMemberCall, limits, problemSchema, type SignedOperation } from '@hre/protocol'
import type { Actor } from '@hre/sdk'
import { eq } from 'drizzle-orm'
import { fileSome, inSeconds, refusal, signed, startWorld, tokenOf, type World } from './world.ts'

interface Answer {
  code?: string
  next: string | null
  grants: object[]
  organisations: object[]
}

/** What the API promises beside what its routes do: pages, tags, keys, limits. */
describe('the form of the API', () => {
  let world: World
  let doctor: Actor
  let patient: Actor
  let token: string
  /** How far the gateways' clock is ahead, in seconds. */
  let ahead = 0
  before(async () => {
    world = await startWorld({ accountPerMinute: 1_000_000 }, { clock: () => inSeconds(ahead) })
    doctor = await world.newMember(world.city, 'doctor')
    patient = await world.newPatient()
    await fileSome(doctor, patient)
    token = await tokenOf(world.city, patient)
  })
  after(() => world.stop())

  const base = () => world.city.gateway.url
  async function send(path: string, init: RequestInit & { headers?: Record<string, string> } = {}) {
    const headers = { authorization: `Bearer ${token}`, ...init.headers }
    const response = await fetch(`${base()}${path}`, { ...init, headers })
    const text = await response.text()
    const json = (text ? JSON.parse(text) : undefined) as Answer
    return { status: response.status, headers: response.headers, text, json }
  }

  describe('[G31] pages', () => {
    test('a list comes whole, in order and without repetition, in pages of any size', async () => {
      const whole = (await send('/v1/grants')).json.grants
      assert.ok(whole.length >= 5, `${whole.length} grants`)
      for (const limit of [1, 2, whole.length, limits.pageRowsMax]) {
        const rows: object[] = []
        let next: string | null = null
        do {
          const cursor: string = next ? `&cursor=${next}` : ''
          const { json } = await send(`/v1/grants?limit=${limit}${cursor}`)
          assert.ok(json.grants.length <= limit)
          rows.push(...json.grants)
          next = json.next
        } while (next !== null)
        assert.deepEqual(rows, whole, `pages of ${limit}`)
      }
    })

    test('organisations and the access log have pages, too', async () => {
      const first = (await send('/v1/organisations?limit=1')).json
      const second = (await send(`/v1/organisations?limit=1&cursor=${first.next}`)).json
      assert.equal(second.next, null)
      assert.notDeepEqual(first.organisations, second.organisations)
    })

    test('attack: a cursor of another list, a made-up cursor, a page over the limit', async () => {
      const { next } = (await send('/v1/organisations?limit=1')).json
      const forged = Buffer.from(JSON.stringify(['grants', "0' or 1=1"])).toString('base64url')
      for (const query of [
        `cursor=${next}`,
        `cursor=${forged}`,
        'cursor=e30',
        'cursor=%27',
        'limit=501',
        'limit=0',
      ])
        assert.equal((await send(`/v1/grants?${query}`)).status, 400, query)
    })

    test('attack: a cursor does not show another account’s rows', async () => {
      const start = Buffer.from(JSON.stringify(['grants', 0])).toString('base64url')
      const other = await tokenOf(world.city, doctor)
      const { json } = await send(`/v1/grants?cursor=${start}`, {
        headers: { authorization: `Bearer ${other}` },
      })
      assert.deepEqual(json.grants, [])
    })
  })

  describe('[G32] entity tags', () => {
    test('what the caller has is not sent again; another answer has another tag', async () => {
      const { headers, status } = await send('/v1/grants')
      const tag = headers.get('etag')!
      assert.equal(status, 200)
      const again = await send('/v1/grants', { headers: { 'if-none-match': `"x", W/${tag}` } })
      assert.deepEqual([again.status, again.text, again.headers.get('etag')], [304, '', tag])
      assert.equal((await send('/v1/grants', { headers: { 'if-none-match': '"x"' } })).status, 200)
      assert.notEqual((await send('/v1/grants?limit=1')).headers.get('etag'), tag)
    })
    test('attack: a tag that was learnt elsewhere does not tell whether something is there', async () => {
      const stranger = await send('/v1/grants', { headers: { 'if-none-match': '*', authorization: '' } })
      assert.equal(stranger.status, 401)
      const path = `/v1/operations/0x${'1'.repeat(64)}`
      assert.equal((await send(path, { headers: { 'if-none-match': '*' } })).status, 404)
    })
  })

  describe('[G33] idempotency keys', () => {
    const post = (operations: SignedOperation[], key: string, headers: Record<string, string> = {}) =>
      send('/v1/operations', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key, ...headers },
        body: JSON.stringify({ operations }),
      })
    const newOperation = async () => {
      const stranger = await world.newStranger()
      return signed(world.city.actor, addMemberCall(world.deployment, stranger.account, 'nurse'))
    }

    test('the same request under the same key is answered as the first time, also by a gateway that was started anew', async () => {
      const operation = await newOperation()
      const key = randomUUID()
      const first = await post([operation], key)
      assert.equal(first.status, 202)
      const again = await post([operation], key)
      assert.deepEqual([again.status, again.text], [202, first.text])
      assert.equal(again.headers.get('idempotency-replayed'), 'true')
      assert.equal(first.headers.get('idempotency-replayed'), null)
      const { db } = world.city.gateway.gateway
      const kept = await db
        .select()
        .from(tables.idempotentAnswers)
        .where(eq(tables.idempotentAnswers.key, key))
      assert.equal(kept.length, 1, 'it is in SQL')
    })
    test('attack: the key is used for another body', async () => {
      const key = randomUUID()
      await post([await newOperation()], key)
      const { status, json } = await post([await newOperation()], key)
      assert.deepEqual([status, json.code], [422, 'idempotency-key-reused'])
    })
    test('a failure is not kept: the same key tries again', async () => {
      const key = randomUUID()
      const operation = await newOperation()
      const wrong = { ...operation, signature: `0x${'11'.repeat(65)}` as const }
      assert.ok((await post([wrong], key)).status >= 400)
      assert.equal((await post([operation], key)).status, 202)
    })
    test('two at once: one is done, the other is told to wait or has the same answer', async () => {
      const key = randomUUID()
      const operation = await newOperation()
      const answers = await Promise.all([
        post([operation], key),
        post([operation], key),
        post([operation], key),
      ])
      assert.equal(
        answers.filter(({ status, headers }) => status === 202 && !headers.get('idempotency-replayed'))
          .length,
        1,
      )
      for (const { status, json, headers } of answers)
        if (status !== 202) {
          assert.deepEqual([status, json.code], [409, 'idempotency-running'])
          assert.ok(Number(headers.get('retry-after')) > 0)
        }
    })
    test('a key ends after a day, and one of a gateway that died is taken over', async () => {
      const key = randomUUID()
      const { db } = world.city.gateway.gateway
      const operation = await newOperation()
      await post([operation], key)
      await db
        .update(tables.idempotentAnswers)
        .set({ json: null })
        .where(eq(tables.idempotentAnswers.key, key))
      assert.equal((await post([operation], key)).json.code, 'idempotency-running')
      ahead += 200
      const taken = await post([operation], key)
      assert.deepEqual([taken.status, taken.headers.get('idempotency-replayed')], [202, null])
      ahead += limits.idempotencySeconds + 1
      token = await tokenOf(world.city, patient)
      const later = await post([operation], key)
      assert.notEqual(later.headers.get('idempotency-replayed'), 'true')
    })
    test('attack: keys that are none, and another caller’s key', async () => {
      for (const key of ['short', "' or 1=1; drop table x", 'a'.repeat(129), '../../../../../../etc'])
        assert.equal((await post([await newOperation()], key)).status, 400, key)
    })
  })

  test('[G9] a flood with a session is told when to come again; so is one of failed logins', async () => {
    const { config } = world.lakeside
    assert.ok(config.accountPerMinute > 0)
    const body = JSON.stringify({ refreshToken: 'x'.repeat(43) })
    const answers = []
    for (let sent = 0; sent < limits.loginFailuresPerAddressMax + 1; sent++)
      answers.push(
        await send('/v1/sessions/refresh', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        }),
      )
    const last = answers.at(-1)!
    assert.deepEqual([answers[0]!.status, last.status, last.json.code], [401, 429, 'rate-limited'])
    assert.ok(problemSchema.safeParse(last.json).success)
    assert.ok(Number(last.headers.get('retry-after')) > 0)
    ahead += limits.loginFailureSeconds
    assert.equal(
      (
        await send('/v1/sessions/refresh', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        })
      ).status,
      401,
    )
  })

  test('a client of the old kind goes on: the SDK reads lists of many pages', async () => {
    await assert.rejects(
      world.city.actor.session.client.call('listOrganisations', { query: { limit: 1000 } }),
      refusal('bad-request'),
    )
  })
})
