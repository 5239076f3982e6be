import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { tables } from '@hre/gateway'
import {
  compartmentIds,
  exportChart,
  fileRecords,
  grantAccess,
  grantRecord,
  openRecords,
  requestAccess,
  rotateKeys,
  type Actor,
  type ExportTarget,
} from '@hre/sdk'
import { contentIdOf, decodeAgeIdentity, isNotForMe, openRecord, openRecordWithKey } from '@hre/vault'
import { is } from 'drizzle-orm'
import { PgTable } from 'drizzle-orm/pg-core'
import { hexToBytes, type Hex } from 'viem'
import { fileSome, inSeconds, someRecords, startWorld, type World } from './world.ts'

/** Why the stock age cannot be asked, or undefined. */
function reasonToSkip(): string | undefined {
  const { error, stdout } = spawnSync('age', ['--version'], { encoding: 'utf8' })
  const [, major, minor] = /(\d+)\.(\d+)/.exec(stdout ?? '') ?? []
  if (!error && Number(major) * 1000 + Number(minor) >= 1003) return undefined
  return 'no age 1.3 on PATH; scripts/install-debian.sh FOLDER sid age installs one; put FOLDER/usr/bin on PATH'
}

class MemoryTarget implements ExportTarget {
  readonly files = new Map<string, Uint8Array>()
  /** Writes that succeed before one fails. */
  left = Infinity
  async has(name: string, contentId: Hex): Promise<boolean> {
    const bytes = this.files.get(name)
    return bytes !== undefined && contentIdOf(bytes) === contentId
  }
  async write(name: string, bytes: Uint8Array): Promise<void> {
    if (this.left-- <= 0) throw new Error('the disk is full')
    this.files.set(name, bytes)
  }
  text(name: string): string {
    return new TextDecoder().decode(this.files.get(name))
  }
}

