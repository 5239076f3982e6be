import { createHash } from 'node:crypto'
import { constants, cpSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { migrationsFolder, openDatabase, sqlFolderOf } from './database.ts'

/** Of the folders of empty databases, beside whatever else is kept there. */
const prefix = 'database-'

/**
 * Gives a gateway that has no database yet a copy of an empty one. Making the tables takes seconds of a processor, copying them a fraction
 * of one: for demonstrations and tests, which start many gateways. A folder that has a database is left as it is.
 *
 * @param cache - folder in which the empty database is kept: made once for every version of the tables and of the engine.
 */
export async function layEmptyDatabase(dataDir: string, cache: string): Promise<void> {
  const target = sqlFolderOf(dataDir)
  if (await exists(target)) return
  const source = await emptyDatabase(cache)
  // Renamed when it is whole: half a database would be opened as one.
  const copy = `${target}.new`
  await rm(copy, { recursive: true, force: true })
  await mkdir(copy, { recursive: true, mode: 0o700 })
  // A thousand small files: a third of what the copy costs that waits for each of them.
  cpSync(source, copy, { recursive: true, mode: constants.COPYFILE_FICLONE })
  await rename(copy, target)
}

/** @returns its folder. */
async function emptyDatabase(cache: string): Promise<string> {
  const name = `${prefix}${await versionOfTables()}`
  const made = join(cache, name)
  if (await exists(made)) return made
  await mkdir(cache, { recursive: true })
  const work = await mkdtemp(join(cache, 'new-database-'))
  try {
    const { close } = await openDatabase({ dataDir: work })
    await close()
    await rename(sqlFolderOf(work), made).catch((error: NodeJS.ErrnoException) => {
      // Another process made it meanwhile.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  for (const other of await readdir(cache))
    if (other.startsWith(prefix) && other !== name)
      await rm(join(cache, other), { recursive: true, force: true })
  return made
}

/** Changes with what the tables are made by: the migrations and the engine. */
async function versionOfTables(): Promise<string> {
  const hash = createHash('sha256')
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite')
  hash.update(await readFile(join(dirname(entry), '../package.json')))
  const files = (await readdir(migrationsFolder, { recursive: true, withFileTypes: true }))
    .filter((file) => file.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  for (const file of files.sort())
    hash.update(`\0${file.slice(migrationsFolder.length)}\0`).update(await readFile(file))
  return hash.digest('hex').slice(0, 16)
}

const exists = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined)) !== undefined
