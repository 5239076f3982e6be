import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { GatewayClient, Session } from '@hre/client'
import { startGateway, tables } from '@hre/gateway'
import { erasureTypedData, hashLeaf, recordsAbi, recordStatuses, nameOf } from '@hre/protocol'
import {
  compartmentIds,
  deleteAccount,
  grantAccess,
  grantRecord,
  makeEmergencyCard,
  markForEmergency,
  nameGuardians,
  openRecords,
  protectKeys,
  requestAccess,
  rotateKeys,
  attestPatient,
  connect,
  openChart,
  register,
  type Actor,
} from '@hre/sdk'
import { createRecoveryPhrase, createRootSeed } from '@hre/vault'
import { eq, is } from 'drizzle-orm'
import { PgTable } from 'drizzle-orm/pg-core'
import { fileSome, inSeconds, refusal, startWorld, type World } from './world.ts'
import type { ProvenLeaf } from '@hre/protocol'

describe('deleting an account', () => {
  let world: World
  let patient: Actor
  let doctor: Actor
  let records: ProvenLeaf[]
  /** Everything sealed that gateways keep for the patient, as it stood in SQL. */
  let secrets: string[]
  before(async () => {
    world = await startWorld()
    const rootSeed = createRootSeed()
    patient = await connect({ gatewayUrl: world.city.gateway.url, rootSeed })
    await attestPatient(world.city.actor, patient.account, 'hospital number 1')
    await register(patient)
    await openChart(patient, { writer: world.city.actor.account, until: inSeconds(3600) })
    const technician = await world.newMember(world.city, 'lab technician')
    doctor = await world.newMember(world.lakeside, 'doctor')
    const guardians = [technician.account, doctor.account]
    await fileSome(technician, patient)
    const { labs, summary } = compartmentIds(patient)
    const wish = { purposes: ['TREAT'] as const, until: inSeconds(3600), from: inSeconds(-60) }
    await grantAccess(patient, { reader: doctor.account, compartments: [labs, summary], ...wish })
    await rotateKeys(patient, { compartments: [labs] })
    ;({ records } = await requestAccess(patient, { patient: patient.account, purpose: 'PATRQT' }))
    await grantRecord(patient, { reader: technician.account, record: records[0]!.leaf.record, ...wish })
    const trustees = [world.city.actor.account, world.lakeside.actor.account]
    await markForEmergency(patient, { compartments: [labs], trustees, threshold: 2 })
    await makeEmergencyCard(patient, 'city.example')
    const phrase = { kind: 'phrase', phrase: createRecoveryPhrase() } as const
    const password = { kind: 'password', password: 'correct horse' } as const
    await protectKeys(patient, { rootSeed, secrets: [password, phrase] })
    await nameGuardians(patient, { rootSeed, guardians, threshold: 2 })
    // A reader's gateway keeps copies of what it fetched.
    const access = await requestAccess(doctor, { patient: patient.account, purpose: 'TREAT' })
    for await (const _ of openRecords(doctor, access));
    secrets = await sealed()
  })
  after(() => world.stop())

  const gateways = () => [world.city.gateway.gateway, world.lakeside.gateway.gateway]
  async function sealed(): Promise<string[]> {
    const found: string[] = []
    for (const { db } of gateways()) {
      found.push(...(await db.select().from(tables.attachments)).map(({ bytes }) => bytes))
      for (const { shares } of await db.select().from(tables.emergencyShares))
        found.push(...shares.map(({ box }) => box))
      found.push(...(await db.select().from(tables.guardianShares)).map(({ share }) => share.box))
      found.push(...(await db.select().from(tables.emergencyCards)).map(({ box }) => box))
      for (const { document } of await db.select().from(tables.keystores))
        found.push(document.mac, ...document.ways.map((way) => ('box' in way ? way.box : way.keystore.box)))
    }
    return found
  }
  async function everything(): Promise<string> {
    const rows: unknown[] = []
    for (const { db } of gateways())
      for (const table of Object.values(tables))
        if (is(table, PgTable)) rows.push(await db.select().from(table))
    return JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))
  }
  const held = async () => {
    let files = 0
    for (const { blobs } of gateways())
      for (const { leaf } of records) if (await blobs.has(leaf.content)) files++
    return files
  }

  test('[G15] attack: a stolen session without the key, and a signature for another gateway, delete nothing', async () => {
    const issuedAt = inSeconds(0)
    const { account, identity, session } = patient
    const erasure = { account, organisation: world.lakeside.actor.account, issuedAt }
    const signature = await identity.sign(erasureTypedData(world.deployment, erasure))
    const own = { account, organisation: world.city.actor.account }
    const late = await identity.sign(erasureTypedData(world.deployment, { ...own, issuedAt: issuedAt - 600 }))
    const good = await identity.sign(erasureTypedData(world.deployment, { ...own, issuedAt }))
    for (const [body, code] of [
      [{ issuedAt, signature }, 'signature-invalid'],
      [{ issuedAt: issuedAt - 600, signature: late }, 'request-stale'],
      // While grants are in force their readers' wraps stay.
      [{ issuedAt, signature: good }, 'conflict'],
    ] as const)
      await assert.rejects(session.call('eraseAccount', { body }), refusal(code))
    assert.ok(secrets.length > 10)
    assert.deepEqual(await sealed(), secrets)
  })

  test('[R10] [G15] with one gateway down it says so, and the account can still sign', async () => {
    await world.lakeside.gateway.stop()
    const { erased, unreachable } = await deleteAccount(patient)
    assert.deepEqual([erased, unreachable], [3, [world.lakeside.actor.account]])
    world.lakeside.gateway = await startGateway({
      ...world.lakeside.config,
      port: portOf(world.lakeside.gateway.url),
    })
    assert.ok((await sealed()).length > 0)
  })

  test('[R10] [G15] done again it is complete: no wrap, share, keystore or file is left anywhere', async () => {
    const { erased, unreachable } = await deleteAccount(patient)
    assert.deepEqual([erased, unreachable], [0, []])
    assert.deepEqual(await sealed(), [])
    const left = await everything()
    for (const secret of secrets) assert.ok(!left.includes(secret.slice(2)))
    assert.equal(await held(), 0)
    for (const { db } of gateways()) {
      // Only that its signer was revoked may have been told since.
      const { notifications: told, notificationHeads: heads } = tables
      const kept = await db.select().from(told).where(eq(told.account, patient.account))
      const [head] = await db.select().from(heads).where(eq(heads.account, patient.account))
      assert.ok(head!.forgotten > 0, `${head!.forgotten} of ${head!.last}`)
      assert.deepEqual(
        kept.filter(({ id }) => id <= head!.forgotten),
        [],
      )
    }
    for (const { organisation, leaf, batch } of records) {
      assert.ok(organisation)
      const status = await world.rpc.readContract({
        address: world.deployment.records,
        abi: recordsAbi,
        functionName: 'statusOf',
        args: [batch, hashLeaf(leaf)],
      })
      assert.equal(nameOf(recordStatuses, status), 'erased')
    }
  })

  test('[D15] nobody signs for the account any more, and readers are refused', async () => {
    const { identity, deployment } = patient
    const client = new GatewayClient({ baseUrl: world.city.gateway.url })
    const session = new Session({ client, identity, deployment })
    await assert.rejects(session.call('getCouncil', {}), refusal('signature-invalid'))
    const wish = { patient: patient.account, purpose: 'TREAT' } as const
    await assert.rejects(requestAccess(doctor, wish), refusal('not-found'))
  })
})

const portOf = (url: string): number => Number(new URL(url).port)
