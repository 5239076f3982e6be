import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { createRootSeed, identityOf, openKeyring } from '@hre/vault'
import type { FastifyBaseLogger } from 'fastify'
import type { Address, Hex } from 'viem'
import type { SignatureChecker } from '../access/signatures.ts'
import { createLog } from '../logging.ts'
import { openDatabase, type Database } from '../store/database.ts'
import * as t from '../store/schema.ts'
import { Peers } from './peers.ts'
import { Standings } from './standings.ts'

const patienceMilliseconds = 1_000
const stallMilliseconds = 15_000
const addressOf = (digit: number): Address => `0x${String(digit).repeat(40)}`
const idOf = (bytes: Uint8Array): Hex => `0x${createHash('sha256').update(bytes).digest('hex')}`
const deployment = { chainId: 1, directory: addressOf(9) } as ConstructorParameters<
  typeof Peers
>[0]['deployment']

/** How one gateway answers a request for a file. */
type Manner = (request: IncomingMessage, response: ServerResponse) => void

/** Another organisation's gateway, as far as a file can be asked of it. It logs anybody in. */
class Neighbour {
  readonly organisation: Address
  readonly #server: Server
  readonly asked: { range: string | undefined }[] = []
  /** Requests whose caller went away. */
  aborted = 0
  manner: Manner = () => {}

  constructor(digit: number) {
    this.organisation = addressOf(digit)
    this.#server = createServer((request, response) => {
      const json = (body: object) =>
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      request.resume()
      if (request.url === '/v1/challenges')
        return json({
          organisation: this.organisation,
          challenge: `0x${'0'.repeat(64)}`,
          expiresAt: 4e9,
          signature: '0x11',
        })
      if (request.url === '/v1/sessions')
        return json({
          session: `0x${'0'.repeat(64)}`,
          token: 'token',
          expiresAt: 4e9,
          refreshToken: 'x',
          refreshExpiresAt: 4e9,
        })
      this.asked.push({ range: request.headers.range })
      response.on('close', () => !response.writableFinished && this.aborted++)
      this.manner(request, response)
    })
  }

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

/** Waits that end when a test says so, never by the clock. */
class Waits {
  readonly #open: { milliseconds: number; end: () => void }[] = []
  #changed: (() => void) | undefined

