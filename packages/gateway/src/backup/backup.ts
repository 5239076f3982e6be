import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { link, open, readFile, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream as WebStream } from 'node:stream/web'
import { Encrypter } from 'age-encryption'
import { FilesBlobStore } from '../blobs/files.ts'
import type { GatewayConfig } from '../config.ts'
import { openDatabase, schemaAt } from '../store/database.ts'
import { version } from '../version.ts'
import { BackupError } from './errors.ts'
import { dumpRows } from './rows.ts'
import { writeTar, type TarEntry } from './tar.ts'

export const backupFormat = 1

/** Whom a backup is sealed to: an age recipient (`age1...`), or a password. */
export type Lock = { recipient: string } | { password: string }

/** First in the archive. */
export interface BackupHead {
  format: number
  version: string
  /** Of the newest migration, so that rows meet the tables that they come from. */
  schemaAt: number
  organisationName: string
  /** Unix seconds. */
  at: number
}

/**
 * Everything of one gateway that the chain does not give back (rows, sealed files, key, configuration) in one file, sealed with age.
 * The rows are those of one moment; files come after them, so that each that a row names is there.
 *
 * On PostgreSQL the gateway may run meanwhile. On PGlite it must not: only one process can have the folder.
 *
 * @throws HreError `data-in-use` while a gateway on PGlite runs; BackupError `backup-target-exists`. Nothing is left behind.
 */
export async function backUp(
  config: GatewayConfig,
  to: string,
  lock: Lock,
): Promise<{ bytes: number; files: number; rows: number }> {
  if (await stat(to).catch(() => undefined)) throw new BackupError('backup-target-exists', { file: to })
  const { db, close } = await openDatabase({ ...config, migrate: false, lockMilliseconds: 0 })
  const counts = { files: 0, rows: 0 }
  const temporary = `${to}.${randomBytes(6).toString('hex')}.partial`
  try {
    const blobs = new FilesBlobStore(config.blobsDir ?? join(config.dataDir, 'blobs'))
    const head: BackupHead = {
      format: backupFormat,
      version,
      schemaAt: await schemaAt(db),
      organisationName: config.name,
      at: Math.floor(Date.now() / 1000),
    }
    const entries = async function* (): AsyncGenerator<TarEntry> {
      yield entryOf('backup.json', JSON.stringify(head))
      // Addresses and passwords of where it was belong to where it was.
      const { databaseUrl: _, blobsDir: __, ...kept } = config
      yield entryOf('gateway.json', JSON.stringify(kept))
      yield entryOf('organisation.key.json', await readFile(config.keyFile))
      yield entryOf('organisation.password', await readFile(config.keyPasswordFile))
      for await (const { table, page, lines } of dumpRows(db)) {
        counts.rows += lines.split('\n').length - 1
        yield entryOf(`sql/${table}/${String(page).padStart(8, '0')}.ndjson`, lines)
      }
      for await (const { contentId } of blobs.list()) {
        // A damaged file is left out; the integrity watch of the restored gateway finds it missing, and repairs it.
        const found = await blobs.get(contentId).catch(() => undefined)
        if (!found) continue
        counts.files++
        yield { name: `blobs/${contentId.slice(2)}`, bytes: found.bytes, content: found.stream }
      }
      yield entryOf('end.json', JSON.stringify(counts))
    }
    const sealed = await encrypterFor(lock).encrypt(
      Readable.toWeb(Readable.from(writeTar(entries()), { objectMode: false })) as ReadableStream<Uint8Array>,
    )
    await pipeline(
      Readable.fromWeb(sealed as unknown as WebStream<Uint8Array>),
      createWriteStream(temporary, { mode: 0o600, flush: true }),
    )
    // Unlike a rename, this does not write over a file that came meanwhile.
    await link(temporary, to)
    await syncFolder(dirname(to))
    return { bytes: (await stat(to)).size, ...counts }
  } finally {
    await rm(temporary, { force: true })
    await close()
  }
}

function encrypterFor(lock: Lock): Encrypter {
  const encrypter = new Encrypter()
  if ('password' in lock) encrypter.setPassphrase(lock.password)
  else encrypter.addRecipient(lock.recipient)
  return encrypter
}

function entryOf(name: string, content: string | Uint8Array): TarEntry {
  const bytes = Buffer.from(content)
  return { name, bytes: bytes.length, content: [bytes] }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}
