import assert from 'node:assert/strict'
import { connect as openSocket, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { limits, loginTypedData, problemSchema, routes, type Route } from '@hre/protocol'
import { randomBytes32 } from '@hre/vault'
import { decodeJwt, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import type { Actor } from '@hre/sdk'
import { startWorld, tokenOf, type World } from './world.ts'

/** What the HTTP surface does with hostile input: always a problem document, never a 5xx, nothing of the input in it. */
describe('hostile HTTP', () => {
  let world: World
  let doctor: Actor
  before(async () => {
    world = await startWorld()
    doctor = await world.newMember(world.city, 'doctor')
  })
  after(() => world.stop())

  const base = () => world.city.gateway.url
  const send = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${base()}${path}`, init)
    const text = await response.text()
    return { status: response.status, text, problem: problemSchema.safeParse(JSON.parse(text)).data }
  }
  const json = (body: string): RequestInit => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  async function login(actor: Actor, over: { organisation?: `0x${string}` } = {}) {
    const { account, identity } = actor
    const client = world.city.actor.session.client
    const { organisation, challenge, expiresAt } = await client.call('createChallenge', {
      body: { account, callerNonce: randomBytes32() },
    })
    const message = loginTypedData(world.deployment, { account, organisation, challenge, expiresAt, ...over })
    return { account, challenge, expiresAt, signature: await identity.sign(message) }
  }
  const open = async (body: Awaited<ReturnType<typeof login>>) =>
    send('/v1/sessions', json(JSON.stringify(body)))
  const withToken = (token: string) => send('/v1/grants', { headers: { authorization: `Bearer ${token}` } })

  test('every route that needs a session refuses without one, before it looks at anything else', async () => {
    for (const route of Object.values(routes) as Route[]) {
      if (route.auth === 'none') continue
      const path = route.path.replace(/:\w+/g, 'x')
      const { status, problem } = await send(path, { ...(route.body ? json('{') : {}), method: route.method })
      assert.deepEqual([status, problem?.code], [401, 'unauthenticated'], `${route.method} ${route.path}`)
    }
  })

  describe('sessions', () => {
    test('[G1] a signed challenge opens a session', async () => {
      const { status, text } = await open(await login(doctor))
      assert.equal(status, 201)
      assert.equal((await withToken((JSON.parse(text) as { token: string }).token)).status, 200)
    })
    test('[G1] attack: a challenge is answered twice', async () => {
      const body = await login(doctor)
      assert.equal((await open(body)).status, 201)
      assert.equal((await open(body)).problem?.code, 'signature-invalid')
    })
    test('[G1] attack: a challenge is answered by another account', async () => {
      const body = await login(doctor)
      const other = await world.newMember(world.city, 'nurse')
      assert.equal((await open({ ...body, account: other.account })).problem?.code, 'signature-invalid')
    })
    test('[G1] attack: a login signed for another hospital’s gateway is relayed here', async () => {
      const body = await login(doctor, { organisation: world.lakeside.actor.account })
      assert.equal((await open(body)).problem?.code, 'signature-invalid')
    })
    test('[G1] attack: a wrong signature burns the challenge, so that it cannot be guessed on', async () => {
      const body = await login(doctor)
      const wrong = `0x${'11'.repeat(65)}` as const
      assert.equal((await open({ ...body, signature: wrong })).problem?.code, 'signature-invalid')
      assert.equal((await open(body)).problem?.code, 'signature-invalid')
    })
    test('[G1] attack: JWT with alg none, another key, another audience, another gateway, expired', async () => {
      const organisation = world.city.actor.account
      const token = world.city.gateway.gateway.keys.tokenKey(1)
      const { privateKey } = await generateKeyPair('EdDSA')
      const { sid } = decodeJwt(await tokenOf(world.city, doctor))
      const jwt = (audience: string, expires: string | number = '5m') =>
        new SignJWT({ sid })
          .setProtectedHeader({ alg: 'EdDSA', kid: token.kid })
          .setIssuedAt()
          .setIssuer(organisation)
          .setAudience(audience)
          .setSubject(doctor.account)
          .setExpirationTime(expires)
      const none = new UnsecuredJWT({ sid })
        .setIssuedAt()
        .setIssuer(organisation)
        .setAudience(organisation)
        .setSubject(doctor.account)
        .setExpirationTime('5m')
      const hmac = new SignJWT({ sid })
        .setProtectedHeader({ alg: 'HS256', kid: token.kid })
        .setIssuedAt()
        .setSubject(doctor.account)
        .setIssuer(organisation)
        .setAudience(organisation)
        .setExpirationTime('5m')
        .sign(token.publicKey.export({ format: 'der', type: 'spki' }))
      assert.equal((await withToken(await jwt(organisation).sign(token.privateKey))).status, 200)
      const bad = [
        none.encode(),
        await hmac,
        await jwt(organisation).sign(privateKey),
        await jwt(world.lakeside.actor.account).sign(token.privateKey),
        await jwt(organisation).sign(world.lakeside.gateway.gateway.keys.tokenKey(1).privateKey),
        await jwt(organisation, Math.floor(Date.now() / 1000) - 10).sign(token.privateKey),
        'x.y.z',
      ]
      for (const token of bad) assert.equal((await withToken(token)).status, 401)
    })
  })

  describe('bodies', () => {
    const challenge = '/v1/challenges'
    const hostile = [
      ['malformed JSON', '{"account":'],
      ['JSON nested 10,000 deep', '['.repeat(10_000) + ']'.repeat(10_000)],
      ['a prototype in the keys', '{"__proto__":{"account":"x"},"account":"0x00","callerNonce":"0x00"}'],
      ['an array where an object belongs', '[]'],
      ['null', 'null'],
      ['an empty body', ''],
      [
        'SQL in a string field',
        JSON.stringify({ account: "0x' or 1=1; drop table receipts;--", callerNonce: 'x' }),
      ],
      ['a number where text belongs', '{"account":1e309,"callerNonce":-0}'],
    ] as const
    for (const [what, body] of hostile)
      test(`attack: ${what}`, async () => {
        const { status, problem, text } = await send(challenge, json(body))
        assert.deepEqual([status, problem?.code], [400, 'bad-request'])
        assert.equal(text.includes('drop table'), false)
      })
    test('a body over the limit', async () => {
      const { status, problem } = await send(challenge, json('"' + 'x'.repeat(limits.jsonBodyBytesMax) + '"'))
      assert.deepEqual([status, problem?.code], [413, 'payload-too-large'])
    })
    test('a body of another content type', async () => {
      const { status } = await send(challenge, {
        method: 'POST',
        body: new URLSearchParams({ account: 'x' }),
      })
      assert.equal(status, 400)
    })
    test('too many operations at once', async () => {
      const one = {
        operation: {
          account: doctor.account,
          target: world.deployment.directory,
          data: '0x',
          nonce: randomBytes32(),
          deadline: 1,
          gasLimit: 21_000,
        },
        signer: doctor.identity.signer,
        signature: '0x',
      }
      const operations = Array.from({ length: limits.operationsPerSubmissionMax + 1 }, () => one)
      const { problem } = await send('/v1/operations', json(JSON.stringify({ operations })))
      assert.equal(problem?.code, 'bad-request')
    })
  })

  describe('paths and headers', () => {
    test('attack: a path that climbs out of the blob folder', async () => {
      for (const path of [
        '/v1/blobs/..%2f..%2forganisation.key.json',
        '/..%2f..%2fetc/passwd',
        '/v1/blobs/%00',
      ]) {
        const { status } = await send(path)
        assert.ok([400, 401, 404].includes(status), `${path}: ${status}`)
      }
    })
    test('attack: SQL in a path', async () => {
      const { status } = await send(`/v1/operations/${encodeURIComponent("' or '1'='1")}`)
      assert.equal(status, 400)
    })
    test('attack: headers over the limit', async () => {
      const response = await fetch(`${base()}/health`, { headers: { 'x-large': 'a'.repeat(20_000) } })
      assert.equal(response.status, 431)
    })
    test('attack: a caller names their own account in a header', async () => {
      const { status } = await send('/v1/grants', { headers: { 'x-hre-account': doctor.account } })
      assert.equal(status, 401)
    })
    test('attack: an answer, or a refusal, is shown in a page, taken for one, or kept by whoever passes it on', async () => {
      for (const path of ['/v1/status', '/v1/grants', `/v1/blobs/0x${'00'.repeat(32)}?receipt=0`]) {
        const { headers } = await fetch(base() + path)
        assert.equal(headers.get('content-security-policy'), "default-src 'none'; frame-ancestors 'none'")
        assert.equal(headers.get('x-content-type-options'), 'nosniff')
        assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin')
        assert.equal(headers.get('cache-control'), 'no-store')
      }
    })
    test('pages forbid framing, foreign scripts and referrers', async () => {
      const { headers } = await fetch(`${base()}/`)
      const policy = headers.get('content-security-policy') ?? ''
      assert.match(policy, /default-src 'none'/)
      assert.match(policy, /frame-ancestors 'none'/)
      assert.equal(policy.includes('unsafe'), false)
      assert.equal(headers.get('referrer-policy'), 'no-referrer')
    })
    test('attack: slow loris holds a socket open with half a header', async () => {
      const { hostname, port } = new URL(base())
      const socket = openSocket(Number(port), hostname)
      socket.write('GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: ')
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
      socket.on('error', () => {})
      socket.resume()
      await closed
      assert.equal((await send('/health')).status, 200)
    })
  })

  test('a flood without a session is told to wait', async () => {
    // So few that a slow machine sends more in a minute.
    const { gateway, config } = await world.newHospital('little', { settings: { anonymousPerMinute: 60 } })
    const { anonymousPerMinute } = config
    /** What a flood is answered in the end. A minute may end in the middle of it: then it takes as many again. */
    const flood = async (path: string, perMinute: number) => {
      const together = 100
      let refused: Response | undefined
      for (let sent = 0; sent < 2 * perMinute + together && !refused; sent += together) {
        const answers = await Promise.all(Array.from({ length: together }, () => fetch(gateway.url + path)))
        refused = answers.find(({ status }) => status === 429)
      }
      return refused
    }
    const refused = await flood('/health', anonymousPerMinute)
    assert.ok(Number(refused?.headers.get('retry-after')) > 0)
    // A hospital behind one address may open the app all the same; its files have a limit of their own.
    assert.equal((await fetch(`${gateway.url}/app/none`)).status, 404)
    assert.ok(await flood('/app/none', 20 * anonymousPerMinute))
  })
})

describe('the end of a gateway', () => {
  let world: World
  before(async () => {
    world = await startWorld()
  })
  after(() => world.stop())

  test('attack: whoever asks nothing, half a question, or never ends one keeps a gateway from ending', async () => {
    const { gateway } = await world.newHospital('ending')
    const { port } = new URL(gateway.url)
    const head =
      'POST /v1/challenges HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n'
    const closed = ['', head, `${head}\r\n{`].map(async (words) => {
      const socket = openSocket(Number(port), '127.0.0.1', () => socket.write(words)).on('error', () => {})
      socket.resume()
      await new Promise((resolve) => socket.once('close', resolve))
    })
    // Answered behind theirs.
    assert.equal((await fetch(`${gateway.url}/health`)).status, 200)
    await gateway.stop()
    await Promise.all(closed)
  })

  test('the first question of a connection is answered, also when the gateway ends while its session is looked at', async () => {
    const hospital = await world.newHospital('asked')
    const { gateway } = hospital
    const token = await tokenOf(hospital, hospital.actor)
    const { sessions } = gateway.gateway
    const callerOf = sessions.callerOf.bind(sessions)
    const asked = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    sessions.callerOf = async (authorization) => {
      asked.resolve()
      await goOn.promise
      return callerOf(authorization)
    }
    const { port } = new URL(gateway.url)
    const answer = text(
      openSocket(Number(port), '127.0.0.1', function (this: Socket) {
        this.write(`GET /v1/sessions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`)
      }),
    )
    await asked.promise
    const stopped = gateway.stop()
    goOn.resolve()
    assert.match(await answer, /^HTTP\/1\.1 200 OK/)
    await stopped
  })
})
