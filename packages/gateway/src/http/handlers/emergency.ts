import { createHash } from 'node:crypto'
import { and, asc, desc, eq, inArray, ne, notInArray } from 'drizzle-orm'
import { hreError, roles, type emergencyRoutes, type EmergencyView, type EmergencyWords } from '@hre/protocol'
import { isVaultError, emergencySharesHashOf, type EmergencyShare } from '@hre/vault'
import { hexToBytes, type Address, type Hex } from 'viem'
import { latestDeclaration, type StoredEmergency } from '../../access/emergencies.ts'
import type { Gateway } from '../../gateway.ts'
import { accountView } from '../../store/directory.ts'
import type { Database } from '../../store/database.ts'
import * as t from '../../store/schema.ts'
import type { Handlers } from '../handler.ts'

export const emergencyHandlers: Handlers<
  keyof Pick<
    typeof emergencyRoutes,
    | 'putEmergencyShares'
    | 'listTrustees'
    | 'submitEmergency'
    | 'listEmergencies'
    | 'getEmergencyWords'
    | 'listMarked'
    | 'releaseShares'
  >
> = {
  async putEmergencyShares(gateway, { account, body }) {
    await gateway.follower.sync()
    const { compartment, sharesHash } = await assertOwnSet(gateway, account, body.shares)
    await gateway.trustee.assertGood(body.shares, sharesHash)
    await keepShares(gateway.db, { patient: account, compartment, sharesHash, shares: body.shares })
    return { sharesHash }
  },

  async listTrustees(gateway, { account }) {
    const { db, follower } = gateway
    await follower.sync()
    const rows = await db.select().from(t.trusteeSets).where(eq(t.trusteeSets.patient, account))
    const sets = []
    for (const { patient: _patient, ...set } of rows)
      sets.push({ ...set, held: (await gateway.trustee.shareOf(set)) !== undefined })
    return { sets }
  },

  async submitEmergency({ db, deployment, relay }, { account, body }) {
    const { operation, words } = body
    const { account: by, target, data } = operation.operation
    const commitment = commitmentOf(words)
    const fits = by === account && target === deployment.emergency && data.includes(commitment.slice(2))
    if (!fits) throw hreError('bad-request', { field: 'words' })
    await relay.assertAcceptable([operation])
    // Before the operation: whoever sees the commitment on chain finds the words here.
    await db
      .insert(t.emergencyWords)
      .values({ commitment, words: words.text, salt: words.salt })
      .onConflictDoNothing()
    const [id] = await relay.accept([operation])
    return { id: id! }
  },

  async listEmergencies({ db, follower }, { account, query }) {
    await follower.sync()
    const rows = await db
      .select()
      .from(t.emergencies)
      .where(await sideOf(db, account, query.side))
      .orderBy(desc(t.emergencies.declaration))
      .limit(emergenciesMax)
    return { emergencies: await viewsOf(db, rows) }
  },

  async getEmergencyWords({ db, follower }, { account, params }) {
    await follower.sync()
    const [row] = await db
      .select()
      .from(t.emergencies)
      .where(eq(t.emergencies.declaration, params.declaration))
    if (!row || !(await mayReadWords(db, account, row))) throw hreError('not-found')
    const [reason, report, statement] = await Promise.all(
      [row.reasonHash, row.reportHash, row.statementHash].map((hash) => wordsBehind(db, hash)),
    )
    return { reason: reason!, report: report!, statement: statement! }
  },

  async listMarked({ db, follower }, { account, params }) {
    await follower.sync()
    const declared = await ownDeclaration(db, account, params.declaration)
    const rows = await db.select().from(t.trusteeSets).where(eq(t.trusteeSets.patient, declared.patient))
    return { sets: rows.map(({ patient: _patient, ...set }) => set) }
  },

  async releaseShares(gateway, { account, params }) {
    await gateway.follower.sync()
    const declared = await ownDeclaration(gateway.db, account, params.declaration)
    return gateway.trustee.release(declared)
  },
}

/** The newest of these are listed; no page of them is longer. */
const emergenciesMax = 200

/** All shares are of one set of the caller's own, for the epoch and the deployment that there are. */
async function assertOwnSet(
  { db, deployment }: Gateway,
  patient: Address,
  shares: readonly EmergencyShare[],
): Promise<{ compartment: Hex; sharesHash: Hex }> {
  const { context } = shares[0]!
  const sharesHash = sharesHashOf(shares[0]!)
  const isOne = shares.every(
    (share, place) =>
      share.index === place + 1 &&
      share.set.holders.length === shares.length &&
      sharesHashOf(share) === sharesHash,
  )
  const isHere = context.chainId === deployment.chainId && context.emergency === deployment.emergency
  if (!isOne || !isHere) throw hreError('bad-request', { field: 'shares' })
  if (context.patient !== patient) throw hreError('forbidden')
  const { compartment, epoch } = context
  const [row] = await db
    .select()
    .from(t.compartments)
    .where(and(eq(t.compartments.patient, patient), eq(t.compartments.compartment, compartment)))
  if (row?.epoch !== epoch) throw hreError('not-found', { compartment, epoch })
  return { compartment, sharesHash }
}

