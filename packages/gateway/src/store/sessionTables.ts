import { bigint, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { address, hex } from './columns.ts'

const seconds = (name: string) => bigint(name, { mode: 'number' })

// Who is logged in, and what was asked and answered. Losing these logs everybody out and loses no record.

/** One device of one account (G34). Its refresh tokens are one family. */
export const sessions = pgTable(
  'sessions',
  {
    id: hex('id').primaryKey(),
    account: address('account').notNull(),
    /** The account's signer when it was opened: another one since then ends it. */
    signer: hex('signer').notNull(),
    method: text('method', { enum: ['key', 'passkey', 'wallet'] }).notNull(),
    device: text('device').notNull(),
    createdAt: seconds('created_at').notNull(),
    lastUsedAt: seconds('last_used_at').notNull(),
    expiresAt: seconds('expires_at').notNull(),
    endedAt: seconds('ended_at'),
    endReason: text('end_reason', { enum: ['owner', 'reuse', 'replaced'] }),
  },
  (t) => [index('sessions_account').on(t.account, t.createdAt), index('sessions_end').on(t.expiresAt)],
)

/** By SHA-256: who reads the database has none. Spent ones are kept as long as the session, to notice reuse. */
export const refreshTokens = pgTable(
  'refresh_tokens',
  {
    hash: hex('hash').primaryKey(),
    session: hex('session').notNull(),
    expiresAt: seconds('expires_at').notNull(),
    spentAt: seconds('spent_at'),
  },
  (t) => [index('refresh_tokens_session').on(t.session), index('refresh_tokens_end').on(t.expiresAt)],
)

/** Which generations of the token key there are (G35). The keys themselves are derived by the key agent. */
export const tokenKeys = pgTable('token_keys', {
  generation: integer('generation').primaryKey(),
  kid: text('kid').notNull(),
  since: seconds('since').notNull(),
})

/** Challenges of passkeys and nonces of wallets, each good once. */
export const ceremonies = pgTable('ceremonies', {
  challenge: hex('challenge').primaryKey(),
  purpose: text('purpose', { enum: ['passkey-binding', 'passkey-login', 'wallet-login'] }).notNull(),
  account: address('account'),
  expiresAt: seconds('expires_at').notNull(),
})

/** Passkeys by which an account may log in (G37). They sign nothing else. */
export const passkeys = pgTable(
  'passkeys',
  {
    id: text('id').primaryKey(),
    account: address('account').notNull(),
    /** The account's signer that bound it: another one since then ends it. */
    signer: hex('signer').notNull(),
    publicKey: hex('public_key').notNull(),
    counter: bigint('counter', { mode: 'number' }).notNull(),
    transports: jsonb('transports').$type<string[]>().notNull(),
    label: text('label').notNull(),
    createdAt: seconds('created_at').notNull(),
    lastUsedAt: seconds('last_used_at'),
  },
  (t) => [index('passkeys_account').on(t.account, t.createdAt)],
)

/** Answers given under an idempotency key (G33); `json` is null while the first call is under way. */
export const idempotentAnswers = pgTable(
  'idempotent_answers',
  {
    /** The caller; the zero address for those without a session. */
    caller: address('caller').notNull(),
    key: text('key').notNull(),
    fingerprint: hex('fingerprint').notNull(),
    json: text('json'),
    startedAt: seconds('started_at').notNull(),
    expiresAt: seconds('expires_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.caller, t.key] }), index('idempotent_answers_end').on(t.expiresAt)],
)

/** Puzzles that were solved and used, until they would have run out (G39). */
export const spentPuzzles = pgTable(
  'spent_puzzles',
  { id: hex('id').primaryKey(), expiresAt: seconds('expires_at').notNull() },
  (t) => [index('spent_puzzles_end').on(t.expiresAt)],
)
