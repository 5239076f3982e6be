import { bigint, bigserial, boolean, index, integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core'
import { hex } from './columns.ts'

// What the gateway's own jobs need: who does them, and how far they are. Nothing here is anybody's record.

/** Which replica does a job that only one may do at a time. Times are the database's, so clocks may differ. */
export const leases = pgTable('leases', {
  name: text('name').primaryKey(),
  holder: text('holder').notNull(),
  until: timestamp('until', { withTimezone: true }).notNull(),
})

/** Rounds of the integrity watch. One without `finishedAt` is under way, and goes on after a restart. */
export const integrityRounds = pgTable('integrity_rounds', {
  id: bigserial('id', { mode: 'number' }).primaryKey(),
  startedAt: bigint('started_at', { mode: 'number' }).notNull(),
  finishedAt: bigint('finished_at', { mode: 'number' }),
  /** Files up to this content id were read. */
  after: hex('after').notNull(),
  files: integer('files').notNull().default(0),
  bytes: bigint('bytes', { mode: 'number' }).notNull().default(0),
  repaired: integer('repaired').notNull().default(0),
  unrepaired: integer('unrepaired').notNull().default(0),
  /** SHA-256 of the report that was signed, and the operation that files it with the Notary. */
  report: hex('report'),
  operation: hex('operation'),
})

/** Files that were found altered or missing. */
export const integrityFindings = pgTable(
  'integrity_findings',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    round: bigint('round', { mode: 'number' }).notNull(),
    content: hex('content').notNull(),
    result: text('result', { enum: ['altered', 'missing'] }).notNull(),
    foundAt: bigint('found_at', { mode: 'number' }).notNull(),
    repaired: boolean('repaired').notNull(),
  },
  (t) => [index('integrity_findings_round').on(t.round)],
)
