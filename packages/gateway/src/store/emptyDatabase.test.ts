import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { newestSchemaAt, openDatabase, schemaAt, sqlFolderOf } from './database.ts'
import { layEmptyDatabase } from './emptyDatabase.ts'
import * as t from './schema.ts'

describe('an empty database that is made once and copied', () => {
  let folder: string
  let cache: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hre-empty-'))
    cache = join(folder, 'cache')
  })
  after(() => rm(folder, { recursive: true, force: true }))

  test('two that ask at once for the first time both get one, and another version’s is gone', async () => {
    await mkdir(join(cache, 'database-of-another-version'), { recursive: true })
    const dataDirs = [join(folder, 'one'), join(folder, 'two')]
    await Promise.all(dataDirs.map((dataDir) => layEmptyDatabase(dataDir, cache)))
    assert.equal((await readdir(cache)).length, 1)
    for (const dataDir of dataDirs) {
      assert.deepEqual(await readdir(dataDir), ['sql'])
      assert.equal((await stat(sqlFolderOf(dataDir))).mode & 0o777, 0o700)
    }
  })

  test('it is of this version and is nobody’s: what one gateway writes, no other finds', async () => {
    const [first, second] = await Promise.all(
      ['three', 'four'].map(async (name) => {
        await layEmptyDatabase(join(folder, name), cache)
        return openDatabase({ dataDir: join(folder, name) })
      }),
    )
    try {
      assert.equal(await schemaAt(first!.db), await newestSchemaAt())
      await first!.db.insert(t.manifests).values({ contentId: '0x04', json: '{}' })
      assert.deepEqual(await second!.db.select().from(t.manifests), [])
    } finally {
      await first!.close()
      await second!.close()
    }
  })

  test('a database that is there stays, and half a copy of an interrupted start does not', async () => {
    const there = join(folder, 'five')
    await mkdir(sqlFolderOf(there), { recursive: true })
    await writeFile(join(sqlFolderOf(there), 'PG_VERSION'), 'mine')
    await layEmptyDatabase(there, cache)
    assert.equal(await readFile(join(sqlFolderOf(there), 'PG_VERSION'), 'utf8'), 'mine')

    const half = `${sqlFolderOf(join(folder, 'six'))}.new`
    await mkdir(half, { recursive: true })
    await writeFile(join(half, 'left-over'), 'half')
    await layEmptyDatabase(join(folder, 'six'), cache)
    const { close } = await openDatabase({ dataDir: join(folder, 'six') })
    await close()
    assert.ok(!(await readdir(sqlFolderOf(join(folder, 'six')))).includes('left-over'))
  })
})
