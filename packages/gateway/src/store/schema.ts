import { isNotNull, isNull, sql } from 'drizzle-orm'
import {
  bigint,
  bigserial,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import type { AccessRequest, Problem, SignedOperation } from '@hre/protocol'
import type {
  EmergencyRelease,
  EmergencyShare,
  GuardianShare,
  RecoveryApproval,
  RecoveryRequest,
  Succession,
  UnlockDocument,
} from '@hre/vault'
import type { Address } from 'viem'
import { address, hex } from './columns.ts'

export * from './upkeepSchema.ts'
export * from './notificationTables.ts'
export * from './sessionTables.ts'

const seconds = (name: string) => bigint(name, { mode: 'number' })

// What the chain says. The follower alone writes these; `rebuild` empties them and reads the chain again.

/** One row: how far the follower has come. */
export const cursor = pgTable('cursor', {
  id: smallint('id').primaryKey(),
  block: bigint('block', { mode: 'number' }).notNull(),
  blockHash: hex('block_hash').notNull(),
  blockTime: seconds('block_time').notNull(),
})

export const accounts = pgTable('accounts', {
  account: address('account').primaryKey(),
  signer: hex('signer').notNull(),
  recipient: hex('recipient').notNull(),
})

export const organisations = pgTable('organisations', {
  account: address('account').primaryKey(),
  kind: smallint('kind').notNull(),
  country: text('country').notNull(),
  endpoint: text('endpoint'),
  /** Suspended or removed by vote (D11): neither it nor its members may do anything. */
  barred: boolean('barred').notNull().default(false),
})

export const members = pgTable(
  'members',
  {
    account: address('account').primaryKey(),
    organisation: address('organisation').notNull(),
    role: smallint('role').notNull(),
    /** What the organisation says of its member (D12); zeros when it says nothing. */
    specialty: bigint('specialty', { mode: 'bigint' })
      .notNull()
      .default(sql`0`),
    licensedUntil: seconds('licensed_until').notNull().default(0),
  },
  (t) => [index('members_organisation').on(t.organisation)],
)

export const attestations = pgTable(
  'attestations',
  {
    patient: address('patient').notNull(),
    organisation: address('organisation').notNull(),
    commitment: hex('commitment').notNull(),
  },
  (t) => [primaryKey({ columns: [t.patient, t.organisation] })],
)

export const compartments = pgTable(
  'compartments',
  {
    patient: address('patient').notNull(),
    compartment: hex('compartment').notNull(),
    sensitivity: smallint('sensitivity').notNull(),
    epoch: integer('epoch').notNull(),
  },
  (t) => [primaryKey({ columns: [t.patient, t.compartment] })],
)

export const epochs = pgTable(
  'epochs',
  {
    patient: address('patient').notNull(),
    compartment: hex('compartment').notNull(),
    epoch: integer('epoch').notNull(),
    recipient: hex('recipient').notNull(),
    backLink: hex('back_link'),
    wrapsHash: hex('wraps_hash'),
    since: seconds('since').notNull(),
    /** Block in which it began. */
    block: bigint('block', { mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.patient, t.compartment, t.epoch] })],
)

/** Where organisations without a grant may file (C17), by time; a patient has one or none at a moment. */
export const inboxes = pgTable(
  'inboxes',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    patient: address('patient').notNull(),
    compartment: hex('compartment').notNull(),
    since: seconds('since').notNull(),
    /** Block time at which another took its place, or none. */
    ended: seconds('ended'),
  },
  (t) => [
    uniqueIndex('inboxes_in_force')
      .on(t.patient)
      .where(sql`ended is null`),
  ],
)

