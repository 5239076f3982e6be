import { and, count, desc, eq, inArray, lt, notInArray } from 'drizzle-orm'
import {
  directoryAbi,
  executeRecoveryCall,
  hreError,
  limits,
  type RecoveryView,
  type recoveryRoutes,
} from '@hre/protocol'
import {
  isVaultError,
  parseRecoveryRequest,
  recoveryOf,
  recoveryRequestHashOf,
  signCall,
  type GuardianShare,
  type RecoveryRequest,
} from '@hre/vault'
import type { Address, Hex } from 'viem'
import type { Gateway } from '../../gateway.ts'
import type { Database } from '../../store/database.ts'
import * as t from '../../store/schema.ts'
import type { Handlers } from '../handler.ts'

const unixNow = () => Math.floor(Date.now() / 1000)
/** 0x and 11 bytes: the words that the owner reads out. */
const prefixLength = 24

/** What guardians and a new device say to one another (K7, K8). Everything sealed is sealed to somebody else than this gateway. */
export const recoveryHandlers: Handlers<keyof typeof recoveryRoutes> = {
  async getCouncil({ db, follower }, { account }) {
    await follower.sync()
    const [council] = await db.select().from(t.councils).where(eq(t.councils.account, account))
    const rows = await db
      .select()
      .from(t.recoveries)
      .where(eq(t.recoveries.account, account))
      .orderBy(desc(t.recoveries.startedAt))
    const { guardians = [], threshold = 0, term = 0 } = council ?? {}
    return { guardians, threshold, term, recoveries: rows.map(viewOf) }
  },

  async putGuardianShares({ db, deployment, follower }, { account, body }) {
    await follower.sync()
    const { shares } = body
    const [council] = await db.select().from(t.councils).where(eq(t.councils.account, account))
    const next = (council?.term ?? 0) + 1
    if (!shares.every(({ context }) => context.account === account)) throw hreError('forbidden')
    if (!isWholeSet(shares, deployment)) throw hreError('bad-request', { field: 'shares' })
    // Another device named guardians meanwhile: its set is the one that counts.
    if (shares[0]!.context.term !== next) throw hreError('conflict', { term: next })
    await db.transaction(async (tx) => {
      const isOwn = eq(t.guardianShares.account, account)
      // The set in force, and this one: no more are kept.
      await tx.delete(t.guardianShares).where(and(isOwn, notInArray(t.guardianShares.term, [next - 1])))
      await tx.insert(t.guardianShares).values(
        shares.map((share) => ({
          account,
          guardian: share.set.holders[share.index - 1]!.account,
          term: next,
          share,
        })),
      )
    })
    return { kept: true }
  },

  async listGuardianShares({ db }, { account }) {
    const rows = await db.select().from(t.guardianShares).where(eq(t.guardianShares.guardian, account))
    return { shares: rows.map(({ share }) => share) }
  },

  async putRecoveryRequest(gateway, { body }) {
    const { db, follower } = gateway
    await follower.sync()
    const request = parsed(gateway, body.request)
    const { account } = request
    const [council] = await db.select().from(t.councils).where(eq(t.councils.account, account))
    // For accounts that have guardians alone: what strangers may store has an end.
    if (!council || council.guardians.length === 0) throw hreError('not-found')
    const hash = recoveryRequestHashOf(request)
    await assertRoom(db, account, hash)
    await db
      .insert(t.recoveryRequests)
      .values({ hash, prefix: hash.slice(0, prefixLength) as Hex, account, request, at: unixNow() })
      .onConflictDoNothing()
    return { request: hash }
  },

  async findRecoveryRequest({ db }, { params }) {
    const rows = await db
      .select()
      .from(t.recoveryRequests)
      .where(eq(t.recoveryRequests.prefix, params.prefix as Hex))
    return { requests: rows.map(({ request }) => request) }
  },

  async putRecoveryApproval(gateway, { account, body }) {
    const { db } = gateway
    await gateway.follower.sync()
    const { approval } = body
    const { request } = await requestOf(db, approval.request)
    const recovery = await recoveryRow(db, request)
    if (!recovery?.approvals.includes(account)) throw hreError('forbidden')
    await db
      .insert(t.recoveryApprovals)
      .values({ request: approval.request, guardian: account, approval })
      .onConflictDoUpdate({
        target: [t.recoveryApprovals.request, t.recoveryApprovals.guardian],
        set: { approval },
      })
    return { kept: true }
  },

  async getRecovery({ chain, db, deployment, follower }, { params }) {
    await follower.sync()
    const { request } = await requestOf(db, params.request)
    const recovery = await recoveryRow(db, request)
    const rows = await db
      .select()
      .from(t.recoveryApprovals)
      .where(eq(t.recoveryApprovals.request, params.request))
    const agreement = await chain
      .readContract({
        address: deployment.directory,
        abi: directoryAbi,
        functionName: 'hashSignerReplacement',
        args: [request.account, request.signer],
      })
      .catch((cause: unknown) => {
        throw hreError('chain-unavailable', {}, cause)
      })
    return {
      approvals: rows.map(({ approval }) => approval),
      recovery: recovery ? viewOf(recovery) : null,
      agreement,
    }
  },

  async executeRecovery({ db, deployment, keys, relay }, { params, body }) {
    const { account, signer, recipient } = (await requestOf(db, params.request)).request
    const call = executeRecoveryCall(deployment, { account, signer, recipient, ...body })
    // Anybody may execute it (D17); the new device cannot sign for the account before.
    const operation = await signCall(keys.identity, deployment, call)
    await relay.assertAcceptable([operation])
    const [id] = await relay.accept([operation])
    return { id: id! }
  },
}

