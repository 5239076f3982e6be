import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { SignedCountries } from '@hre/protocol'
import { eq } from 'drizzle-orm'
import type { Hex } from 'viem'
import { PatientCountries } from '../access/countries.ts'
import { openDatabase, type OpenDatabase } from './database.ts'
import { Revisions } from './revisions.ts'
import * as t from './schema.ts'

const idOf = (value: number, bytes: number): Hex => `0x${value.toString(16).padStart(bytes * 2, '0')}`
const [ana, bela] = [idOf(1, 20), idOf(2, 20)]

describe('what is kept in memory until it changes', () => {
  let folder: string
  let database: OpenDatabase
  let revisions: Revisions
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hre-revisions-'))
    database = await openDatabase({ dataDir: folder })
    revisions = new Revisions(database.db)
  })
  after(async () => {
    await database.close()
    await rm(folder, { recursive: true, force: true })
  })

  test('a mark changes with what counts, in the transaction that changes it, and with nothing else', async () => {
    const { db } = database
    const session = {
      id: idOf(1, 32),
      account: ana,
      signer: idOf(1, 20),
      method: 'key' as const,
      device: 'a phone',
      createdAt: 1,
      lastUsedAt: 1,
      expiresAt: 9,
    }
    const isSession = eq(t.sessions.id, session.id)
    const first = await revisions.marks()
    await db.insert(t.sessions).values(session)
    await db.update(t.sessions).set({ lastUsedAt: 2 }).where(isSession)
    assert.deepEqual(await revisions.marks(), first)
    const undone = db.transaction(async (tx) => {
      await tx.update(t.sessions).set({ endedAt: 3, endReason: 'owner' }).where(isSession)
      throw new Error('undone')
    })
    await assert.rejects(undone, /undone/)
    assert.deepEqual(await revisions.marks(), first)
    await db.update(t.sessions).set({ endedAt: 3, endReason: 'owner' }).where(isSession)
    const second = await revisions.marks()
    assert.notEqual(second.sessions, first.sessions)
    assert.equal(second.patient_countries, first.patient_countries)
  })

  test('each mark changes with a block, which may have replaced the key of a session', async () => {
    const before = await revisions.marks()
    await database.db.insert(t.cursor).values({ id: 1, block: 1, blockHash: idOf(1, 32), blockTime: 0 })
    const after = await revisions.marks()
    assert.notEqual(after.sessions, before.sessions)
  })

  test('those who ask together have one answer; who asks later has a later one', async () => {
    const [one, other] = await Promise.all([revisions.marks(), revisions.marks()])
    assert.equal(one, other)
    assert.notEqual(await revisions.marks(), one)
  })

  test('[P10] attack: what a patient said before is obeyed no more once another replica has her newer word', async () => {
    const { db } = database
    const countries = new PatientCountries(db)
    const wordOf = async (patient: Hex) => countries.of(patient, await revisions.marks())
    const said: SignedCountries = {
      patient: ana,
      countries: ['IN'],
      readingAbroad: 'granted',
      issuedAt: 5,
      signature: idOf(1, 65),
    }
    assert.deepEqual(await Promise.all([wordOf(ana), wordOf(bela)]), [undefined, undefined])
    await db.insert(t.patientCountries).values(said)
    assert.deepEqual(await Promise.all([wordOf(ana), wordOf(bela)]), [said, undefined])
    await db.update(t.patientCountries).set({ readingAbroad: 'never' })
    assert.deepEqual(await wordOf(ana), { ...said, readingAbroad: 'never' })
    await db.delete(t.patientCountries)
    assert.equal(await wordOf(ana), undefined)
  })

  test('attack: with a table’s count gone, nothing of it passes for unchanged', async () => {
    await database.db.delete(t.revisions).where(eq(t.revisions.name, 'sessions'))
    await assert.rejects(revisions.marks(), /no revision of sessions/)
  })
})