/** Every grant ever made, in order; the newest of a (patient, reader, compartment) is the one in force. */
export const grants = pgTable(
  'grants',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    patient: address('patient').notNull(),
    reader: address('reader').notNull(),
    compartment: hex('compartment').notNull(),
    /** Given to write alone: apart from what the reader may read (C2). */
    filing: boolean('filing').notNull(),
    rights: smallint('rights').notNull(),
    purposes: integer('purposes').notNull(),
    ceiling: smallint('ceiling').notNull(),
    from: seconds('from_seconds').notNull(),
    until: seconds('until_seconds').notNull(),
    wrapHash: hex('wrap_hash').notNull(),
    /** Who gave it for the patient (C13); null: the patient. */
    delegate: address('delegate'),
    /** What the reading person has to be (C11); null: no matter. Specialty in decimal. */
    conditions: jsonb('conditions').$type<{ specialty: string; country: string; licensed: boolean }>(),
    /** Epoch of the compartment when it was granted: the one the wrap holds. */
    epoch: integer('epoch').notNull(),
    since: seconds('since').notNull(),
    /** Block time at which it was revoked or replaced. */
    ended: seconds('ended'),
    /** Block in which it was revoked or replaced. */
    endedBlock: bigint('ended_block', { mode: 'number' }),
  },
  (t) => [
    index('grants_patient').on(t.patient),
    index('grants_reader').on(t.reader),
    uniqueIndex('grants_in_force')
      .on(t.patient, t.reader, t.compartment, t.filing)
      .where(sql`ended is null`),
  ],
)

/** Grants of single records (C12), as `grants`. A record granted before its batch is indexed is known by its id alone. */
export const recordGrants = pgTable(
  'record_grants',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    patient: address('patient').notNull(),
    reader: address('reader').notNull(),
    record: hex('record').notNull(),
    compartment: hex('compartment').notNull(),
    purposes: integer('purposes').notNull(),
    ceiling: smallint('ceiling').notNull(),
    from: seconds('from_seconds').notNull(),
    until: seconds('until_seconds').notNull(),
    wrapHash: hex('wrap_hash').notNull(),
    since: seconds('since').notNull(),
    /** Block time at which it was revoked or replaced. */
    ended: seconds('ended'),
  },
  (t) => [
    index('record_grants_reader').on(t.reader),
    uniqueIndex('record_grants_in_force')
      .on(t.patient, t.reader, t.compartment, t.record)
      .where(sql`ended is null`),
  ],
)

/** Who decides for a patient (D18), by the patient's latest word. What was ended has no row. */
export const delegations = pgTable(
  'delegations',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    patient: address('patient').notNull(),
    delegate: address('delegate').notNull(),
    since: seconds('since').notNull(),
    until: seconds('until_seconds').notNull(),
  },
  (t) => [
    uniqueIndex('delegations_patient').on(t.patient, t.delegate),
    index('delegations_delegate').on(t.delegate),
  ],
)

export const batchStates = ['waiting', 'indexed', 'invalid'] as const

export const batches = pgTable('batches', {
  batch: hex('batch').primaryKey(),
  /** Who committed it: an organisation, or a patient for the own chart (R14). */
  organisation: address('organisation').notNull(),
  /** At whose gateway the manifest and the files are: that organisation, or the one that the patient named. */
  keeper: address('keeper').notNull(),
  author: address('author').notNull(),
  root: hex('root').notNull(),
  count: integer('count').notNull(),
  manifest: hex('manifest').notNull(),
  committedAt: seconds('committed_at').notNull(),
  /** Where the event stands on chain: batches are in the order of block and index. */
  block: bigint('block', { mode: 'number' }).notNull(),
  logIndex: integer('log_index').notNull(),
  /** Block time of the second signature (R9). */
  signedAt: seconds('signed_at'),
  /** Its live records count as withdrawn (R11). */
  withdrawn: boolean('withdrawn').notNull().default(false),
  /** `waiting`: the manifest has not been fetched yet. `invalid`: it does not match the chain (R5). */
  state: text('state', { enum: batchStates }).notNull(),
})

/** Who signs a batch of two parties (R8). */
export const parties = pgTable(
  'parties',
  {
    batch: hex('batch').notNull(),
    account: address('account').notNull(),
    signedAt: seconds('signed_at'),
  },
  (t) => [primaryKey({ columns: [t.batch, t.account] })],
)