type StoredRecovery = typeof t.recoveries.$inferSelect

const viewOf = ({ account: _account, attempt: _attempt, ...recovery }: StoredRecovery): RecoveryView =>
  recovery

/** One set, whole, of this exchange, each share at its place. */
function isWholeSet(
  shares: readonly GuardianShare[],
  { chainId, directory }: { chainId: number; directory: Address },
): boolean {
  const same = ({ context, set }: GuardianShare) => JSON.stringify({ context, set })
  const { context, set } = shares[0]!
  return (
    context.chainId === chainId &&
    context.directory === directory &&
    set.holders.length === shares.length &&
    shares.every((share, place) => share.index === place + 1 && same(share) === same(shares[0]!))
  )
}

function parsed({ deployment }: Gateway, value: unknown): RecoveryRequest {
  try {
    const request = parseRecoveryRequest(value)
    const { chainId, directory } = request
    if (chainId === deployment.chainId && directory === deployment.directory) return request
  } catch (error) {
    if (!isVaultError(error, 'message-refused')) throw error
  }
  throw hreError('bad-request', { field: 'request' })
}

/** Old requests that no guardian answered go; then there is room for a bounded number. */
async function assertRoom(db: Database, account: Address, hash: Hex): Promise<void> {
  const isOwn = eq(t.recoveryRequests.account, account)
  const answered = db.select({ request: t.recoveryApprovals.request }).from(t.recoveryApprovals)
  await db
    .delete(t.recoveryRequests)
    .where(
      and(
        isOwn,
        lt(t.recoveryRequests.at, unixNow() - limits.recoveryRequestSeconds),
        notInArray(t.recoveryRequests.hash, answered),
      ),
    )
  const [known] = await db
    .select({ rows: count() })
    .from(t.recoveryRequests)
    .where(and(isOwn, notInArray(t.recoveryRequests.hash, [hash])))
  if (known!.rows >= limits.recoveryRequestsMax) throw hreError('rate-limited', { retryAfterSeconds: 3600 })
}

async function requestOf(db: Database, hash: Hex): Promise<typeof t.recoveryRequests.$inferSelect> {
  const [row] = await db.select().from(t.recoveryRequests).where(eq(t.recoveryRequests.hash, hash))
  if (!row) throw hreError('not-found')
  return row
}

/** The present attempt, or else the last one. */
async function recoveryRow(db: Database, request: RecoveryRequest): Promise<StoredRecovery | undefined> {
  const [row] = await db
    .select()
    .from(t.recoveries)
    .where(
      and(eq(t.recoveries.account, request.account), inArray(t.recoveries.recovery, [recoveryOf(request)])),
    )
    .orderBy(desc(t.recoveries.attempt))
    .limit(1)
  return row
}
