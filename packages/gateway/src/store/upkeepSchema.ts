import {
  bigint,
  bigserial,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core'
import { readingsAbroad } from '@hre/protocol'
import { address, hex } from './columns.ts'

// What the gateway's own jobs need: who does them, and how far they are. Nothing here is anybody's record.

/** Which replica does a job that only one may do at a time. Times are the database's, so clocks may differ. */
export const leases = pgTable('leases', {
  name: text('name').primaryKey(),
  holder: text('holder').notNull(),
  until: timestamp('until', { withTimezone: true }).notNull(),
})

/** How often rows of a table, by its name, were changed. Triggers of that table write it. */
export const revisions = pgTable('revisions', {
  name: text('name', { enum: ['sessions', 'patient_countries'] }).primaryKey(),
  value: bigint('value', { mode: 'number' }).notNull(),
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

/** What patients said last about countries (P3), with their signature, so that it can be passed on. */
export const patientCountries = pgTable('patient_countries', {
  patient: address('patient').primaryKey(),
  countries: jsonb('countries').$type<string[]>().notNull(),
  readingAbroad: text('reading_abroad', { enum: readingsAbroad }).notNull(),
  issuedAt: bigint('issued_at', { mode: 'number' }).notNull(),
  signature: hex('signature').notNull(),
})

/** Which gateways have copies of what this one's organisation committed, as they proved or were asked. */
export const copies = pgTable(
  'copies',
  {
    content: hex('content').notNull(),
    holder: address('holder').notNull(),
    /** `asked`: it said that it would fetch it. `held`: it proved that it has it. */
    state: text('state', { enum: ['asked', 'held'] }).notNull(),
    at: bigint('at', { mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.content, t.holder] })],
)

/** Copies that this gateway keeps for other organisations, or is about to fetch. */
export const guestCopies = pgTable(
  'guest_copies',
  {
    content: hex('content').primaryKey(),
    /** Who committed it and asked for a copy. */
    organisation: address('organisation').notNull(),
    state: text('state', { enum: ['wanted', 'held'] }).notNull(),
    bytes: bigint('bytes', { mode: 'number' }).notNull(),
    offeredAt: bigint('offered_at', { mode: 'number' }).notNull(),
    /** Times that it could not be fetched, and when it is tried again. */
    failures: integer('failures').notNull().default(0),
    nextAt: bigint('next_at', { mode: 'number' }).notNull(),
  },
  (t) => [index('guest_copies_state').on(t.state, t.nextAt)],
)

/** Rounds over what the organisation committed: how many copies there are. One without `finishedAt` is under way. */
export const replicationRounds = pgTable('replication_rounds', {
  id: bigserial('id', { mode: 'number' }).primaryKey(),
  startedAt: bigint('started_at', { mode: 'number' }).notNull(),
  finishedAt: bigint('finished_at', { mode: 'number' }),
  /** Files up to this content id were looked after. */
  after: hex('after').notNull(),
  files: integer('files').notNull().default(0),
  proven: integer('proven').notNull().default(0),
  offered: integer('offered').notNull().default(0),
  short: integer('short').notNull().default(0),
  confined: integer('confined').notNull().default(0),
})