/** What became of single records (R10), by the hash of their leaf. A later mark replaces an earlier one. */
export const marks = pgTable(
  'marks',
  {
    batch: hex('batch').notNull(),
    leafHash: hex('leaf_hash').notNull(),
    status: text('status', { enum: ['superseded', 'withdrawn', 'erased'] }).notNull(),
    successorBatch: hex('successor_batch'),
    successorHash: hex('successor_hash'),
  },
  (t) => [primaryKey({ columns: [t.batch, t.leafHash] })],
)

export const anchors = pgTable(
  'anchors',
  {
    organisation: address('organisation').notNull(),
    sequence: integer('sequence').notNull(),
    previous: hex('previous').notNull(),
    root: hex('root').notNull(),
    count: integer('count').notNull(),
    head: hex('head').notNull(),
    block: bigint('block', { mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.organisation, t.sequence] })],
)

/** Which compartments may be opened in an emergency: their present trustees (B1). */
export const trusteeSets = pgTable(
  'trustee_sets',
  {
    patient: address('patient').notNull(),
    compartment: hex('compartment').notNull(),
    epoch: integer('epoch').notNull(),
    series: integer('series').notNull(),
    trustees: jsonb('trustees').$type<Address[]>().notNull(),
    threshold: smallint('threshold').notNull(),
    sharesHash: hex('shares_hash').notNull(),
  },
  (t) => [primaryKey({ columns: [t.patient, t.compartment] })],
)

/** Every declaration of an emergency (B3) and what became of it. */
export const emergencies = pgTable(
  'emergencies',
  {
    declaration: bigint('declaration', { mode: 'number' }).primaryKey(),
    member: address('member').notNull(),
    patient: address('patient').notNull(),
    organisation: address('organisation').notNull(),
    reason: smallint('reason').notNull(),
    reasonHash: hex('reason_hash').notNull(),
    declaredAt: seconds('declared_at').notNull(),
    until: seconds('until').notNull(),
    closed: boolean('closed').notNull().default(false),
    block: bigint('block', { mode: 'number' }).notNull(),
    /** As the Directory said in that block (S8): what it says later does not count. */
    role: smallint('role').notNull(),
    licensedUntil: seconds('licensed_until').notNull(),
    contested: boolean('contested').notNull().default(false),
    statementHash: hex('statement_hash'),
    outcome: smallint('outcome').notNull().default(0),
    reportHash: hex('report_hash'),
  },
  (t) => [index('emergencies_patient').on(t.patient), index('emergencies_member').on(t.member)],
)

/** Which organisation released its share of what, by its own signature (B9). */
export const shareReleases = pgTable(
  'share_releases',
  {
    declaration: bigint('declaration', { mode: 'number' }).notNull(),
    compartment: hex('compartment').notNull(),
    trustee: address('trustee').notNull(),
    series: integer('series').notNull(),
    shareHash: hex('share_hash').notNull(),
    at: seconds('at').notNull(),
    block: bigint('block', { mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.declaration, t.compartment, t.trustee, t.series] })],
)

/** Who may recover an account, and how often that changed (D16, D17). */
export const councils = pgTable('councils', {
  account: address('account').primaryKey(),
  guardians: jsonb('guardians').$type<Address[]>().notNull().default([]),
  threshold: smallint('threshold').notNull().default(0),
  /** Counts sets of guardians, as the Directory does. */
  term: integer('term').notNull().default(0),
  /** Counts what voids approvals: another set of guardians, a veto, an executed recovery. */
  attempt: integer('attempt').notNull().default(0),
})

/** Recoveries that guardians approved (D17). */
export const recoveries = pgTable(
  'recoveries',
  {
    account: address('account').notNull(),
    recovery: hex('recovery').notNull(),
    attempt: integer('attempt').notNull(),
    approvals: jsonb('approvals').$type<Address[]>().notNull(),
    threshold: smallint('threshold').notNull(),
    startedAt: seconds('started_at').notNull(),
    /** From then on anybody may execute it; null below the threshold. */
    readyAt: seconds('ready_at'),
    state: text('state', { enum: ['under way', 'void', 'executed'] }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.account, t.recovery, t.attempt] })],
)