  readonly wait = (milliseconds: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const one = { milliseconds, end: resolve }
      this.#open.push(one)
      this.#changed?.()
      signal.addEventListener('abort', () => {
        this.#open.splice(this.#open.indexOf(one), 1)
        reject(new Error('aborted'))
      })
    })

  /** The newest wait of that length is over; waits for there to be one. */
  async end(milliseconds: number): Promise<void> {
    for (;;) {
      const one = this.#open.findLast((open) => open.milliseconds === milliseconds)
      if (one) {
        this.#open.splice(this.#open.indexOf(one), 1)
        return one.end()
      }
      await new Promise<void>((resolve) => (this.#changed = resolve))
    }
  }
}

describe('[P2] files from other gateways', () => {
  const file = randomBytes(300_000)
  const contentId = idOf(file)
  const [first, second, third] = [new Neighbour(1), new Neighbour(2), new Neighbour(3)]
  const neighbours = [first, second, third]
  const holders = neighbours.map(({ organisation }) => organisation)
  let folder: string
  let database: { db: Database; close: () => Promise<void> }
  let waits: Waits
  let standings: Standings
  let now = 0

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hre-peers-'))
    database = await openDatabase({ dataDir: folder })
    for (const neighbour of neighbours)
      await database.db.insert(t.organisations).values({
        account: neighbour.organisation,
        kind: 1,
        country: 'IN',
        endpoint: await neighbour.start(),
      })
  })
  after(async () => {
    for (const neighbour of neighbours) neighbour.stop()
    await database.close()
    await rm(folder, { recursive: true, force: true })
  })
  afterEach(() => {
    for (const neighbour of neighbours) {
      neighbour.asked.length = 0
      neighbour.aborted = 0
      neighbour.manner = () => {}
    }
  })

  function newPeers(): Peers {
    waits = new Waits()
    now = 0
    standings = new Standings({ patienceMillisecondsMin: 100, now: () => now })
    return new Peers({
      db: database.db,
      deployment,
      identity: identityOf(openKeyring(createRootSeed())),
      // Who signed is not asked here: reading.test.ts does ([G2]).
      signatures: { assertSigned: () => Promise.resolve() } as unknown as SignatureChecker,
      standings,
      log: createLog({ level: 'silent', gateway: 'test' }) as FastifyBaseLogger,
      wait: waits.wait,
    })
  }

  const gives: Manner = (_request, response) => response.end(file)
  const lies: Manner = (_request, response) => response.end(randomBytes(file.length))
  const stalls: Manner = () => {}
  const refuses: Manner = (_request, response) =>
    response.writeHead(404, { 'content-type': 'application/problem+json' }).end(
      JSON.stringify({
        type: 'urn:hre:error:not-found',
        title: 'x',
        status: 404,
        code: 'not-found',
        retry: 'never',
        hint: '',
        data: {},
      }),
    )
  /** Keeps to Range, and goes away in the middle of what is asked for, `times` times. */
  const cutsOff = (times: number): Manner => {
    let left = times
    return (request, response) => {
      const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
      const rest = file.subarray(from)
      const head = { 'content-length': rest.length, 'content-range': `bytes ${from}-${file.length - 1}/*` }
      response.writeHead(from > 0 ? 206 : 200, head)
      if (left-- <= 0) return void response.end(rest)
      response.write(rest.subarray(0, rest.length >> 1), () => setImmediate(() => response.destroy()))
    }
  }
  const asksOf = () => neighbours.map(({ asked }) => asked.length)

  test('the best known one is asked alone while it answers', async () => {
    first.manner = second.manner = gives
    assert.deepEqual(await newPeers().blob(contentId, holders), Buffer.from(file))
    assert.deepEqual(asksOf(), [1, 0, 0])
  })

  test('one that stalls before its first byte: a second is asked, its answer counts, the first is aborted', async () => {
    first.manner = stalls
    second.manner = gives
    const fetched = newPeers().blob(contentId, holders)
    await waits.end(patienceMilliseconds)
    assert.deepEqual(await fetched, Buffer.from(file))
    assert.deepEqual(asksOf(), [1, 1, 0])
    while (first.aborted === 0) await new Promise(setImmediate)
  })

  test('one that stalls in the middle, or drips: the same', async () => {
    first.manner = (_request, response) => void response.write(file.subarray(0, 100))
    second.manner = gives
    const fetched = newPeers().blob(contentId, holders)
    while (first.asked.length === 0) await new Promise(setImmediate)
    await waits.end(patienceMilliseconds)
    assert.deepEqual(await fetched, Buffer.from(file))
  })

  test('all stall: it ends, with nothing, and each is asked once', async () => {
    for (const neighbour of neighbours) neighbour.manner = stalls
    const fetched = newPeers().blob(contentId, holders)
    for (const { asked } of neighbours) {
      while (asked.length === 0) await new Promise(setImmediate)
      await waits.end(stallMilliseconds)
    }
    assert.equal(await fetched, undefined)
    assert.deepEqual(asksOf(), [1, 1, 1])
  })

  test('attack: a gateway gives other bytes. The next is asked, and the liar last for an hour', async () => {
    first.manner = lies
    second.manner = gives
    const peers = newPeers()
    assert.deepEqual(await peers.blob(contentId, holders), Buffer.from(file))
    assert.deepEqual(standings.ordered(holders).at(-1), first.organisation)
    await peers.blob(contentId, holders)
    assert.deepEqual(asksOf(), [1, 2, 0])
    now = 3_599_000
    assert.deepEqual(standings.ordered(holders).at(-1), first.organisation)
    now = 3_601_000
    assert.notDeepEqual(standings.ordered(holders).at(-1), first.organisation)
  })

  test('attack: everybody gives other bytes. Nothing is taken', async () => {
    for (const neighbour of neighbours) neighbour.manner = lies
    assert.equal(await newPeers().blob(contentId, holders), undefined)
  })

  test('cut off in the middle: gone on with from there, at the same gateway', async () => {
    first.manner = cutsOff(3)
    assert.deepEqual(await newPeers().blob(contentId, [first.organisation]), Buffer.from(file))
    assert.equal(first.asked.length, 4)
    assert.equal(first.asked[0]!.range, undefined)
    const begins = first.asked.slice(1).map(({ range }) => Number(/^bytes=(\d+)-$/.exec(range!)![1]))
    assert.ok(begins.every((begin, index) => begin > (begins[index - 1] ?? 0)))
  })

  test('cut off again and again: given up in the end, and the next one gives all of it', async () => {
    first.manner = cutsOff(Infinity)
    second.manner = gives
    assert.deepEqual(await newPeers().blob(contentId, holders), Buffer.from(file))
    assert.equal(second.asked[0]!.range, undefined)
  })

  test('a gateway that takes no Range sends all again, and what was there is not taken twice', async () => {
    let isFirst = true
    first.manner = (_request, response) => {
      response.writeHead(200, { 'content-length': file.length })
      if (!isFirst) return void response.end(file)
      isFirst = false
      response.write(file.subarray(0, 100_000), () => setImmediate(() => response.destroy()))
    }
    assert.deepEqual(await newPeers().blob(contentId, [first.organisation]), Buffer.from(file))
    assert.equal(first.asked.length, 2)
  })

  test('attack: bytes without end are cut off at the limit', { timeout: 120_000 }, async () => {
    const block = Buffer.alloc(4 * 1024 * 1024)
    first.manner = (_request, response) => {
      const more = () => {
        if (!response.destroyed) response.write(block, () => setImmediate(more))
      }
      more()
    }
    second.manner = gives
    assert.deepEqual(await newPeers().blob(contentId, holders.slice(0, 2)), Buffer.from(file))
    assert.equal(standings.ordered(holders).at(-1), first.organisation)
  })

  describe('a release', () => {
    const body = {
      request: {
        reader: addressOf(4),
        patient: addressOf(5),
        organisation: addressOf(6),
        records: [],
        purpose: 0,
        nonce: `0x${'0'.repeat(64)}` as Hex,
        issuedAt: 0,
      },
      signature: '0x11' as Hex,
    }
    test('[A7] the refusal of the organisation that committed it is not asked around', async () => {
      first.manner = refuses
      second.manner = gives
      await assert.rejects(newPeers().release(holders, contentId, body), { code: 'not-found' })
      assert.deepEqual(asksOf(), [1, 0, 0])
    })
    test('when that one is away, a holder of a copy is asked, whose refusal is not the last word', async () => {
      first.manner = (_request, response) => response.destroy()
      second.manner = refuses
      third.manner = gives
      assert.deepEqual(await newPeers().release(holders, contentId, body), Buffer.from(file))
      assert.deepEqual(asksOf(), [1, 1, 1])
    })
    test('nobody gives it: the fault of the one that committed it is told', async () => {
      first.manner = (_request, response) => response.destroy()
      second.manner = third.manner = refuses
      await assert.rejects(newPeers().release(holders, contentId, body), { code: 'peer-unavailable' })
    })
  })

  test('patience is the time in which nineteen of twenty answers came, and never less than the least', () => {
    newPeers()
    const [one, other] = holders as [Address, Address]
    assert.equal(standings.patienceOf(one), patienceMilliseconds)
    for (let answer = 1; answer <= 40; answer++) standings.answered(one, answer * 10)
    assert.equal(standings.patienceOf(one), 380)
    for (let answer = 0; answer < 40; answer++) standings.answered(other, 2)
    assert.equal(standings.patienceOf(other), 100)
    assert.deepEqual(standings.ordered([one, other]), [other, one])
  })
})
