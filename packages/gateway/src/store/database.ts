import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import { drizzle as drizzlePg } from 'drizzle-orm/node-postgres'
import { migrate as migratePg } from 'drizzle-orm/node-postgres/migrator'
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite'
import { migrate as migratePglite } from 'drizzle-orm/pglite/migrator'
import pg from 'pg'
import { lockFolder } from './folderLock.ts'
import * as schema from './schema.ts'

/** Either engine; nothing above this file asks which. Also the type of a transaction. */
export type Database = PgDatabase<PgQueryResultHKT, typeof schema>

export interface OpenDatabase {
  db: Database
  close(): Promise<void>
}

const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url))

/**
 * Opens the gateway's database and brings its schema up to date.
 *
 * @param options - `databaseUrl`: PostgreSQL. Without it, PGlite in `dataDir`/sql.
 * @throws HreError `data-in-use` while another gateway has the folder.
 */
export async function openDatabase(options: {
  dataDir: string
  databaseUrl?: string | undefined
}): Promise<OpenDatabase> {
  if (options.databaseUrl) {
    const pool = new pg.Pool({ connectionString: options.databaseUrl, max: 10 })
    const db = drizzlePg(pool, { schema })
    await migratePg(db, { migrationsFolder })
    return { db: db as unknown as Database, close: () => pool.end() }
  }
  const folder = join(options.dataDir, 'sql')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const unlock = await lockFolder(options.dataDir)
  const engine = await PGlite.create(folder)
  const db = drizzlePglite(engine, { schema })
  await migratePglite(db, { migrationsFolder })
  return { db: db as unknown as Database, close: () => engine.close().finally(unlock) }
}
