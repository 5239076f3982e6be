import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { inspect } from 'node:util'
import { rebuildGateway, startGateway, tables } from '@hre/gateway'
import { openCompartmentCall } from '@hre/protocol'
import { waitForAll, type Actor } from '@hre/sdk'
import { randomBytes32 } from '@hre/vault'
import { bytesToHex } from 'viem'
import { fileSome, refusal, send, signed, startWorld, type World } from './world.ts'

const followedTables = [
  'accounts',
  'members',
  'grants',
  'compartments',
  'epochs',
  'batches',
  'leaves',
  'activity',
] as const

/** A chain that takes blocks back, or a node that lies behind; and lines that get too long. */
describe('what the chain says may change', () => {
  let world: World
  let patient: Actor
  before(async () => {
    world = await startWorld({ relayQueueMax: 40, relayQueuePerSenderMax: 30 })
    patient = await world.newPatient()
    await fileSome(await world.newMember(world.city, 'lab technician'), patient)
  })
  after(() => world.stop())

  const city = () => world.city.gateway.gateway
  const open = () =>
    signed(
      patient,
      openCompartmentCall(world.deployment, randomBytes32(), 3, bytesToHex(patient.keyring.recipient)),
    )
  const rows = async () =>
    Object.fromEntries(
      await Promise.all(
        followedTables.map(async (name) => {
          const all = await city().db.select().from(tables[name])
          return [name, all.map((row) => inspect({ ...row, id: undefined })).sort()] as const
        }),
      ),
    )

  test('blocks that were read are not on the chain any more: everything is read anew, to the same rows', async () => {
    const { db, follower } = city()
    await follower.sync()
    const before = await rows()
    const { block } = follower.cursor
    // What a reorganisation leaves behind: a cursor and a row of a block that the chain does not have.
    const stranger = randomBytes32().slice(0, 42) as `0x${string}`
    await db.insert(tables.accounts).values({ account: stranger, signer: '0x01', recipient: '0x02' })
    await db.update(tables.cursor).set({ blockHash: randomBytes32() })
    const { ids } = await send(world.city, [await open()])
    await waitForAll(patient, ids)
    await follower.sync()
    assert.ok(follower.cursor.block > block)
    const accounts = await db.select().from(tables.accounts)
    assert.equal(
      accounts.some(({ account }) => account === stranger),
      false,
    )
    const after = await rows()
    assert.deepEqual(after['leaves'], before['leaves'])
    assert.deepEqual(after['grants'], before['grants'])
  })

  test('attack: a node that is behind what was read answers. Nothing is decided by it', async () => {
    const { chain, follower } = city()
    await follower.sync()
    const { head } = chain
    const { block } = follower.cursor
    chain.head = async () => ({ ...(await head()), number: block - 1 })
    try {
      await assert.rejects(follower.sync(), refusal('chain-unavailable'))
    } finally {
      chain.head = head
    }
    await follower.sync()
  })

  test('an operation whose block was taken back is carried again, and has the outcome that it had', async () => {
    const { db, relay } = city()
    const { ids } = await send(world.city, [await open()])
    await waitForAll(patient, ids)
    // As if its transaction were gone; in truth it is on chain, so the second carrying finds the nonce spent.
    await db.update(tables.operations).set({ state: 'queued', transaction: null, block: null })
    relay.wake()
    await waitForAll(
      patient,
      (await db.select().from(tables.operations)).map(({ id }) => id),
    )
    const states = (await db.select().from(tables.operations)).map(({ state }) => state)
    assert.deepEqual([...new Set(states)], ['applied'])
  })

  test('[G3] a line that is full is answered 503, one sender’s own 429, with Retry-After; the others get in', async () => {
    const { db } = city()
    const waiting = async (account: `0x${string}`, count: number) => {
      const { signed: one } = (await db.select().from(tables.operations))[0]!
      await db.insert(tables.operations).values(
        Array.from({ length: count }, () => ({
          id: randomBytes32(),
          account,
          sender: account,
          at: 0,
          nonce: randomBytes32(),
          signed: one,
          state: 'submitted' as const,
          transaction: randomBytes32(),
        })),
      )
    }
    const post = async (body: unknown) =>
      fetch(`${world.city.gateway.url}/v1/operations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    await waiting(patient.account, 30)
    const own = await post({ operations: [await open()] })
    assert.deepEqual([own.status, ((await own.json()) as { code: string }).code], [429, 'rate-limited'])
    assert.ok(Number(own.headers.get('retry-after')) > 0)
    const other = await world.newPatient()
    await waiting(other.account, 10)
    const full = await post({ operations: [await open()] })
    assert.deepEqual([full.status, ((await full.json()) as { code: string }).code], [503, 'queue-full'])
    assert.ok(Number(full.headers.get('retry-after')) > 0)
  })

  test('`rebuild` makes the same rows', async () => {
    const { config } = world.city
    await city().follower.sync()
    const before = await rows()
    await world.city.gateway.stop()
    const { block, batches } = await rebuildGateway(config)
    assert.ok(block > 0 && batches > 0)
    world.city.gateway = await startGateway(config)
    const after = await rows()
    for (const name of [
      'accounts',
      'members',
      'grants',
      'compartments',
      'epochs',
      'leaves',
      'batches',
    ] as const)
      for (const row of before[name]!) assert.ok(after[name]!.includes(row), `${name}: ${row}`)
  })
})