function sharesHashOf(share: EmergencyShare): Hex {
  try {
    return emergencySharesHashOf(share)
  } catch (error) {
    if (isVaultError(error, 'message-refused')) throw hreError('bad-request', { field: 'shares' })
    throw error
  }
}

/** With what the chain names and one set that it may name next: a patient cannot fill the disk with sets. */
async function keepShares(db: Database, row: typeof t.emergencyShares.$inferInsert): Promise<void> {
  const { patient, compartment, sharesHash } = row
  const isOf = {
    patient: eq(t.trusteeSets.patient, patient),
    compartment: eq(t.trusteeSets.compartment, compartment),
  }
  await db.transaction(async (tx) => {
    const [named] = await tx.select().from(t.trusteeSets).where(and(isOf.patient, isOf.compartment))
    const kept = [sharesHash, ...(named ? [named.sharesHash] : [])]
    await tx
      .delete(t.emergencyShares)
      .where(
        and(
          eq(t.emergencyShares.patient, patient),
          eq(t.emergencyShares.compartment, compartment),
          notInArray(t.emergencyShares.sharesHash, kept),
        ),
      )
    await tx.insert(t.emergencyShares).values(row).onConflictDoNothing()
  })
}

/** SHA-256 of the salt and the words: what is on chain of them (B14). */
const commitmentOf = ({ text, salt }: EmergencyWords): Hex =>
  `0x${createHash('sha256').update(hexToBytes(salt)).update(text).digest('hex')}`

async function wordsBehind(db: Database, commitment: Hex | null): Promise<EmergencyWords | null> {
  if (!commitment) return null
  const [row] = await db.select().from(t.emergencyWords).where(eq(t.emergencyWords.commitment, commitment))
  return row ? { text: row.words, salt: row.salt } : null
}

async function sideOf(
  db: Database,
  account: Address,
  side: 'patient' | 'declared' | 'review' | 'organisation',
) {
  if (side === 'patient') return eq(t.emergencies.patient, account)
  if (side === 'declared') return eq(t.emergencies.member, account)
  const { organisation, role } = await accountView(db, account)
  if (side === 'organisation') {
    const administers = account === organisation || role === roles.administrator
    if (!organisation || !administers) throw hreError('forbidden')
    return eq(t.emergencies.organisation, organisation)
  }
  if (!organisation || role !== roles.auditor) throw hreError('forbidden')
  // Not of one's own organisation (B10).
  return ne(t.emergencies.organisation, organisation)
}

/** The patient, who declared, and an auditor who may review it (B10). */
async function mayReadWords(db: Database, account: Address, row: StoredEmergency): Promise<boolean> {
  if (account === row.patient || account === row.member) return true
  const { organisation, role } = await accountView(db, account)
  return organisation !== null && role === roles.auditor && organisation !== row.organisation
}

/** @throws HreError `not-found` unless it is the caller's latest for its patient: no other opens anything (B8). */
async function ownDeclaration(db: Database, account: Address, declaration: number): Promise<StoredEmergency> {
  const [row] = await db.select().from(t.emergencies).where(eq(t.emergencies.declaration, declaration))
  const latest = row && (await latestDeclaration(db, account, row.patient))
  if (row?.member !== account || latest?.declaration !== declaration) throw hreError('not-found')
  return row
}

async function viewsOf(db: Database, rows: readonly StoredEmergency[]): Promise<EmergencyView[]> {
  const ids = rows.map(({ declaration }) => declaration)
  const releases = ids.length
    ? await db
        .select()
        .from(t.shareReleases)
        .where(inArray(t.shareReleases.declaration, ids))
        .orderBy(asc(t.shareReleases.block))
    : []
  const byDeclaration = Map.groupBy(releases, ({ declaration }) => declaration)
  return rows.map((row) => ({
    declaration: row.declaration,
    member: row.member,
    patient: row.patient,
    organisation: row.organisation,
    reason: row.reason,
    declaredAt: row.declaredAt,
    until: row.until,
    closed: row.closed,
    contested: row.contested,
    outcome: row.outcome,
    releases: (byDeclaration.get(row.declaration) ?? []).map(
      ({ declaration: _declaration, ...release }) => release,
    ),
  }))
}
