import { eq } from 'drizzle-orm'
import type { Hex } from 'viem'
import { Together } from '../together.ts'
import type { Database, OpenDatabase } from './database.ts'
import { databaseFault } from './faults.ts'
import * as t from './schema.ts'

type Table = typeof t.revisions.$inferSelect.name

/** What changes with the rows of a table, and with each block that is read. */
export type Marks = Readonly<Record<Table, string>>

/**
 * Whether what was read before is still so. One small statement for all who ask at the same time, which begins after they asked, tells
 * what has changed since, by this replica or another: rows that every call needs are read when they changed, and not with every call.
 */
export class Revisions {
  readonly #looks: Together<void, Marks>
  readonly #look: ReturnType<typeof looking>
  /** What was seen last, where whoever changes it says so. */
  #kept: Marks | undefined
  #changes = 0
  #isTold = false

  constructor(db: Database) {
    this.#look = looking(db)
    this.#looks = new Together({
      run: async (askers) => {
        const marks = await this.#read()
        return askers.map(() => marks)
      },
      size: () => 0,
      sizeMax: 0,
      isOfAll: (error) => databaseFault(error) !== undefined,
    })
  }

  /** Where nobody else changes the database, nothing is asked for until this is told of a change. */
  async listen(watch: OpenDatabase['watch']): Promise<void> {
    if (!watch) return
    await watch(() => {
      this.#changes++
      this.#kept = undefined
    })
    this.#isTold = true
  }

  /** An object of its own for each look, whatever it saw: those who have the same one asked together. */
  marks(): Promise<Marks> {
    return this.#looks.add()
  }

  async #read(): Promise<Marks> {
    if (this.#kept) return { ...this.#kept }
    const before = this.#changes
    const marks = marksOf(await this.#look.execute())
    if (this.#isTold && this.#changes === before) this.#kept = marks
    return { ...marks }
  }
}

const { name, value } = t.revisions

/** Written out once: it is asked more often than everything else together. */
const looking = (db: Database) =>
  db
    .select({ name, value, block: t.cursor.blockHash })
    .from(t.revisions)
    .leftJoin(t.cursor, eq(t.cursor.id, 1))
    .prepare('revisions')

/** @throws Error where a table is not counted: nothing of it may be believed to be as it was. */
function marksOf(rows: readonly { name: Table; value: number; block: Hex | null }[]): Marks {
  for (const table of name.enumValues)
    if (rows.every((row) => row.name !== table))
      throw new Error(`the schema is not whole: no revision of ${table}`)
  return Object.fromEntries(rows.map((row) => [row.name, `${row.value} ${row.block}`])) as unknown as Marks
}
