import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import { sql } from 'drizzle-orm'
import { drizzle as drizzlePg } from 'drizzle-orm/node-postgres'
import { migrate as migratePg } from 'drizzle-orm/node-postgres/migrator'
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite'
import { migrate as migratePglite } from 'drizzle-orm/pglite/migrator'
import { hreError } from '@hre/protocol'
import pg from 'pg'
import { databaseFault, withDatabaseFaults } from './faults.ts'
import { lockFolder } from './folderLock.ts'
import * as schema from './schema.ts'

/** Either engine; nothing above this file asks which. Also the type of a transaction. */
export type Database = PgDatabase<PgQueryResultHKT>

export interface OpenDatabase {
  db: Database
  /** Connections of the pool: all, those at rest, and requests that wait for one. */
  pool(): { connections: number; idle: number; waiting: number }
  close(): Promise<void>
}

export interface DatabaseOptions {
  dataDir: string
  /** PostgreSQL. Without it, PGlite in `dataDir`/sql. */
  databaseUrl?: string | undefined
  databaseConnections?: number
  /** A statement that takes longer is cancelled, in seconds. */
  databaseStatementSeconds?: number
  /** False: the schema is left as it is found. */
  migrate?: boolean
  /** How long to wait for the folder of a gateway that is about to end. */
  lockMilliseconds?: number
}

export const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url))
const connectMilliseconds = 5_000
/** Any number that nothing else locks on this database. */
const migrationLock = 7_277_300

/** Where a gateway without a server for its database keeps it. */
export const sqlFolderOf = (dataDir: string): string => join(dataDir, 'sql')

/**
 * Opens the gateway's database and brings its schema up to date.
 *
 * @throws HreError `data-in-use` while another gateway has the folder; `database-newer` when a later version of the gateway
 *   was here; `database-unavailable`. Nothing is left open.
 */
export function openDatabase(options: DatabaseOptions): Promise<OpenDatabase> {
  const { databaseUrl } = options
  return databaseUrl ? openServer(options, databaseUrl) : openFolder(options)
}

async function openServer(options: DatabaseOptions, databaseUrl: string): Promise<OpenDatabase> {
  const statementMilliseconds = (options.databaseStatementSeconds ?? 30) * 1000
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: options.databaseConnections ?? 10,
    connectionTimeoutMillis: connectMilliseconds,
    statement_timeout: statementMilliseconds,
    // A gateway that hangs inside a transaction must not hold its locks for good.
    idle_in_transaction_session_timeout: 2 * statementMilliseconds,
    application_name: 'hre-gateway',
  })
  // Connections end when the server does, at rest or in the middle of a transaction. Whoever uses one is told by its
  // query; without listeners, the event itself would end this process.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  const db = openPool(pool)
  try {
    await withDatabaseFaults(options.migrate === false ? db.execute(sql`select 1`) : migrateServer(pool, db))
  } catch (error) {
    await pool.end()
    throw error
  }
  return {
    db,
    pool: () => ({ connections: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    close: () => pool.end(),
  }
}

/**
 * Drizzle over the pool, except for how a transaction has its connection: drizzle-orm 0.45 never gives one back whose `begin` fails,
 * nor ends one whose `rollback` does. A server that restarts often enough would leave the gateway without connections.
 */
function openPool(pool: pg.Pool): Database {
  const db = drizzlePg(pool)
  const transaction: typeof db.transaction = async (run, config) => {
    const client = await pool.connect()
    let lost = false
    try {
      return await drizzlePg(client).transaction(run, config)
    } catch (error) {
      lost = databaseFault(error) !== undefined
      throw error
    } finally {
      client.release(lost)
    }
  }
  return Object.assign(db, { transaction }) as unknown as Database
}

/** One replica at a time, so that two that start together do not both make the tables. */
async function migrateServer(pool: pg.Pool, db: Database): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('set statement_timeout = 0')
    await client.query('select pg_advisory_lock($1)', [migrationLock])
    await assertNotNewer(db)
    await migratePg(drizzlePg(client), { migrationsFolder })
  } finally {
    // Ends the session, and with it the lock.
    client.release(true)
  }
}

