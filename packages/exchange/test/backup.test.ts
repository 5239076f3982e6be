import assert from 'node:assert/strict'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { generateIdentity, identityToRecipient } from 'age-encryption'
import { backUp, restore, startGateway, tables, type GatewayConfig, type Key } from '@hre/gateway'
import type { NotificationKind } from '@hre/protocol'
import {
  compartmentIds,
  grantAccess,
  openRecords,
  readAccessLog,
  requestAccess,
  watchNotifications,
  type Actor,
} from '@hre/sdk'
import { postgresMissing, startPostgres } from './postgres.ts'
import { fileSome, inSeconds, refusal, startWorld, type World } from './world.ts'

const password = 'a password of the tests'

describe('backup and restore', () => {
  let world: World
  let patient: Actor
  let doctor: Actor
  let archive: string
  /** The same, sealed to a recipient: a password takes its time. */
  let toRecipient: string
  let identity: string
  before(async () => {
    world = await startWorld()
    patient = await world.newPatient()
    doctor = await world.newMember(world.city, 'doctor')
    await fileSome(await world.newMember(world.city, 'lab technician'), patient)
    await grantAccess(patient, {
      reader: doctor.account,
      compartments: [compartmentIds(patient).labs],
      purposes: ['TREAT'],
      until: inSeconds(3600),
    })
    await requestAccess(doctor, { patient: patient.account, purpose: 'TREAT' })
    archive = join(world.folder, 'city.age')
    toRecipient = join(world.folder, 'city-recipient.age')
    identity = await generateIdentity()
  })
  after(() => world.stop())

  /** What is left beside: nothing may be half done. */
  const partials = async () => (await readdir(world.folder)).filter((name) => name.includes('.partial'))
  /** Tells the doctor something that no block says. @returns its id. */
  const tellOf = async (kind: NotificationKind): Promise<number> => {
    const { db, outbox } = world.city.gateway.gateway
    const told = { account: doctor.account, kind, about: {}, at: inSeconds(0) }
    await db.transaction((tx) => outbox.tell(tx, [told]))
    return (await outbox.newest([doctor.account])).get(doctor.account)!
  }
  const restoreTo = (name: string, key: Key = { password }) => restore(archive, join(world.folder, name), key)

  test('on PGlite, a backup under a running gateway is refused, clearly and at once', async () => {
    const began = Date.now()
    await assert.rejects(backUp(world.city.config, archive, { password }), refusal('data-in-use'))
    assert.ok(Date.now() - began < 5_000)
    assert.deepEqual(await partials(), [])
  })

  test('restored into an empty folder, verified against the chain, it serves the record as before', async () => {
    const { city } = world
    const port = Number(new URL(city.gateway.url).port)
    await city.gateway.stop()
    const made = await backUp(city.config, archive, { password })
    assert.equal(made.files, 3)
    await backUp(city.config, toRecipient, { recipient: await identityToRecipient(identity) })
    // Written after the backup, and lost with it: entries 1 and more of the log, anchored when it stops.
    city.gateway = await startGateway({ ...city.config, port })
    await assert.rejects(requestAccess(city.actor, { patient: doctor.account, purpose: 'TREAT' }))
    const seen = await tellOf('record-to-sign')
    await city.gateway.gateway.anchors.run()
    const before = await city.gateway.gateway.db.select().from(tables.receipts)
    await city.gateway.stop()

    const restored = await restoreTo('restored')
    assert.equal(restored.filesMissing, 0)
    const config = JSON.parse(await readFile(restored.config, 'utf8')) as GatewayConfig
    city.gateway = await startGateway({ ...config, port })
    const access = await requestAccess(doctor, { patient: patient.account, purpose: 'TREAT' })
    let opened = 0
    for await (const { body } of openRecords(doctor, access)) if (body.length > 0) opened++
    assert.equal(opened, 2)
    // Whoever saw the lost one, and begins after it, gets what is told next, under an id of its own.
    assert.ok((await tellOf('licence-ending')) > seen)
    for await (const { id, kind } of watchNotifications(doctor, { after: seen })) {
      assert.deepEqual([id > seen, kind], [true, 'licence-ending'])
      break
    }
    // [A3] An index that is on chain is not given to another entry.
    assert.equal(access.receipt.index, before.length)
    assert.ok((await readAccessLog(patient)).accesses.length >= 2)
  })

  test('a restore is refused where something is', async () => {
    await mkdir(join(world.folder, 'used'))
    await writeFile(join(world.folder, 'used', 'file'), '')
    await assert.rejects(restoreTo('used', { identity }), refusal('restore-folder-used'))
    assert.deepEqual(await readdir(join(world.folder, 'used')), ['file'])
    await assert.rejects(backUp(world.city.config, archive, { password }), refusal('backup-target-exists'))
  })

  test('attack: a wrong password, another’s identity', async () => {
    for (const key of [{ password: 'another' }, { identity: await generateIdentity() }])
      await assert.rejects(restoreTo('wrong', key), refusal('backup-not-opened'))
    await assert.rejects(readdir(join(world.folder, 'wrong')), { code: 'ENOENT' })
    assert.deepEqual(await partials(), [])
  })

  test('attack: an archive is cut off or altered. Nothing is half restored', async () => {
    const whole = await readFile(toRecipient)
    const spoilt = [
      whole.subarray(0, whole.length - 20),
      whole.subarray(0, whole.length >> 1),
      Buffer.from(whole),
    ]
    spoilt[2]![whole.length - 100]! ^= 1
    for (const [index, bytes] of spoilt.entries()) {
      const file = join(world.folder, `spoilt-${index}.age`)
      await writeFile(file, bytes)
      await assert.rejects(
        restore(file, join(world.folder, 'spoilt'), { identity }),
        refusal('backup-damaged'),
      )
      await assert.rejects(readdir(join(world.folder, 'spoilt')), { code: 'ENOENT' })
    }
    assert.deepEqual(await partials(), [])
  })

  test('a restore that cannot reach the chain leaves nothing behind', async () => {
    await assert.rejects(
      restore(toRecipient, join(world.folder, 'alone'), { identity }, { rpcUrl: 'http://127.0.0.1:9' }),
      refusal('chain-unavailable'),
    )
    assert.deepEqual(await partials(), [])
  })

  test(
    'sealed to a recipient, and on PostgreSQL while the gateway runs',
    { skip: postgresMissing },
    async () => {
      const postgres = await startPostgres()
      try {
        const running = await postgres.newDatabase()
        const dataDir = join(world.folder, 'on-postgres')
        const moved = await restore(toRecipient, dataDir, { identity }, { databaseUrl: running })
        const config = JSON.parse(await readFile(moved.config, 'utf8')) as GatewayConfig
        await world.city.gateway.stop()
        world.city.gateway = await startGateway({ ...config, port: 0 })
        const file = join(world.folder, 'recipient.age')
        const made = await backUp(config, file, { recipient: await identityToRecipient(identity) })
        assert.equal(made.files, 3)
        await assert.rejects(
          restore(file, join(world.folder, 'full'), { identity }, { databaseUrl: running }),
          refusal('restore-database-used'),
        )
        const empty = await postgres.newDatabase()
        const back = await restore(file, join(world.folder, 'back'), { identity }, { databaseUrl: empty })
        assert.deepEqual([back.rows, back.files, back.filesMissing], [made.rows, made.files, 0])
        const count = 'select count(*)::int as rows from receipts'
        assert.deepEqual(await postgres.query(empty, count), await postgres.query(running, count))
      } finally {
        await world.city.gateway.stop()
        await postgres.remove()
      }
    },
  )
})
