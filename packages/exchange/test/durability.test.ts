import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { inspect } from 'node:util'
import { startChain } from '@hre/chain'
import { Facts, startGateway, tables as gatewayTables } from '@hre/gateway'
import {
  consentAbi,
  decide,
  decisionNumber,
  decisions,
  hashAccessRequest,
  openCompartmentCall,
  purposes,
  treeOf,
} from '@hre/protocol'
import {
  compartmentIds,
  grantAccess,
  listCompartments,
  readAccessLog,
  requestAccess,
  revokeAccess,
  signRequest,
  waitForAll,
  type Actor,
} from '@hre/sdk'
import { randomBytes32 } from '@hre/vault'
import { bytesToHex, type Hex } from 'viem'
import { freePort } from '../src/ports.ts'
import { fileSome, inSeconds, refusal, send, signed, startWorld, type World } from './world.ts'

/** What must survive, and what must come out the same whichever way it is reached. */
describe('nothing is lost', () => {
  let world: World
  let patient: Actor
  let technician: Actor
  let doctor: Actor
  before(async () => {
    world = await startWorld()
    patient = await world.newPatient()
    technician = await world.newMember(world.city, 'lab technician')
    doctor = await world.newMember(world.lakeside, 'doctor')
    await fileSome(technician, patient)
    const compartments = [compartmentIds(patient).labs]
    await grantAccess(patient, {
      reader: doctor.account,
      compartments,
      purposes: ['TREAT'],
      until: inSeconds(3600),
    })
    await requestAccess(doctor, { patient: patient.account, purpose: 'TREAT' })
    await revokeAccess(patient, { reader: doctor.account, compartments })
  })
  after(() => world.stop())

  test('a follower that starts over from block 0 holds the same rows', async () => {
    const { db, follower } = world.lakeside.gateway.gateway
    await world.lakeside.gateway.gateway.anchors.run()
    await follower.sync()
    const names = [
      'accounts',
      'organisations',
      'members',
      'attestations',
      'compartments',
      'epochs',
      'grants',
      'batches',
      'parties',
      'marks',
      'leaves',
      'anchors',
      'activity',
    ] as const
    const snapshot = async () =>
      Object.fromEntries(
        await Promise.all(
          names.map(async (name) => {
            const rows = await db.select().from(gatewayTables[name])
            return [name, rows.map((row) => inspect({ ...row, id: undefined })).sort()] as const
          }),
        ),
      )
    const before = await snapshot()
    assert.ok(before.leaves!.length > 0)
    await follower.rebuild()
    assert.deepEqual(await snapshot(), before)
  })

  test('[C10] gateway and contract decide alike, at every edge', async () => {
    const seed = randomInt(2 ** 31)
    const ids = Object.values(compartmentIds(patient))
    const now = inSeconds(0)
    for (const [index, compartment] of ids.entries()) {
      await grantAccess(patient, {
        reader: index % 3 === 0 ? world.lakeside.actor.account : doctor.account,
        compartments: [compartment],
        purposes: index % 2 === 0 ? ['TREAT', 'HRESCH'] : ['ETREAT'],
        from: now - 100,
        until: now + 500 + index,
        ceiling: 1 + (index % 5),
      })
    }
    const { db, follower } = world.lakeside.gateway.gateway
    await follower.sync()
    const stranger = await world.newStranger()
    const readers = [doctor, patient, stranger, technician, world.lakeside.actor].map(
      ({ account }) => account,
    )
    const seen = new Set<number>()
    // Asked for all at once, so that many are read together and each must get its own.
    const facts = new Facts(db)
    let state = seed
    const pick = <T>(from: readonly T[]): T => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return from[state % from.length]!
    }
    const questions = Array.from({ length: 400 }, () => ({
      reader: pick(readers),
      owner: pick([patient.account, patient.account, patient.account, stranger.account]),
      compartment: pick([...ids, randomBytes32()]),
      sensitivity: pick([1, 2, 3, 4, 5]),
      purpose: pick(Object.values(purposes)),
      at: now + pick([-101, -100, -99, 0, 499, 500, 501, 504, 508, 509]),
    }))
    await Promise.all(
      questions.map(async ({ reader, owner, compartment, sensitivity, purpose, at }) => {
        const contract = await world.rpc.readContract({
          address: world.deployment.consent,
          abi: consentAbi,
          functionName: 'decide',
          args: [reader, owner, compartment, sensitivity, purpose, at],
        })
        const answer = decide((await facts.of(reader, owner))(compartment), { sensitivity, purpose, at })
        seen.add(contract)
        assert.equal(
          answer,
          decisions[contract],
          `seed ${seed}: ${JSON.stringify({ reader, owner, compartment, sensitivity, purpose, at })}`,
        )
      }),
    )
    assert.ok(seen.size >= 7, `only ${[...seen].join()} were reached`)
    assert.ok(seen.has(decisionNumber('Permitted')))
  })

  test('[G3] an accepted operation reaches the chain after the chain was away and the gateway restarted', async () => {
    const ids = Array.from({ length: 20 }, () => randomBytes32())
    const operations = await Promise.all(ids.map((id) => signed(patient, open(id))))
    const accepted = (
      await Promise.all(operations.map((operation) => send(world.city, [operation])))
    ).flatMap(({ ids }) => ids)
    // Whatever was mined by now was; the rest waits in SQL.
    await world.chain.stop()
    await assert.rejects(send(world.city, [await signed(patient, open(randomBytes32()))]), {
      code: 'chain-unavailable',
    })
    const chain = await startChain({
      dataDir: `${world.folder}/chain`,
      port: Number(new URL(world.chain.url).port),
    })
    world.chain = chain
    await waitForAll(patient, accepted)
    const known = (await listCompartments(patient, patient.account)).map(({ compartment }) => compartment)
    for (const id of ids) assert.equal(known.filter((compartment) => compartment === id).length, 1)
  })

  test('[A2] receipts written before a stop are there and anchored after it', async () => {
    const { receipts } = gatewayTables
    const count = async () => (await world.lakeside.gateway.gateway.db.select().from(receipts)).length
    await assert.rejects(
      requestAccess(await world.newMember(world.lakeside, 'nurse'), {
        patient: patient.account,
        purpose: 'TREAT',
      }),
    )
    const before = await count()
    await world.lakeside.gateway.stop()
    const port = Number(new URL(world.lakeside.gateway.url).port)
    world.lakeside.gateway = await startGateway({ ...world.lakeside.config, port })
    assert.equal(await count(), before)
    const { accesses } = await readAccessLog(patient)
    const here = accesses.filter(({ receipt }) => receipt.organisation === world.lakeside.actor.account)
    assert.ok(here.length > 1)
    // All but the reading of the log itself.
    assert.equal(here.filter(({ anchor }) => anchor === null).length, 1)
  })

  test('[A3] indexes of receipts written at once are consecutive', async () => {
    const { receipts: log, db } = world.lakeside.gateway.gateway
    const bodies = await Promise.all(
      Array.from({ length: 20 }, () => signRequest(doctor, { patient: patient.account, purpose: 'TREAT' })),
    )
    const written = await Promise.all(
      bodies.map((body) => {
        const requestHash = hashAccessRequest(world.deployment, body.request)
        return log.append({ ...body, requestHash, decision: 'NoGrant', records: [], at: inSeconds(0) })
      }),
    )
    assert.equal(new Set(written.map(({ index }) => index)).size, 20)
    const all = (await db.select().from(gatewayTables.receipts))
      .map(({ index }) => index)
      .sort((a, b) => a - b)
    assert.deepEqual(
      all,
      all.map((_, index) => index),
    )
  })

  test('[R5] a batch whose manifest was altered serves nothing', async () => {
    const { db, indexer } = world.lakeside.gateway.gateway
    const [batch] = await db.select().from(gatewayTables.batches)
    const altered = {
      ...batch!,
      batch: randomBytes32(),
      root: treeOf([randomBytes32()]).root,
      state: 'waiting' as const,
    }
    await db.insert(gatewayTables.batches).values(altered)
    await indexer.run()
    const rows = await db.select().from(gatewayTables.batches)
    assert.equal(rows.find((row) => row.batch === altered.batch)?.state, 'invalid')
  })

  test('attack: a gateway is pointed at contracts of another version, and would pass over their events', async () => {
    const { config } = world.lakeside
    const dataDir = join(world.folder, 'elsewhere')
    for (const records of [world.deployment.access, patient.account]) {
      const deployment = { ...world.deployment, records }
      await assert.rejects(startGateway({ ...config, dataDir, deployment }), refusal('contracts-differ'))
    }
    // Refused before anything was made or changed.
    await assert.rejects(access(dataDir), { code: 'ENOENT' })
  })

  test('a gateway whose port stays taken ends with nothing left open: its folder is the next one’s', async () => {
    const { config, gateway } = world.lakeside
    await gateway.stop()
    const taken = Number(new URL(world.city.gateway.url).port)
    const own = { port: Number(new URL(gateway.url).port), operationsPort: await freePort(0) }
    const parts = { portWaitMilliseconds: 300 }
    // The port of the operations was free, and was listened at.
    await assert.rejects(startGateway({ ...config, ...own, port: taken }, parts), { code: 'EADDRINUSE' })
    world.lakeside.gateway = await startGateway({ ...config, ...own }, parts)
    assert.equal((await fetch(`${world.lakeside.gateway.operationsUrl}/health/ready`)).status, 200)
    assert.ok((await readAccessLog(patient)).accesses.length > 0)
  })

  const open = (id: Hex) =>
    openCompartmentCall(world.deployment, id, 3, bytesToHex(patient.keyring.recipient))
})
