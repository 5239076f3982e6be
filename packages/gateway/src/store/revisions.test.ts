import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { SignedCountries } from '@hre/protocol'
import { PGlite } from '@electric-sql/pglite'
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

  test('a database that nobody else changes is asked when it has changed, and not before', async ({
    mock,
  }) => {
    const { db, watch } = database
    const told = new Revisions(db)
    await told.listen(watch)
    const asked = mock.method(PGlite.prototype, 'query').mock
    const queries = async (run: () => Promise<unknown>) => {
      asked.resetCalls()
      await run()
      return asked.callCount()
    }
    const first = await told.marks()
    assert.equal(await queries(() => told.marks()), 0)
    const again = await told.marks()
    assert.deepEqual(again, first)
    assert.notEqual(again, first, 'those who ask later did not ask together')
    await db.update(t.revisions).set({ value: 1_000 }).where(eq(t.revisions.name, 'sessions'))
    assert.notEqual((await told.marks()).sessions, first.sessions)
    await db.update(t.cursor).set({ blockHash: idOf(77, 32) })
    assert.match((await told.marks()).sessions, new RegExp(`^1000 ${idOf(77, 32)}$`))
  })

  test('attack: what changes while a look is under way is not taken for seen', async () => {
    const { db, watch } = database
    const told = new Revisions(db)
    await told.listen(watch)
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        await db.update(t.revisions).set({ value: 2_000 + index })
        await told.marks()
      }),
    )
    const [row] = await db.select().from(t.revisions).where(eq(t.revisions.name, 'sessions'))
    assert.match((await told.marks()).sessions, new RegExp(`^${row!.value} `))
  })

  test('a change that is taken back is told of by nobody, and one that is not is seen when its transaction ends', async () => {
    const { db, watch } = database
    const told = new Revisions(db)
    await told.listen(watch)
    const before = await told.marks()
    const undone = db.transaction(async (tx) => {
      await tx.update(t.revisions).set({ value: 3_000 })
      throw new Error('undone')
    })
    await assert.rejects(undone, /undone/)
    assert.deepEqual(await told.marks(), before)
    await db.transaction((tx) => tx.update(t.revisions).set({ value: 3_000 }))
    assert.match((await told.marks()).sessions, /^3000 /)
  })

  test('attack: with a table’s count gone, nothing of it passes for unchanged', async () => {
    await database.db.delete(t.revisions).where(eq(t.revisions.name, 'sessions'))
    await assert.rejects(revisions.marks(), /no revision of sessions/)
  })
})
