import { getTableColumns, getTableName, sql, type Column, type SQL } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'

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
  const columns = entries.map(([key, column]) => {
    const type = column.getSQLType()
    return { key, name: column.name, type, isBytes: type === 'bytea' }
  })
  const json = rows.map((row) =>
    Object.fromEntries(
      columns.map(({ key, name, isBytes }) => {
        const value = row[key]
        // PostgreSQL's own spelling of bytes begins with a backslash.
        return [name, isBytes && typeof value === 'string' ? `\\x${value.slice(2)}` : value]
      }),
    ),
  )
  const names = columns.map(({ name }) => `"${name}"`).join(', ')
  const types = columns.map(({ name, type }) => `"${name}" ${type}`).join(', ')
  return sql`select ${sql.raw(names)} from json_to_recordset(${JSON.stringify(json)}::text::json) as given (${sql.raw(types)})`
}
