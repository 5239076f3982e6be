import { getTableColumns, getTableName, sql, type Column, type SQL } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import type { Hex } from 'viem'

/**
 * For `insert(table).select(...)`: many whole rows in one parameter, as JSON. A parameter for each value is several times the work,
 * here and for the server, and there may be 65,535 of them at most.
 *
 * @param rows - with all columns of the table.
 */
export function selectOfMany<Table extends PgTable>(
  table: Table,
  rows: readonly Table['$inferSelect'][],
): SQL {
  return selectOf(Object.entries(getTableColumns(table)), rows)
}

/**
 * The same for rows that leave some columns to the table's defaults: all of them the same ones. They get their numbers in the order in
 * which they stand here. A clause about conflicts may follow.
 */
export function insertOfMany<Table extends PgTable>(
  table: Table,
  rows: readonly Table['$inferInsert'][],
): SQL {
  const columns = Object.entries(getTableColumns(table)).filter(([key]) => key in rows[0]!)
  const names = columns.map(([, { name }]) => `"${name}"`).join(', ')
  return sql`insert into ${sql.raw(`"${getTableName(table)}" (${names})`)} ${selectOf(columns, rows)}`
}

function selectOf(
  entries: readonly [key: string, column: Column][],
  rows: readonly Record<string, unknown>[],
): SQL {
  const columns = entries.map(([, column]) => column)
  const names = columns.map(({ name }) => `"${name}"`).join(', ')
  const types = columns.map((column) => `"${column.name}" ${column.getSQLType()}`).join(', ')
  return sql`select ${sql.raw(names)} from json_to_recordset(${JSON.stringify(jsonOf(entries, rows))}::text::json) as given (${sql.raw(types)})`
}

/** Rows as PostgreSQL's JSON functions take them: by the names of their columns. */
export const jsonOfMany = <Table extends PgTable>(table: Table, rows: readonly Table['$inferSelect'][]) =>
  jsonOf(Object.entries(getTableColumns(table)), rows)

function jsonOf(
  entries: readonly [key: string, column: Column][],
  rows: readonly Record<string, unknown>[],
): Record<string, unknown>[] {
  const columns = entries.map(([key, column]) => ({
    key,
    name: column.name,
    isBytes: column.getSQLType() === 'bytea',
  }))
  return rows.map((row) =>
    Object.fromEntries(
      columns.map(({ key, name, isBytes }) => {
        const value = row[key]
        return [name, isBytes && typeof value === 'string' ? bytesInJson(value as Hex) : value]
      }),
    ),
  )
}

/** PostgreSQL's own spelling of bytes begins with a backslash. */
export const bytesInJson = (value: Hex): string => `\\x${value.slice(2)}`
