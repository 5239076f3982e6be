import { sql } from 'drizzle-orm'
import { rowsOf, type Database } from '../store/database.ts'

const rowsPerPage = 500
/** Say who works and what changed lately, not what is known: a restored database has its own. */
const ofThisDatabase = ['leases', 'revisions']

/** Tables of the gateway, by name. */
export async function tableNames(db: Database): Promise<string[]> {
  const answer = await db.execute(
    sql`select tablename as name from pg_tables where schemaname = 'public' order by tablename`,
  )
  return rowsOf<{ name: string }>(answer).map(({ name }) => name)
}

/** All rows of all tables as they were at one moment, some at a time, each as JSON. */
export async function* dumpRows(
  db: Database,
): AsyncGenerator<{ table: string; page: number; lines: string }> {
  const pages: { table: string; page: number; lines: string }[] = []
  let wake: (() => void) | undefined
  let taken: (() => void) | undefined
  let ended = false
  // A transaction ends with its function, so the pages are handed over one by one.
  const reading = db
    .transaction(
      async (tx) => {
        await tx.execute(sql`set local idle_in_transaction_session_timeout = 0`)
        for (const table of await tableNames(tx)) {
          if (ofThisDatabase.includes(table)) continue
          await tx.execute(
            sql`declare page no scroll cursor for select to_jsonb(r)::text as row from ${sql.identifier(table)} r`,
          )
          for (let page = 0; ; page++) {
            const rows = rowsOf<{ row: string }>(await tx.execute(sql.raw(`fetch ${rowsPerPage} from page`)))
            if (rows.length === 0) break
            pages.push({ table, page, lines: rows.map(({ row }) => `${row}\n`).join('') })
            wake?.()
            await new Promise<void>((resolve) => (taken = resolve))
            if (ended) return
          }
          await tx.execute(sql`close page`)
        }
      },
      { isolationLevel: 'repeatable read', accessMode: 'read only' },
    )
    .finally(() => {
      ended = true
      wake?.()
    })
  reading.catch(() => {})
  try {
    for (;;) {
      if (pages.length === 0 && !ended) await new Promise<void>((resolve) => (wake = resolve))
      const page = pages.shift()
      if (!page) break
      yield page
      taken?.()
    }
    await reading
  } finally {
    ended = true
    taken?.()
  }
}

/** Rows of one page back into their table. */
export async function loadRows(tx: Database, table: string, lines: string): Promise<void> {
  const rows = `[${lines.trimEnd().split('\n').join(',')}]`
  const name = sql.identifier(table)
  await tx.execute(
    sql`insert into ${name} select * from jsonb_populate_recordset(null::${name}, ${rows}::jsonb)`,
  )
}

/** Numbers that rows are given go on after the highest that was loaded. */
export async function setSequences(tx: Database): Promise<void> {
  const answer = await tx.execute(sql`
    select table_name as "table", column_name as "column" from information_schema.columns
    where table_schema = 'public' and column_default like 'nextval(%'`)
  for (const { table, column } of rowsOf<{ table: string; column: string }>(answer))
    await tx.execute(
      sql`select setval(pg_get_serial_sequence(${table}, ${column}), coalesce((select max(${sql.identifier(column)}) from ${sql.identifier(table)}), 0) + 1, false)`,
    )
}
