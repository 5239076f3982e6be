import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import type { ReadableStream as WebStream } from 'node:stream/web'
import { Decrypter } from 'age-encryption'
import { and, eq, ne } from 'drizzle-orm'
import { limits } from '@hre/protocol'
import type { Hex } from 'viem'
import { FilesBlobStore } from '../blobs/files.ts'
import { assertContracts, connectChain } from '../chain.ts'
import { configSchema, type GatewayConfig } from '../config.ts'
import { BatchIndexer } from '../follower/batches.ts'
import { systemClock } from '../clock.ts'
import { Outbox } from '../notifications/outbox.ts'
import { Follower } from '../follower/follower.ts'
import { openKeyAgent } from '../keys/keyAgent.ts'
import { createLog } from '../logging.ts'
import {
  emptyDatabase,
  openDatabase,
  isEmptyDatabase,
  migrateTo,
  newestSchemaAt,
  type Database,
} from '../store/database.ts'
import * as t from '../store/schema.ts'
import { heldAfter } from '../upkeep/rounds.ts'
import { backupFormat, type BackupHead } from './backup.ts'
import { BackupError } from './errors.ts'
import { loadRows, setSequences } from './rows.ts'
import { readTar, type TarEntry } from './tar.ts'

/** What opens a backup: an age identity (`AGE-SECRET-KEY-1...`), or its password. */
export type Key = { identity: string } | { password: string }

export interface Restored {
  /** Of the configuration file: `node packages/gateway/src/main.ts --config FILE` starts it. */
  config: string
  at: number
  rows: number
  files: number
  /** Sealed files of the organisation's records that the backup did not hold; the integrity watch goes after them. */
  filesMissing: number
}

/**
 * A backup into an empty folder, and verified against the chain: what the chain says is read from the chain itself, and each
 * manifest is checked against it. Everything is made beside the folder and moved there at the end.
 *
 * @param options.databaseUrl - an empty PostgreSQL database; without it PGlite in the folder.
 * @param options.rpcUrl - in place of the one that the gateway had.
 * @throws BackupError; HreError `chain-unavailable`, `contracts-differ`; KeyAgentError. Nothing is left behind.
 */
export async function restore(
  file: string,
  folder: string,
  key: Key,
  options: { databaseUrl?: string | undefined; rpcUrl?: string | undefined } = {},
): Promise<Restored> {
  const target = resolve(folder)
  const there = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  if (there.length > 0) throw new BackupError('restore-folder-used', { folder: target })
  const { databaseUrl } = options
  if (databaseUrl && !(await isEmptyDatabase(databaseUrl))) throw new BackupError('restore-database-used')
  const work = `${target}.${randomBytes(6).toString('hex')}.partial`
  try {
    const restored = await restoreInto(work, target, file, key, options)
    await rmdir(target).catch(() => {})
    await rename(work, target)
    return restored
  } catch (error) {
    await rm(work, { recursive: true, force: true })
    if (databaseUrl) await emptyDatabase(databaseUrl)
    throw error
  }
}

async function restoreInto(
  work: string,
  target: string,
  file: string,
  key: Key,
  options: { databaseUrl?: string | undefined; rpcUrl?: string | undefined },
): Promise<Restored> {
  await mkdir(work, { recursive: true, mode: 0o700 })
  const { databaseUrl } = options
  const { db, close } = await openDatabase({ dataDir: work, databaseUrl, migrate: false })
  try {
    const { head, kept, counts } = await unpack(file, key, work, db)
    const config: GatewayConfig = configSchema.parse({
      ...kept,
      dataDir: work,
      keyFile: join(work, 'organisation.key.json'),
      keyPasswordFile: join(work, 'organisation.password'),
      rpcUrl: options.rpcUrl ?? kept.rpcUrl,
      databaseUrl,
    })
    const filesMissing = await verify(config, db)
    const inPlace = {
      ...config,
      dataDir: target,
      keyFile: join(target, 'organisation.key.json'),
      keyPasswordFile: join(target, 'organisation.password'),
    }
    await writeFile(join(work, 'gateway.json'), `${JSON.stringify(inPlace, null, 2)}\n`, { mode: 0o600 })
    return { config: join(target, 'gateway.json'), at: head.at, ...counts, filesMissing }
  } finally {
    await close()
  }
}

interface Unpacked {
  head: BackupHead
  kept: GatewayConfig
  counts: { rows: number; files: number }
}

