import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { PGlite } from '@electric-sql/pglite'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/pglite'
import { migrate } from 'drizzle-orm/pglite/migrator'
import { openDatabase } from './database.ts'
import * as t from './schema.ts'

const migrations = join(import.meta.dirname, '../../migrations')

/** A data folder as a gateway of an earlier version left it. */
async function folderAfter(count: number, statements: readonly string[]): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hre-migrations-'))
  const earlier = join(dataDir, 'earlier')
  await cp(migrations, earlier, { recursive: true })
  const journal = join(earlier, 'meta/_journal.json')
  const { entries, ...rest } = JSON.parse(await readFile(journal, 'utf8')) as { entries: object[] }
  await writeFile(journal, JSON.stringify({ ...rest, entries: entries.slice(0, count) }))
  await mkdir(join(dataDir, 'sql'))
  const engine = await PGlite.create(join(dataDir, 'sql'))
  const db = drizzle(engine)
  await migrate(db, { migrationsFolder: earlier })
  for (const statement of statements) await db.execute(sql.raw(statement))
  await engine.close()
  return dataDir
}

test('[R3] batches named by number are read from the chain again; what the gateway alone knows stays', async () => {
  const dataDir = await folderAfter(2, [
    `insert into cursor values (1, 100, '\\x01', 5)`,
    `insert into accounts values ('\\x01', '\\x02', '\\x03')`,
    `insert into batches values (7, '\\x01', '\\x02', '\\x03', 1, '\\x04', 5, 'indexed')`,
    `insert into erasures values (7, '\\x05')`,
    `insert into manifests values ('\\x04', '{}')`,
    `insert into submissions values ('\\x01', 3, '\\x02')`,
  ])
  const { db, close } = await openDatabase({ dataDir })
  try {
    for (const table of [t.cursor, t.accounts, t.batches, t.marks, t.leaves])
      assert.deepEqual(await db.select().from(table), [])
    assert.deepEqual(await db.select().from(t.manifests), [{ contentId: '0x04', json: '{}' }])
    assert.equal((await db.select().from(t.submissions)).length, 1)
    await db.insert(t.marks).values({ batch: '0x01', leafHash: '0x02', status: 'erased' })
  } finally {
    await close()
    await rm(dataDir, { recursive: true, force: true })
  }
})

test('a database of the first version is brought up to date, with what the gateway alone knows in it', async () => {
  const dataDir = await folderAfter(1, [
    `insert into operations (id, account, nonce, signed, state) values ('\\x01', '\\x02', '\\x03', '{"operation":{}}', 'queued')`,
    `insert into submissions values ('\\x01', 3, '\\x02')`,
    `insert into attachments values ('\\x05', '\\x06')`,
    `insert into manifests values ('\\x04', '{}')`,
    `insert into request_nonces values ('\\x01', '\\x02', 5)`,
  ])
  const { db, close } = await openDatabase({ dataDir })
  try {
    const [operation] = await db.select().from(t.operations)
    assert.deepEqual([operation?.sender, operation?.state], ['0x02', 'queued'])
    const [submission] = await db.select().from(t.submissions)
    assert.deepEqual([submission?.first, submission?.maxFeeWei], ['0x01', 0n])
    assert.deepEqual(await db.select().from(t.attachments), [{ hash: '0x05', bytes: '0x06' }])
    assert.equal((await db.select().from(t.manifests)).length, 1)
    assert.equal((await db.select().from(t.requestNonces)).length, 1)
  } finally {
    await close()
    await rm(dataDir, { recursive: true, force: true })
  }
})

test('a database that a later version has used is refused, and left as it was', async () => {
  const dataDir = await folderAfter(7, [
    `insert into drizzle.__drizzle_migrations (hash, created_at) values ('of a later version', 9999999999999)`,
    `insert into leases values ('relay', 'somebody', now())`,
  ])
  try {
    await assert.rejects(openDatabase({ dataDir }), { code: 'database-newer' })
    // The folder was given back, and nothing in it was touched.
    const engine = await PGlite.create(join(dataDir, 'sql'))
    const { rows } = await engine.query('select name from leases')
    assert.equal(rows.length, 1)
    await engine.close()
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
})
