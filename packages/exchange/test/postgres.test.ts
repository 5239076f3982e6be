import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { GatewayClient } from '@hre/client'
import { startGateway, tables, type RunningGateway } from '@hre/gateway'
import { openCompartmentCall, toProblem, isHreError } from '@hre/protocol'
import {
  compartmentIds,
  connect,
  grantAccess,
  listCompartments,
  listNotifications,
  openRecords,
  readAccessLog,
  requestAccess,
  revokeAccess,
  sessionAt,
  waitForAll,
  watchNotifications,
  type Actor,
} from '@hre/sdk'
import { randomBytes32 } from '@hre/vault'
import { isNotNull, isNull } from 'drizzle-orm'
import { bytesToHex, type Hex } from 'viem'
import { postgresMissing, startCutLine, startPostgres, type Postgres } from './postgres.ts'
import { startReceiver } from './receiver.ts'
import { fileSome, inSeconds, send, signed, startWorld, tokenOf, type World } from './world.ts'

/** Operations before a disturbance, and after it: however fast the machine is, there is a load. */
const acknowledgedMin = 5

describe('on PostgreSQL', { skip: postgresMissing }, () => {
  let postgres: Postgres
  let world: World
  let patient: Actor
  let technician: Actor
  let doctor: Actor
  before(async () => {
    postgres = await startPostgres()
    world = await startWorld({
      newDatabase: () => postgres.newDatabase(),
      databaseStatementSeconds: 2,
      outboundNetworks: '127.0.0.1/32',
      anonymousPerMinute: 1_000_000,
    })
    patient = await world.newPatient()
    technician = await world.newMember(world.city, 'lab technician')
    doctor = await world.newMember(world.lakeside, 'doctor')
  })
  after(async () => {
    await world?.stop()
    await postgres?.remove()
  })

  const open = (id: Hex) =>
    openCompartmentCall(world.deployment, id, 3, bytesToHex(patient.keyring.recipient))
  const database = () => world.city.gateway.gateway.db
  /** Ids of operations that were acknowledged while `disturb` ran, and of the compartments that they open. */
  async function underLoad(
    disturb: () => Promise<void>,
  ): Promise<{ operations: Hex[]; compartments: Hex[] }> {
    const acknowledged = { operations: [] as Hex[], compartments: [] as Hex[] }
    let stop = false
    const sender = async () => {
      while (!stop) {
        const compartment = randomBytes32()
        const operation = await signed(patient, open(compartment))
        try {
          const { ids } = await send(world.city, [operation])
          acknowledged.operations.push(...ids)
          acknowledged.compartments.push(compartment)
        } catch (error) {
          // Not acknowledged: whatever the answer, it has to be one of "later".
          assert.ok(isHreError(error), String(error))
          assert.equal(toProblem(error).retry, 'later', error.code)
          await sleep(20)
        }
      }
    }
    const sending = Promise.all([sender(), sender(), sender()])
    const acknowledgedMore = async () => {
      const before = acknowledged.operations.length
      while (!stop && acknowledged.operations.length < before + acknowledgedMin) await sleep(20)
    }
    try {
      await Promise.race([sending, acknowledgedMore().then(disturb).then(acknowledgedMore)])
    } finally {
      stop = true
    }
    await sending
    return acknowledged
  }
  async function assertAppliedOnce({ operations, compartments }: { operations: Hex[]; compartments: Hex[] }) {
    await waitForAll(patient, operations)
    const known = (await listCompartments(patient, patient.account)).map(({ compartment }) => compartment)
    assert.deepEqual(
      compartments.map((id) => known.filter((compartment) => compartment === id).length),
      compartments.map(() => 1),
    )
  }

  test('a whole journey: file, grant, open, log, revoke', async () => {
    await fileSome(technician, patient)
    const compartments = [compartmentIds(patient).labs]
    await grantAccess(patient, {
      reader: doctor.account,
      compartments,
      purposes: ['TREAT'],
      until: inSeconds(3600),
    })
    const access = await requestAccess(doctor, { patient: patient.account, purpose: 'TREAT' })
    let opened = 0
    for await (const item of openRecords(doctor, access)) if (item.body.length > 0) opened++
    assert.equal(opened, 2)
    await world.lakeside.gateway.gateway.anchors.run()
    const { accesses } = await readAccessLog(patient)
    assert.ok(accesses.some(({ receipt }) => receipt.reader === doctor.account))
    await revokeAccess(patient, { reader: doctor.account, compartments })
    await assert.rejects(requestAccess(doctor, { patient: patient.account, purpose: 'TREAT' }), {
      code: 'not-found',
    })
  })

  test('[G3] PostgreSQL is restarted mid-transaction, and later killed under load: what was acknowledged is on chain once', async () => {
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      const acknowledged = await underLoad(async () => {
        // One transaction is open when the server goes.
        const cut = database().transaction(async (tx) => {
          await tx
            .insert(tables.challenges)
            .values({ challenge: randomBytes32(), account: patient.account, expiresAt: 0 })
          await sleep(400)
          await tx.select().from(tables.challenges)
        })
        const refused = assert.rejects(cut)
        await sleep(100)
        await postgres.stop(signal)
        await sleep(500)
        await postgres.start()
        await refused
      })
      await assertAppliedOnce(acknowledged)
    }
  })

  test('a lost database is answered 503 with Retry-After, and everything goes on when it is back', async () => {
    await postgres.stop('SIGINT')
    const answer = await fetch(`${world.city.gateway.url}/v1/operations/${randomBytes32()}`)
    assert.equal(answer.status, 503)
    assert.equal(((await answer.json()) as { code: string }).code, 'database-unavailable')
    assert.ok(Number(answer.headers.get('retry-after')) >= 1)
    await postgres.start()
    const back = await fetch(`${world.city.gateway.url}/v1/operations/${randomBytes32()}`)
    assert.equal(back.status, 404)
  })

  test('a statement that takes too long is cancelled and answered as "later"', async () => {
    const { db } = world.city.gateway.gateway
    const began = Date.now()
    await assert.rejects(db.execute('select pg_sleep(30)'))
    assert.ok(Date.now() - began < 10_000)
  })

  test('whoever writes the access log keeps out neither who anchors it nor who cleans up behind it', async () => {
    const impatient = new URL(world.city.config.databaseUrl!)
    impatient.searchParams.set('options', '-c lock_timeout=1000')
    await database().transaction(async (tx) => {
      await tx.execute(`select * from append_receipts('[]', '[]', 0, 60)`)
      for (const statement of ['vacuum analyze receipts', 'update receipts set anchor = anchor'])
        await postgres.query(impatient.href, statement)
    })
  })
  test('attack: more requests than connections. They wait their turn and none hangs', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => fetch(`${world.city.gateway.url}/v1/operations/${randomBytes32()}`)),
    )
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [404])
  })

  describe('several replicas on one database', () => {
    let replicas: RunningGateway[]
    before(async () => {
      const config = { ...world.city.config, publicUrl: world.city.gateway.url, anchorSeconds: 1 }
      replicas = await Promise.all([startGateway(config), startGateway(config)])
    })
    after(() => Promise.all(replicas?.map(({ stop }) => stop()) ?? []))

    test('each operation has one effect, each block one row, each receipt one anchor', async () => {
      const gateways = [world.city.gateway, ...replicas]
      const before = await world.rpc.getTransactionCount({
        address: world.city.gateway.gateway.keys.relay.address,
      })
      const compartments: Hex[] = []
      const operations: Hex[] = []
      await Promise.all(
        gateways.map(async ({ url }) => {
          const { session } = await connect({ gatewayUrl: url, rootSeed: world.city.rootSeed })
          for (let round = 0; round < 10; round++) {
            const id = randomBytes32()
            const operation = await signed(patient, open(id))
            const { ids } = await session.client.call('submitOperations', {
              body: { operations: [operation] },
            })
            compartments.push(id)
            operations.push(...ids)
          }
        }),
      )
      await assertAppliedOnce({ operations, compartments })
      const rows = await database().select().from(tables.operations).where(isNotNull(tables.operations.block))
      const transactions = new Set(rows.map(({ transaction }) => transaction))
      const spent = await world.rpc.getTransactionCount({
        address: world.city.gateway.gateway.keys.relay.address,
      })
      assert.ok(spent - before <= operations.length, 'more transactions than operations')
      assert.ok(transactions.size <= spent, 'a transaction was carried twice')

      // Refusals, logged through every replica at once, then anchored by whichever comes first.
      await Promise.all(
        gateways.map(async (gateway) => {
          const nosy = await connect({ gatewayUrl: gateway.url, rootSeed: world.city.rootSeed })
          await assert.rejects(requestAccess(nosy, { patient: doctor.account, purpose: 'TREAT' }))
        }),
      )
      const anchored = async () => {
        await world.city.gateway.gateway.follower.sync()
        const anchors = await database().select().from(tables.anchors)
        return anchors
          .filter(({ organisation }) => organisation === world.city.actor.account)
          .reduce((sum, { count }) => sum + count, 0)
      }
      const receipts = await database().$count(tables.receipts)
      // A round of one's own may be none: another's is on its way, with what was there when it began.
      for (const deadline = Date.now() + 20_000; (await anchored()) < receipts && Date.now() < deadline;)
        await Promise.all(gateways.map(({ gateway }) => gateway.anchors.run()))
      assert.equal(await database().$count(tables.receipts, isNull(tables.receipts.anchor)), 0)
      assert.equal(await anchored(), receipts)
    })

    test('[T4] [T6] what one replica tells, a stream at another says; a webhook is sent to once', async () => {
      const receiver = await startReceiver()
      const other = replicas[0]!
      const { city } = world
      const session = sessionAt(patient, other.url)
      const start = (await listNotifications(patient)).at(-1)!.id
      const seen: number[] = []
      const watching = (async () => {
        for await (const { id, kind } of watchNotifications(patient, { session, after: start })) {
          if (kind === 'access-refused') seen.push(id)
          if (seen.length === 5) return
        }
      })()
      const { webhook } = await city.actor.session.call('createWebhook', {
        body: { url: receiver.url, kinds: ['session-opened'] },
      })
      for (let round = 0; round < 5; round++) {
        const nosy = requestAccess(technician, { patient: patient.account, purpose: 'TREAT' })
        await assert.rejects(nosy, { code: 'not-found' })
        await tokenOf(city, city.actor)
      }
      await watching
      assert.deepEqual(
        seen,
        [...new Set(seen)].sort((one, next) => one - next),
      )
      const deadline = Date.now() + 20_000
      while (receiver.received.length < 5 && Date.now() < deadline) await sleep(50)
      // Every replica looks once a second: a second one would have sent by then.
      await sleep(2_500)
      const ids = receiver.received.map(({ headers }) => headers['webhook-id'])
      assert.ok(ids.length >= 5)
      assert.equal(new Set(ids).size, ids.length)
      await city.actor.session.call('removeWebhook', { params: { webhook: webhook.id } })
      await receiver.stop()
    })

    test('[G34] attack: a session that was ended at one replica goes on at another, which has just seen it live', async () => {
      const [here, there] = [world.city.gateway, replicas[0]!].map(
        ({ url }) => new GatewayClient({ baseUrl: url }),
      )
      for (let round = 0; round < 5; round++) {
        const token = await tokenOf(world.city, patient)
        const listAt = (client = here!) => client.call('listSessions', {}, { token })
        const { sessions } = await listAt()
        await listAt(there)
        const session = sessions.find(({ current }) => current)!.id
        await here!.call('endSession', { params: { session } }, { token })
        await assert.rejects(listAt(there), { code: 'unauthenticated' })
      }
    })

    test('the replica that carries is gone: another carries on', async () => {
      const operation = await signed(patient, open(randomBytes32()))
      await Promise.all(replicas.splice(0, 1).map(({ stop }) => stop()))
      const { ids } = await send(world.city, [operation])
      await waitForAll(patient, ids)
    })

    test('20 connections are lost as their transactions begin: a gateway that may have 3 goes on, and ends', async () => {
      const line = await startCutLine(world.city.config.databaseUrl!)
      const replica = await startGateway({
        ...world.city.config,
        databaseUrl: line.url,
        databaseConnections: 3,
      })
      try {
        line.cutBegins(20)
        while (line.cutsLeft() > 0) await replica.gateway.db.transaction(async () => {}).catch(() => {})
        await replica.gateway.db.transaction((tx) => tx.select().from(tables.leases))
      } finally {
        await replica.stop()
        await line.stop()
      }
    })

    test('attack: a replica that slept through its claim writes nothing more', async () => {
      const { leases, db } = world.city.gateway.gateway
      const other = replicas[0]!.gateway.leases
      await db.delete(tables.leases)
      assert.equal(await other.claim('integrity'), true)
      assert.equal(await leases.claim('integrity'), false)
      await db.update(tables.leases).set({ until: new Date(0) })
      assert.equal(await leases.claim('integrity'), true)
      await assert.rejects(
        db.transaction((tx) => other.assertHeld(tx, 'integrity')),
        { code: 'lease-lost' },
      )
    })
  })
})