/** @throws BackupError `backup-not-opened`, `backup-damaged`, `backup-newer`. */
async function unpack(file: string, key: Key, work: string, db: Database): Promise<Unpacked> {
  await assertWhole(file, key)
  const opened = await open(file, key)
  const blobs = new FilesBlobStore(join(work, 'blobs'))
  const counts = { rows: 0, files: 0 }
  let head: BackupHead | undefined
  let kept: GatewayConfig | undefined
  let end: typeof counts | undefined
  try {
    for await (const entry of readTar(opened)) {
      const [kind, name] = entry.name.split('/')
      if (entry.name === 'backup.json') {
        head = JSON.parse(await textOf(entry)) as BackupHead
        if (head.format > backupFormat || head.schemaAt > (await newestSchemaAt()))
          throw new BackupError('backup-newer')
        await migrateTo(db, head.schemaAt)
      } else if (entry.name === 'gateway.json') kept = JSON.parse(await textOf(entry)) as GatewayConfig
      else if (entry.name === 'end.json') end = JSON.parse(await textOf(entry)) as typeof counts
      else if (/^organisation\.(key\.json|password)$/.test(entry.name))
        await writeFile(join(work, entry.name), await textOf(entry), { mode: 0o600 })
      else if (kind === 'sql' && head) {
        const lines = await textOf(entry)
        await db.transaction((tx) => loadRows(tx, name!, lines))
        counts.rows += lines.split('\n').length - 1
      } else if (kind === 'blobs' && /^[0-9a-f]{64}$/.test(name ?? '')) {
        // Checked against its id on the way in.
        await blobs.put(`0x${name!}`, Readable.from(entry.content), limits.blobBytesMax)
        counts.files++
      } else throw new BackupError('backup-damaged', { entry: kind })
    }
  } catch (cause) {
    throw cause instanceof BackupError ? cause : new BackupError('backup-damaged', {}, cause)
  }
  const whole = head && kept && end && end.rows === counts.rows && end.files === counts.files
  if (!whole) throw new BackupError('backup-damaged', { reason: 'incomplete' })
  await db.transaction((tx) => setSequences(tx))
  return { head: head!, kept: kept!, counts }
}

async function open(file: string, key: Key): Promise<AsyncIterable<Uint8Array>> {
  const decrypter = new Decrypter()
  if ('password' in key) decrypter.addPassphrase(key.password)
  else decrypter.addIdentity(key.identity)
  const sealed = Readable.toWeb(createReadStream(file)) as unknown as ReadableStream<Uint8Array>
  const stream = await decrypter.decrypt(sealed).catch((cause: unknown) => {
    throw new BackupError('backup-not-opened', {}, cause)
  })
  return stream as unknown as WebStream<Uint8Array>
}

/** To the end of the seal before anything is made of it: only there is it known that nothing was altered or cut off. */
async function assertWhole(file: string, key: Key): Promise<void> {
  try {
    for await (const chunk of await open(file, key)) void chunk
  } catch (cause) {
    throw cause instanceof BackupError ? cause : new BackupError('backup-damaged', {}, cause)
  }
}

/** Reads the chain anew, checks manifests against it and files against the leaves. @returns how many files are missing. */
async function verify(config: GatewayConfig, db: Database): Promise<number> {
  const { deployment } = config
  const keys = await openKeyAgent(config)
  const chain = connectChain(config.rpcUrl, deployment)
  await assertContracts(chain, deployment)
  await migrateTo(db, await newestSchemaAt())
  const log = createLog({ level: 'silent', gateway: config.name })
  const outbox = new Outbox({ db, clock: systemClock, days: config.notificationDays })
  await outbox.skipAhead()
  const follower = new Follower({ chain, db, deployment, outbox, log })
  await follower.rebuild()
  const manifestOf = async (contentId: Hex) => {
    const [row] = await db.select().from(t.manifests).where(eq(t.manifests.contentId, contentId))
    return row?.json
  }
  await new BatchIndexer({ db, outbox, clock: systemClock, log, manifestOf }).run()
  const own = keys.identity.account
  const [known] = await db.select().from(t.organisations).where(eq(t.organisations.account, own))
  if (!known)
    throw new BackupError('restore-unverified', { reason: 'the chain does not know this organisation' })
  const wrong = await db
    .select()
    .from(t.batches)
    .where(and(eq(t.batches.organisation, own), ne(t.batches.state, 'indexed')))
  if (wrong.length > 0) throw new BackupError('restore-unverified', { batches: wrong.length })
  const blobs = new FilesBlobStore(join(config.dataDir, 'blobs'))
  let [missing, after] = [0, '0x' as Hex]
  for (;;) {
    const contents = await heldAfter(db, own, after, 500)
    for (const content of contents) if (!(await blobs.has(content))) missing++
    if (contents.length === 0) return missing
    after = contents.at(-1)!
  }
}

async function textOf({ content }: TarEntry): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const part of content) parts.push(part)
  return Buffer.concat(parts).toString()
}
