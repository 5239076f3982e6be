import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cp, mkdir, readdir, rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { startChain } from '@hre/chain'
import { startGateway } from '@hre/gateway'
import { isHreError, openCompartmentCall, toProblem } from '@hre/protocol'
import {
  compartmentIds,
  grantAccess,
  listCompartments,
  openRecords,
  requestAccess,
  waitForAll,
  type Actor,
} from '@hre/sdk'
import { contentIdOf, randomBytes32 } from '@hre/vault'
import { bytesToHex, type Hex } from 'viem'
import { advance, fileSome, inSeconds, send, signed, startWorld, type World } from './world.ts'

/** Room on the small disk beside what the gateway has on it at first. */
const roomBytes = 8 * 1024 * 1024

describe('a gateway whose disk is full', () => {
  let world: World
  let patient: Actor
  let technician: Actor
  let disk: string
  let isMounted = false
  before(async () => {
    world = await startWorld()
    patient = await world.newPatient()
    technician = await world.newMember(world.city, 'lab technician')
    disk = join(world.folder, 'disk')
    await mkdir(disk)
    isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256m', 'tmpfs', disk]).status === 0
  })
  after(async () => {
    await world.city.gateway.stop().catch(() => {})
    if (isMounted) spawnSync('umount', ['-l', disk])
    await world.stop()
  })

  test('files and operations are refused with "later" and nothing is lost; with room again it goes on', async (t) => {
    if (!isMounted) return t.skip('a small file system cannot be mounted here (not root)')
    await fileSome(technician, patient)
    const { city } = world
    const port = Number(new URL(city.gateway.url).port)
    await city.gateway.stop()
    const dataDir = join(disk, 'city')
    await cp(city.config.dataDir, dataDir, { recursive: true })
    city.config = { ...city.config, dataDir, port }
    city.gateway = await startGateway(city.config)

    const ballast = join(disk, 'ballast')
    const { bavail, bsize } = await statfs(disk)
    await writeFile(ballast, new Uint8Array(bavail * bsize - roomBytes))
    const uploads: Hex[] = []
    const operations: Hex[] = []
    const compartments: Hex[] = []
    const refused = new Map<string, number>()
    const attempt = async (doing: () => Promise<void>) => {
      try {
        await doing()
      } catch (error) {
        if (!isHreError(error)) throw error
        refused.set(error.code, (refused.get(error.code) ?? 0) + 1)
        assert.equal(toProblem(error).retry, 'later', error.code)
      }
    }
    const upload = async () => {
      const body = randomBytes(1024 * 1024)
      const contentId = contentIdOf(body)
      await technician.session.call('putBlob', { params: { contentId }, body })
      uploads.push(contentId)
    }
    const open = async () => {
      const compartment = randomBytes32()
      const recipient = bytesToHex(patient.keyring.recipient)
      const call = openCompartmentCall(world.deployment, compartment, 3, recipient)
      operations.push(...(await send(city, [await signed(patient, call)])).ids)
      compartments.push(compartment)
    }
    for (let round = 0; round < 16; round++) {
      await attempt(upload)
      await attempt(open)
    }
    assert.ok(uploads.length > 0 && refused.get('storage-full')! > 0)
    // Then not a byte is left for the database either.
    for (;;) {
      const left = await statfs(disk)
      if (left.bavail === 0) break
      await writeFile(`${ballast}-${left.bavail}`, new Uint8Array(left.bavail * left.bsize)).catch(() => {})
    }
    for (let round = 0; round < 40; round++) await attempt(open)
    t.diagnostic(
      JSON.stringify({ uploads: uploads.length, operations: operations.length, refused: [...refused] }),
    )
    for (const name of await readdir(disk)) if (name.startsWith('ballast')) await rm(join(disk, name))
    await fileSome(technician, patient)
    await waitForAll(patient, operations)
    const known = (await listCompartments(patient, patient.account)).map(({ compartment }) => compartment)
    for (const id of compartments) assert.ok(known.includes(id))
    const access = await requestAccess(patient, { patient: patient.account, purpose: 'PATRQT' })
    let opened = 0
    for await (const item of openRecords(patient, access)) if (item.body.length > 0) opened++
    assert.equal(opened, 6)
    for (const contentId of uploads) assert.ok(await city.gateway.gateway.blobs.get(contentId))
  })
})

describe('time and the chain fail a gateway', () => {
  /** How far the gateways' clocks are ahead, in seconds. */
  let ahead = 0
  let world: World
  let patient: Actor
  let technician: Actor
  let doctor: Actor
  before(async () => {
    world = await startWorld({}, { clock: () => inSeconds(ahead) })
    patient = await world.newPatient()
    technician = await world.newMember(world.city, 'lab technician')
    doctor = await world.newMember(world.lakeside, 'doctor')
    await fileSome(technician, patient)
  })
  after(() => world.stop())

  const grantFor = (seconds: number) =>
    grantAccess(patient, {
      reader: doctor.account,
      compartments: [compartmentIds(patient).labs],
      purposes: ['TREAT'],
      until: inSeconds(seconds),
    })
  const ask = () => requestAccess(doctor, { patient: patient.account, purpose: 'TREAT' })

  test('attack: the clock is set back, so that a grant that is over opens again. It does not', async () => {
    await grantFor(100)
    assert.equal((await ask()).records.length, 2)
    advance(200)
    // A block of the time after the grant's end.
    await fileSome(technician, patient)
    await assert.rejects(ask(), { code: 'not-found' })
    ahead = -200
    await assert.rejects(ask(), { code: 'not-found' })
    ahead = 0
  })

  test('a clock that is an hour ahead refuses and writes nothing; set right, everything goes on', async () => {
    await grantFor(7200)
    const filed = async () =>
      (await requestAccess(patient, { patient: patient.account, purpose: 'PATRQT' })).records.length
    const before = await filed()
    const operation = await signed(
      patient,
      openCompartmentCall(world.deployment, randomBytes32(), 3, recipient()),
    )
    ahead = 3600
    await assert.rejects(ask(), { code: 'request-stale' })
    await assert.rejects(send(world.city, [operation]), { code: 'request-stale' })
    ahead = 0
    await waitForAll(patient, (await send(world.city, [operation])).ids)
    await fileSome(technician, patient)
    assert.equal(await filed(), before + 3)
    assert.ok((await ask()).records.length > 0)
  })

  test('[G3] the chain is away for six minutes: nothing is decided by what was, and what was accepted comes', async () => {
    const calls = await Promise.all(
      Array.from({ length: 20 }, () =>
        signed(patient, openCompartmentCall(world.deployment, randomBytes32(), 3, recipient())),
      ),
    )
    const { ids } = await send(world.city, calls)
    await world.chain.stop()
    advance(360)
    const fails = { code: 'chain-unavailable' }
    await assert.rejects(ask(), fails)
    await assert.rejects(fileSome(technician, patient), fails)
    await assert.rejects(send(world.city, [await signed(patient, calls[0]!.operation)]), fails)
    world.chain = await startChain({
      dataDir: join(world.folder, 'chain'),
      port: Number(new URL(world.chain.url).port),
      clock: () => Date.now(),
    })
    await waitForAll(patient, ids)
    assert.ok((await ask()).records.length > 0)
    await fileSome(technician, patient)
  })

  const recipient = () => bytesToHex(patient.keyring.recipient)
})