describe('leaving', () => {
  let world: World
  let patient: Actor
  let technician: Actor
  let doctor: Actor
  const target = new MemoryTarget()
  const file = () => fileRecords(technician, { patient: patient.account, records: someRecords })
  const ask = () => requestAccess(doctor, { patient: patient.account, purpose: 'TREAT' })
  before(async () => {
    world = await startWorld()
    patient = await world.newPatient()
    technician = await world.newMember(world.city, 'lab technician')
    doctor = await world.newMember(world.lakeside, 'doctor')
    await fileSome(technician, patient)
    await rotateKeys(patient, { compartments: [compartmentIds(patient).labs] })
    await file()
  })
  after(() => world.stop())

  test('[E1] [E3] [E16] the export has every record, and its identities open all of them', async () => {
    assert.deepEqual(await exportChart(patient, target), { records: 6, fetched: 6 })
    const index = JSON.parse(target.text('index.json'))
    assert.equal(index.records.length, 6)
    const keys = [...target.text('identity.txt').matchAll(/^AGE-SECRET-KEY-PQ-1\S+$/gm)].map(([key]) =>
      decodeAgeIdentity(key),
    )
    const bodies: string[] = []
    for (const { file, contentId, commitment } of index.records) {
      const sealed = target.files.get(file)!
      for (const seed of keys) {
        const opened = await openRecord({ sealed, seed, contentId, commitment }).catch((error: unknown) => {
          if (!isNotForMe(error)) throw error
        })
        if (opened) bodies.push(new TextDecoder().decode(opened.body))
      }
    }
    const expected = [...someRecords, ...someRecords].map(({ body }) => new TextDecoder().decode(body))
    assert.deepEqual(bodies.sort(), expected.sort())
    assert.deepEqual([...new Set(index.records.map(({ part }: { part: string }) => part))].sort(), [
      'labs',
      'summary',
    ])
  })

  test('the stock age and jq read it as README.txt says', { skip: reasonToSkip() }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hre-leaving-'))
    try {
      await mkdir(join(folder, 'records'))
      for (const [name, bytes] of target.files) await writeFile(join(folder, name), bytes)
      await chmod(join(folder, 'identity.txt'), 0o600)
      const names = await readdir(join(folder, 'records'))
      assert.equal(names.length, 6)
      for (const name of names) {
        const command = `age -d -i identity.txt records/${name} | tail -n +2`
        const { stdout, stderr } = spawnSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' })
        assert.match(stdout, /^\{"resourceType":"Observation"/, stderr)
      }
      if (spawnSync('jq', ['--version']).error) return
      const filter = '.records[] | select(.part == "labs") | .file'
      const { stdout } = spawnSync('jq', ['-r', filter, 'index.json'], { cwd: folder, encoding: 'utf8' })
      assert.equal(stdout.trim().split('\n').length, 4)
      assert.ok((await readFile(join(folder, 'README.txt'), 'utf8')).includes(filter))
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('an export that was cut short goes on where it was, and has no index before it is whole', async () => {
    const full = new MemoryTarget()
    full.left = 3
    await assert.rejects(exportChart(patient, full), /disk is full/)
    assert.equal(full.files.has('index.json'), false)
    const again = new MemoryTarget()
    for (const [name, bytes] of full.files) again.files.set(name, bytes)
    assert.equal(again.files.size, 3)
    assert.deepEqual(await exportChart(patient, again), { records: 6, fetched: 3 })
    assert.deepEqual(await exportChart(patient, again), { records: 6, fetched: 0 })
    assert.deepEqual([...again.files.keys()].sort(), [...target.files.keys()].sort())
  })

  test('attack: a gateway slips another file into the export', async () => {
    const { session } = patient
    const swapped = { ...patient, session: Object.create(session) as typeof session }
    const other = [...target.files.entries()].find(([name]) => name.startsWith('records/'))![1]
    swapped.session.call = (async (name: string, input: never) =>
      name === 'getBlob' ? other : session.call(name as never, input)) as typeof session.call
    await assert.rejects(exportChart(swapped, new MemoryTarget()), { code: 'content-id-mismatch' })
  })

  test('[E10] crypto-shredding: with root seed and wraps gone, nothing that remains opens a single file', async () => {
    const compartments = Object.values(compartmentIds(patient))
    const wish = { purposes: ['TREAT'] as const, until: inSeconds(3600), from: inSeconds(-60) }
    for (const reader of [doctor.account, world.lakeside.actor.account])
      await grantAccess(patient, { reader, compartments, ...wish })
    const { records } = await requestAccess(doctor, { patient: patient.account, purpose: 'TREAT' })
    await grantRecord(patient, {
      reader: technician.account,
      record: records[0]!.leaf.record,
      ...wish,
    })
    const openedBefore: string[] = []
    for await (const { body } of openRecords(doctor, { receipt: (await ask()).receipt, records }))
      openedBefore.push(new TextDecoder().decode(body))
    assert.equal(openedBefore.length, 6)

    // The account goes: its wraps at every gateway, its keystore and its seeds (nothing here keeps those).
    for (const { gateway } of [world.city.gateway, world.lakeside.gateway])
      await gateway.db.delete(tables.attachments)
    const candidates = await everythingOf32Bytes()
    for (const { keyring } of [doctor, technician, world.city.actor, world.lakeside.actor]) {
      const add = (key: string, seed: Uint8Array) => candidates.set(`${keyring.account} ${key}`, seed)
      add('recipient', keyring.recipientSeed)
      add('signing', keyring.signingKey)
      for (const id of compartments)
        for (const epoch of [1, 2]) add(`${id} ${epoch}`, keyring.epochSeed(id, epoch))
    }
    assert.ok(candidates.size > 100, `${candidates.size} candidates`)
    const blobs = [...target.files].filter(([name]) => name.startsWith('records/')).map(([, bytes]) => bytes)
    assert.equal(blobs.length, 6)
    for (const sealed of blobs) {
      for (const seed of candidates.values()) {
        await assert.rejects(openRecord({ sealed, seed }), isNotForMe)
        for (const recordKey of [seed.slice(0, 16), seed.slice(16)])
          await assert.rejects(openRecordWithKey({ sealed, recordKey }), isNotForMe)
      }
    }
    await assert.rejects(async () => {
      for await (const _ of openRecords(doctor, await ask()));
    })
  })

  /** Every 32-byte value in either gateway's tables, of which the followed ones hold what the chain says. */
  async function everythingOf32Bytes(): Promise<Map<string, Uint8Array>> {
    const found = new Map<string, Uint8Array>()
    for (const { gateway } of [world.city.gateway, world.lakeside.gateway]) {
      for (const table of Object.values(tables)) {
        if (!is(table, PgTable)) continue
        const text = JSON.stringify(await gateway.db.select().from(table), (_, value: unknown) =>
          typeof value === 'bigint' ? value.toString() : value,
        )
        // Longer ones (recipients, back-links, call data) by their first and last 32 bytes.
        for (const [hex] of text.matchAll(/0x[0-9a-f]{64,}/g)) {
          found.set(hex.slice(0, 66), hexToBytes(hex.slice(0, 66) as Hex))
          found.set(hex.slice(-64), hexToBytes(`0x${hex.slice(-64)}`))
        }
      }
    }
    return found
  }
})