async function openFolder({
  dataDir,
  migrate = true,
  lockMilliseconds,
}: DatabaseOptions): Promise<OpenDatabase> {
  const folder = sqlFolderOf(dataDir)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const unlock = await lockFolder(dataDir, lockMilliseconds)
  try {
    const engine = await PGlite.create(folder)
    const db = drizzlePglite(engine)
    const close = () => engine.close().finally(unlock)
    try {
      if (migrate) {
        await assertNotNewer(db as unknown as Database)
        await migratePglite(db, { migrationsFolder })
        // The folder is ours alone: whoever held a lease is gone.
        await db.delete(schema.leases)
      }
    } catch (error) {
      await engine.close()
      throw error
    }
    return { db: db as unknown as Database, pool: () => ({ connections: 1, idle: 1, waiting: 0 }), close }
  } catch (error) {
    unlock()
    throw error
  }
}

/** @throws HreError `database-newer`: this version does not know what a later one may have changed. */
async function assertNotNewer(db: Database): Promise<void> {
  if ((await schemaAt(db)) > (await newestSchemaAt())) throw hreError('database-newer')
}

interface Journal {
  entries: { when: number; tag: string }[]
}
const journalFile = join(migrationsFolder, 'meta/_journal.json')
const readJournal = async () => JSON.parse(await readFile(journalFile, 'utf8')) as Journal

/** Which version the schema of a database is of: the moment at which its newest migration was written. 0: it is empty. */
export async function schemaAt(db: Database): Promise<number> {
  const table = await db.execute(sql`select to_regclass('drizzle.__drizzle_migrations')::text as found`)
  if (rowsOf<{ found: string | null }>(table)[0]!.found === null) return 0
  const newest = await db.execute(sql`select max(created_at)::bigint as at from drizzle.__drizzle_migrations`)
  return Number(rowsOf<{ at: string | number | null }>(newest)[0]!.at ?? 0)
}

/** The version of the schema that this code is for. */
export const newestSchemaAt = async (): Promise<number> =>
  Math.max(...(await readJournal()).entries.map(({ when }) => when))

/** Brings a database's schema up to a version, and no further: rows of a backup meet the tables that they come from. */
export async function migrateTo(db: Database, version: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'hre-schema-'))
  try {
    await cp(migrationsFolder, folder, { recursive: true })
    const journal = await readJournal()
    const entries = journal.entries.filter(({ when }) => when <= version)
    await writeFile(join(folder, 'meta/_journal.json'), JSON.stringify({ ...journal, entries }))
    // Both migrators run the same statements; this one asks for a session that runs in turn.
    await migratePg(db as never, { migrationsFolder: folder })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Whether a PostgreSQL database has no tables at all. */
export async function isEmptyDatabase(databaseUrl: string): Promise<boolean> {
  return onServer(databaseUrl, async (client) => {
    const { rowCount } = await client.query(
      `select 1 from pg_tables where schemaname not in ('pg_catalog', 'information_schema') limit 1`,
    )
    return rowCount === 0
  })
}

/** Takes back what a restore into an empty database made. */
export async function emptyDatabase(databaseUrl: string): Promise<void> {
  await onServer(databaseUrl, (client) =>
    client.query('drop schema if exists drizzle cascade; drop schema public cascade; create schema public'),
  )
}

async function onServer<T>(databaseUrl: string, ask: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: connectMilliseconds,
  })
  client.on('error', () => {})
  try {
    return await withDatabaseFaults(client.connect().then(() => ask(client)))
  } finally {
    await client.end().catch(() => {})
  }
}

/** Both drivers answer raw statements with `rows`. */
export const rowsOf = <Row>(result: unknown): Row[] => (result as { rows: Row[] }).rows