/** Chain events as sentences without anything personal, for the gateway's page. */
export const activity = pgTable('activity', {
  id: bigserial('id', { mode: 'number' }).primaryKey(),
  at: seconds('at').notNull(),
  block: bigint('block', { mode: 'number' }).notNull(),
  what: text('what').notNull(),
  transaction: hex('transaction').notNull(),
})

// What manifests say, checked against the chain (R5).

export const leaves = pgTable(
  'leaves',
  {
    record: hex('record').primaryKey(),
    batch: hex('batch').notNull(),
    leafHash: hex('leaf_hash').notNull(),
    position: integer('position').notNull(),
    patient: address('patient').notNull(),
    compartment: hex('compartment').notNull(),
    epoch: integer('epoch').notNull(),
    content: hex('content').notNull(),
    commitment: hex('commitment').notNull(),
    sensitivity: smallint('sensitivity').notNull(),
    kind: smallint('kind').notNull(),
    author: address('author').notNull(),
    /** Who committed it, as in its batch. */
    organisation: address('organisation').notNull(),
    /** Who holds the sealed file first, as in its batch. */
    keeper: address('keeper').notNull(),
  },
  (t) => [
    index('leaves_patient').on(t.patient, t.compartment),
    index('leaves_batch').on(t.batch, t.position),
    index('leaves_content').on(t.content),
  ],
)

// What this gateway alone knows. Losing these loses something: back them up.

/** The relay's queue. A row is here before its sender hears "accepted". */
export const operations = pgTable(
  'operations',
  {
    sequence: bigserial('sequence', { mode: 'number' }).primaryKey(),
    id: hex('id').notNull().unique(),
    account: address('account').notNull(),
    /** Who stands in line: the account of the first operation handed in with it. Their order is kept. */
    sender: address('sender').notNull(),
    /** When it was accepted, Unix seconds. */
    at: seconds('at').notNull(),
    nonce: hex('nonce').notNull(),
    signed: jsonb('signed').$type<SignedOperation>().notNull(),
    state: text('state', { enum: ['queued', 'submitted', 'applied', 'failed'] }).notNull(),
    transaction: hex('transaction'),
    block: bigint('block', { mode: 'number' }),
    problem: jsonb('problem').$type<Problem>(),
  },
  (t) => [
    index('operations_open').on(t.state, t.sequence),
    index('operations_transaction').on(t.transaction),
  ],
)

/** Transactions sent for the queue, raw, so that a restart sends the same bytes again. */
export const submissions = pgTable('submissions', {
  transaction: hex('transaction').primaryKey(),
  nonce: bigint('nonce', { mode: 'number' }).notNull(),
  raw: hex('raw').notNull(),
  /** The transaction that its operations name: itself, or the one that it was sent in place of, under the same nonce. */
  first: hex('first').notNull(),
  /** Most that it pays for a unit of gas, in wei. */
  maxFeeWei: bigint('max_fee_wei', { mode: 'bigint' }).notNull(),
  /** When it was written down, Unix seconds. */
  at: seconds('at').notNull(),
})

/** Wraps, by SHA-256. Deleted when a patient erases. */
export const attachments = pgTable('attachments', {
  hash: hex('hash').primaryKey(),
  bytes: hex('bytes').notNull(),
})

export const manifests = pgTable('manifests', {
  contentId: hex('content_id').primaryKey(),
  json: text('json').notNull(),
})

