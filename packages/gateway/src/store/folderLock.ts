import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { hreError } from '@hre/protocol'

/**
 * Takes a gateway's data folder for this process. PGlite itself does not notice a second process on its files, and
 * would damage them. SQLite's exclusive lock is held by the kernel and cannot go stale.
 *
 * @param waitMilliseconds - a gateway that was told to end may need this long: a start right after it waits.
 * @returns how to give it back; it is also given back when the process ends, however it ends.
 * @throws HreError `data-in-use`.
 */
export async function lockFolder(folder: string, waitMilliseconds = 15_000): Promise<() => void> {
  const database = new DatabaseSync(join(folder, 'lock'))
  const deadline = Date.now() + waitMilliseconds
  for (;;) {
    try {
      database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
      return () => database.close()
    } catch (cause) {
      if (Date.now() > deadline) {
        database.close()
        throw hreError('data-in-use', {}, cause)
      }
      await sleep(100)
    }
  }
}
