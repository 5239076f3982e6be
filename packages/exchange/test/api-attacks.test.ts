import assert from 'node:assert/strict'
import { connect as openSocket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { tables } from '@hre/gateway'
import { limits, problemSchema, routes, type ApiDocument, type Route } from '@hre/protocol'
import { hostile } from '@hre/testkit'
import { count } from 'drizzle-orm'
import fc from 'fast-check'
import { changed, operationsOf, placesIn, textOf, validCalls, type Call, type Placed } from './api-calls.ts'
import { fileSome, startWorld, tokenOf, type World } from './world.ts'

const seed = 7

/** The founding papers' attack table against every route: denial of service, modification, SQL injection. */
describe('attacks on every route', () => {
  let world: World
  let api: ApiDocument
  let token: string
  let author: string
  before(async () => {
    world = await startWorld({
      anonymousPerMinute: 1_000_000,
      accountPerMinute: 1_000_000,
      requestSeconds: 2,
    })
    const doctor = await world.newMember(world.city, 'doctor')
    await fileSome(doctor, await world.newPatient())
    api = (await (await fetch(`${world.city.gateway.url}/openapi.json`)).json()) as ApiDocument
    token = await tokenOf(world.city, world.lakeside.actor)
    author = await tokenOf(world.city, world.city.actor)
  })
  after(() => world.stop())

  const exampleOf = (placed: Placed): Call =>
    fc.sample(validCalls(api, placed, { Address: [], Bytes32: [] }), { seed, numRuns: 1 })[0]!

  async function send({ method, path, operation }: Placed, call: Call, body?: RequestInit['body']) {
    const at = path.replace(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(String(call.path[name]).toWellFormed()),
    )
    const query = new URLSearchParams(
      Object.entries(call.query).map(([name, value]) => [name, String(value).toWellFormed()]),
    )
    const isBytes = operation.requestBody?.content['application/octet-stream'] !== undefined
    const response = await fetch(`${world.city.gateway.url}${at}?${query.toString()}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(operation.requestBody
          ? { 'content-type': isBytes ? 'application/octet-stream' : 'application/json' }
          : {}),
      },
      ...(operation.requestBody ? { body: body ?? JSON.stringify(call.body) } : {}),
      ...(body instanceof ReadableStream ? { duplex: 'half' as const } : {}),
    })
    const text = await textOf(response)
    return { status: response.status, text, headers: response.headers }
  }

  /** Where text stands in a call: every path, query and body field that is a string. */
  const textPlacesOf = (call: Call) => {
    const at = (way: (string | number)[]) =>
      way.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], call)
    return placesIn(call).filter((way) => way[0] !== 'body' || typeof at(way) === 'string')
  }

  async function rowsEverywhere(): Promise<Record<string, number>> {
    const { db } = world.city.gateway.gateway
    const kept = [
      'accounts',
      'grants',
      'leaves',
      'receipts',
      'attachments',
      'manifests',
      'organisations',
    ] as const
    const rows = await Promise.all(
      kept.map(
        async (name) => [name, (await db.select({ rows: count() }).from(tables[name]))[0]!.rows] as const,
      ),
    )
    return Object.fromEntries(rows)
  }

  for (const [attack, texts] of [
    ['SQL injection', hostile.sqlInjections],
    ['path traversal', hostile.pathTraversals],
    ['awkward text', hostile.awkwardTexts],
  ] as const)
    test(`attack: ${attack} in every string field of every route`, async () => {
      const before = await rowsEverywhere()
      let sent = 0
      for (const placed of operationsOf(api)) {
        const call = exampleOf(placed)
        for (const way of textPlacesOf(call))
          for (const [form, text] of Object.entries(texts)) {
            const began = performance.now()
            const answer = await send(placed, changed(call, way, text))
            const what = `${placed.operation.operationId} ${way.join('.')} ${form}: ${answer.status} ${answer.text}`
            assert.ok(answer.status >= 400 && answer.status < 500, what)
            sent++
            // Too long for a request line: Node refuses it before it is ours.
            if (answer.status === 431) continue
            assert.ok(problemSchema.safeParse(JSON.parse(answer.text)).success, what)
            if (text.length > 6) assert.ok(!answer.text.includes(text), `${what}: repeats the input`)
            assert.ok(performance.now() - began < 4000, `${what}: it slept`)
          }
      }
      assert.ok(sent > 200, `${sent} calls`)
      assert.deepEqual(await rowsEverywhere(), before)
    })

  test('attack: modification: JSON nested 10,000 deep in the body of every route', async () => {
    const deep = hostile.nestedJson(10_000)
    for (const placed of operationsOf(api)) {
      if (!placed.operation.requestBody?.content['application/json']) continue
      for (const body of [deep, `{"request":${deep}}`, `{"operations":${deep}}`]) {
        const { status } = await send(placed, exampleOf(placed), body)
        assert.ok([400, 413].includes(status), `${placed.operation.operationId}: ${status}`)
      }
    }
  })

  test('attack: denial of service: a body over the limit of every route, with and without its length', async () => {
    for (const placed of operationsOf(api)) {
      const route: Route = routes[placed.operation.operationId as keyof typeof routes]
      const bytesMax = route.bodyBytesMax ?? limits.jsonBodyBytesMax
      // The large ones take minutes to send; their limit is the same code with another number.
      if (!route.body || bytesMax > limits.jsonBodyBytesMax) continue
      const large = '"' + 'x'.repeat(bytesMax) + '"'
      for (const body of [large, new Blob([large]).stream()]) {
        const { status, text } = await send(placed, exampleOf(placed), body)
        assert.deepEqual([status, (JSON.parse(text) as { code: string }).code], [413, 'payload-too-large'])
      }
    }
  })

  test('attack: denial of service: a blob that says it is larger than the limit is refused before it is sent', async () => {
    const { hostname, port } = new URL(world.city.gateway.url)
    const path = `/v1/blobs/0x${'1'.repeat(64)}`
    const answer = await raw(
      hostname,
      Number(port),
      `PUT ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${author}\r\nContent-Type: application/octet-stream\r\n` +
        `Content-Length: ${limits.blobBytesMax + 1}\r\n\r\n`,
    )
    assert.match(answer, /^HTTP\/1\.1 413 /)
  })

  test('attack: denial of service: headers that are too long or too many', async () => {
    const { hostname, port } = new URL(world.city.gateway.url)
    const start = 'GET /health HTTP/1.1\r\nHost: x\r\n'
    for (const headers of [
      `X-Long: ${'a'.repeat(20_000)}\r\n`,
      Array.from({ length: 3000 }, (_, index) => `X-${index}: y\r\n`).join(''),
    ])
      assert.match(await raw(hostname, Number(port), `${start}${headers}\r\n`), /^HTTP\/1\.1 431 /)
  })

  test('attack: denial of service: slow loris, a hundred bodies that come byte by byte', async () => {
    const { hostname, port } = new URL(world.city.gateway.url)
    const request =
      'POST /v1/challenges HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{'
    const ended = Promise.all(
      Array.from({ length: 100 }, () => raw(hostname, Number(port), request, { drip: ' ' })),
    )
    // Meanwhile others are served.
    assert.equal((await fetch(`${world.city.gateway.url}/health`)).status, 200)
    for (const answer of await ended) assert.match(answer, /^(HTTP\/1\.1 408 |$)/)
  })

  /** Writes bytes as they are and waits for the end; `drip` goes on slowly. */
  function raw(host: string, port: number, bytes: string, options: { drip?: string } = {}): Promise<string> {
    return new Promise((resolve) => {
      const socket = openSocket(port, host)
      let answer = ''
      const timer = options.drip && setInterval(() => socket.write(options.drip!), 300)
      socket.on('data', (chunk) => {
        answer += String(chunk)
        if (!options.drip) socket.end()
      })
      socket.on('error', () => {})
      socket.on('close', () => {
        if (timer) clearInterval(timer)
        resolve(answer)
      })
      socket.write(bytes)
    })
  }
})