/** Which tests of orders to this organisation were answered, by whom, and in which operation the answer was committed (R19). */
export const answers = pgTable(
  'answers',
  {
    batch: hex('batch').notNull(),
    record: hex('record').notNull(),
    account: address('account').notNull(),
    operation: hex('operation').notNull(),
    at: seconds('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.batch, t.record] })],
)

/** Sealed files that patients uploaded for their own charts lately (G40): what counts for a day, and what they may name. */
export const ownUploads = pgTable(
  'own_uploads',
  {
    patient: address('patient').notNull(),
    content: hex('content').notNull(),
    bytes: bigint('bytes', { mode: 'number' }).notNull(),
    at: seconds('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.patient, t.content] })],
)

/** The access log (A3), with the request that each entry answers. */
export const receipts = pgTable(
  'receipts',
  {
    index: bigint('index', { mode: 'number' }).primaryKey(),
    reader: address('reader').notNull(),
    patient: address('patient').notNull(),
    records: jsonb('records').$type<`0x${string}`[]>().notNull(),
    purpose: smallint('purpose').notNull(),
    decision: smallint('decision').notNull(),
    at: seconds('at').notNull(),
    requestHash: hex('request_hash').notNull(),
    salt: hex('salt').notNull(),
    request: jsonb('request').$type<AccessRequest>().notNull(),
    signature: hex('signature').notNull(),
    /** Whose gateway asked on the reader's behalf (A7); null when the reader asked here. */
    forwardedBy: address('forwarded_by'),
    /** Set when an anchor was queued for it. */
    anchor: integer('anchor'),
  },
  (t) => [
    index('receipts_patient').on(t.patient),
    index('receipts_anchor').on(t.anchor).where(isNotNull(t.anchor)),
    index('receipts_unanchored').on(t.index).where(isNull(t.anchor)),
    index('receipts_forwarded').on(t.requestHash).where(isNotNull(t.forwardedBy)),
  ],
)

/** Nonces of signed requests, so that none is used twice (A1). */
export const requestNonces = pgTable(
  'request_nonces',
  {
    reader: address('reader').notNull(),
    nonce: hex('nonce').notNull(),
    issuedAt: seconds('issued_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.reader, t.nonce] })],
)

export const challenges = pgTable('challenges', {
  challenge: hex('challenge').primaryKey(),
  account: address('account').notNull(),
  expiresAt: seconds('expires_at').notNull(),
})

/** Shares of a compartment's epoch as their patient sealed them to trustees (S5): this gateway opens its own alone. */
export const emergencyShares = pgTable(
  'emergency_shares',
  {
    sharesHash: hex('shares_hash').primaryKey(),
    patient: address('patient').notNull(),
    compartment: hex('compartment').notNull(),
    shares: jsonb('shares').$type<EmergencyShare[]>().notNull(),
  },
  (t) => [index('emergency_shares_patient').on(t.patient, t.compartment)],
)

/** What this organisation released (S7), so that asking again gives the bytes whose hash is on chain. */
export const releasedShares = pgTable(
  'released_shares',
  {
    declaration: bigint('declaration', { mode: 'number' }).notNull(),
    compartment: hex('compartment').notNull(),
    series: integer('series').notNull(),
    release: jsonb('release').$type<EmergencyRelease>().notNull(),
    releaseHash: hex('release_hash').notNull(),
  },
  (t) => [primaryKey({ columns: [t.declaration, t.compartment, t.series] })],
)

/** Words behind commitments of emergencies (B14). Personal: they leave this gateway for those alone who may read them. */
export const emergencyWords = pgTable('emergency_words', {
  commitment: hex('commitment').primaryKey(),
  words: text('words').notNull(),
  salt: hex('salt').notNull(),
})

/** Entries of emergency cards (S11). `owner` is a keyed hash of the account: a copy of the table says nothing of whose they are. */
export const emergencyCards = pgTable('emergency_cards', {
  lookup: hex('lookup').primaryKey(),
  owner: hex('owner').notNull().unique(),
  nonce: hex('nonce').notNull(),
  box: hex('box').notNull(),
})

/** Patients by this organisation's own numbers (S12), each a keyed hash. */
export const patientNumbers = pgTable('patient_numbers', {
  lookup: hex('lookup').primaryKey(),
  patient: address('patient').notNull(),
})

/** Who found a patient by card or number. `owner` as in the cards. */
export const lookups = pgTable(
  'lookups',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    owner: hex('owner').notNull(),
    at: seconds('at').notNull(),
    by: address('by').notNull(),
    kind: text('kind', { enum: ['card', 'patient number'] }).notNull(),
  },
  (t) => [index('lookups_owner').on(t.owner)],
)

/** Shares sealed to guardians (K7): the owner's present set, and one that the chain may name next. */
export const guardianShares = pgTable(
  'guardian_shares',
  {
    account: address('account').notNull(),
    guardian: address('guardian').notNull(),
    term: integer('term').notNull(),
    share: jsonb('share').$type<GuardianShare>().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.account, t.term, t.guardian] }),
    index('guardian_shares_guardian').on(t.guardian),
  ],
)

/** Requests of new devices (K8). */
export const recoveryRequests = pgTable(
  'recovery_requests',
  {
    hash: hex('hash').primaryKey(),
    /** Its first 11 bytes, which the owner reads out as words. */
    prefix: hex('prefix').notNull(),
    account: address('account').notNull(),
    request: jsonb('request').$type<RecoveryRequest>().notNull(),
    at: seconds('at').notNull(),
  },
  (t) => [index('recovery_requests_prefix').on(t.prefix), index('recovery_requests_account').on(t.account)],
)

/** Guardians' answers, sealed to the device that asked. */
export const recoveryApprovals = pgTable(
  'recovery_approvals',
  {
    request: hex('request').notNull(),
    guardian: address('guardian').notNull(),
    approval: jsonb('approval').$type<RecoveryApproval>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.request, t.guardian] })],
)

