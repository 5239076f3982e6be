import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ChainDataLockedError } from './errors.ts'

/** A held lock; released when the process ends, however it ends. */
export interface DataLock {
  release(): void
}

/**
 * Takes the data folder for this process.
 *
 * SQLite's exclusive lock is the one kernel-held file lock Node offers on every platform: it cannot go stale, and it
 * holds between containers that share a folder, where process ids mean nothing. The database itself stays empty.
 *
 * @throws ChainDataLockedError - another host, or another one in this process, holds it.
 */
export async function lockDataFolder(dataDir: string): Promise<DataLock> {
  const holderPath = join(dataDir, 'holder')
  const database = new DatabaseSync(join(dataDir, 'lock'))
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch {
    database.close()
    const holder = Number(await readFile(holderPath, 'utf8').catch(() => ''))
    throw new ChainDataLockedError(dataDir, Number.isInteger(holder) && holder > 0 ? holder : null)
  }
  await writeFile(holderPath, String(process.pid))
  return { release: () => database.close() }
}