/** Ways to unlock, sealed (K1), with what their root seeds took over (K9). */
export const keystores = pgTable('keystores', {
  account: address('account').primaryKey(),
  document: jsonb('document').$type<UnlockDocument>().notNull(),
  succession: jsonb('succession').$type<Succession>(),
  etag: hex('etag').notNull(),
})

/** What proofs of opening are compared with, by way (K10). */
export const unlockVerifiers = pgTable(
  'unlock_verifiers',
  {
    account: address('account').notNull(),
    way: hex('way').notNull(),
    verifier: hex('verifier').notNull(),
  },
  (t) => [primaryKey({ columns: [t.account, t.way] })],
)

/** Failed tries by account, known or not; `owner` as in the cards. */
export const unlockTries = pgTable('unlock_tries', {
  owner: hex('owner').primaryKey(),
  since: seconds('since').notNull(),
  tries: integer('tries').notNull(),
})

/** Links that the front desk gave out; spent by the first account that shows the secret. */
export const invitations = pgTable('invitations', {
  /** SHA-256 of the secret. */
  hash: hex('hash').primaryKey(),
  /** 0: a patient. */
  role: smallint('role').notNull(),
  commitment: hex('commitment'),
  name: text('name'),
  expiresAt: seconds('expires_at').notNull(),
  account: address('account'),
  operation: hex('operation'),
})

/** Names that the organisation gave its members; who is a member still is the chain's word. */
export const staffNames = pgTable('staff_names', {
  account: address('account').primaryKey(),
  name: text('name').notNull(),
})

/** Names of a chart's parts, sealed by the patient to somebody who decides for them (C13). */
export const delegateMaps = pgTable(
  'delegate_maps',
  {
    patient: address('patient').notNull(),
    delegate: address('delegate').notNull(),
    map: hex('map').notNull(),
  },
  (t) => [primaryKey({ columns: [t.patient, t.delegate] })],
)

/** One ask for each reader and patient, the newest. */
export const asks = pgTable(
  'asks',
  {
    reader: address('reader').notNull(),
    patient: address('patient').notNull(),
    topics: jsonb('topics').$type<string[]>().notNull(),
    purpose: smallint('purpose').notNull(),
    days: smallint('days').notNull(),
    at: seconds('at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.reader, t.patient] }), index('asks_patient').on(t.patient)],
)
