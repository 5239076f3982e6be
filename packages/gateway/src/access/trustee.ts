import { setTimeout as sleep } from 'node:timers/promises'
import { and, eq } from 'drizzle-orm'
import {
  declaringRoles,
  fromProblem,
  hashOperation,
  hreError,
  markReleaseCall,
  roles,
  type Deployment,
  type RouteOutput,
  type Routes,
} from '@hre/protocol'
import {
  emergencySharesHashOf,
  isVaultError,
  openEmergencyShare,
  releaseShare,
  signCall,
  type EmergencySeen,
  type EmergencyShare,
} from '@hre/vault'
import type { FastifyBaseLogger } from 'fastify'
import { hexToBytes, type Hex } from 'viem'
import type { Follower } from '../follower/follower.ts'
import type { KeyAgent } from '../keys/keyAgent.ts'
import type { Peers } from '../peers/peers.ts'
import type { Relay } from '../relay/relay.ts'
import { accountView } from '../store/directory.ts'
import type { Database } from '../store/database.ts'
import * as t from '../store/schema.ts'
import type { StoredEmergency, StoredTrusteeSet } from './emergencies.ts'

/** A mark is on chain within a block or two; a clinician in a hurry is not kept waiting for longer. */
const markMilliseconds = 20_000
const pollMilliseconds = 50
/** A share that no gateway had, or that was bad, is asked for again after this long. */
const collectAgainMilliseconds = 60_000

type StoredRelease = typeof t.releasedShares.$inferSelect
type Set = Omit<StoredTrusteeSet, 'patient'>
type Answer = RouteOutput<Routes['releaseShares']>

/**
 * This organisation as a trustee (S5 to S8): it keeps its shares of other people's compartments, and releases one only on
 * what its own follower read from the chain.
 */
export class Trustee {
  readonly #db: Database
  readonly #deployment: Deployment
  readonly #follower: Follower
  readonly #keys: KeyAgent
  readonly #peers: Peers
  readonly #relay: Relay
  readonly #log: FastifyBaseLogger
  readonly #finalityBlocks: number
  /** When a share that is missing may be asked for again. */
  readonly #notBefore = new Map<Hex, number>()

  constructor(options: {
    db: Database
    deployment: Deployment
    follower: Follower
    keys: KeyAgent
    peers: Peers
    relay: Relay
    log: FastifyBaseLogger
    finalityBlocks: number
  }) {
    this.#db = options.db
    this.#deployment = options.deployment
    this.#follower = options.follower
    this.#keys = options.keys
    this.#peers = options.peers
    this.#relay = options.relay
    this.#log = options.log
    this.#finalityBlocks = options.finalityBlocks
  }

  /**
   * Looks at this organisation's share on the day it comes (S4), where it has one among these.
   *
   * @throws HreError `bad-request`.
   */
  async assertGood(shares: readonly EmergencyShare[], sharesHash: Hex): Promise<void> {
    const own = this.#ownOf(shares)
    if (own && !(await this.#isGood(own, sharesHash))) throw hreError('bad-request', { field: 'shares' })
  }

  /** This organisation's share of a set that is on chain: from here, or from whichever gateway has it; then it is kept. */
  async shareOf({ sharesHash, trustees }: Set): Promise<EmergencyShare | undefined> {
    if (!trustees.includes(this.#keys.identity.account)) return undefined
    const [row] = await this.#db
      .select()
      .from(t.emergencyShares)
      .where(eq(t.emergencyShares.sharesHash, sharesHash))
    const here = row && this.#ownOf(row.shares)
    if (here) return here
    if (Date.now() < (this.#notBefore.get(sharesHash) ?? 0)) return undefined
    const share = await this.#peers.emergencyShare(sharesHash, (given) => this.#isGood(given, sharesHash))
    if (!share) {
      this.#notBefore.set(sharesHash, Date.now() + collectAgainMilliseconds)
      this.#log.warn({ sharesHash }, 'a share that this organisation should hold is missing or bad')
      return undefined
    }
    this.#notBefore.delete(sharesHash)
    const { patient, compartment } = share.context
    await this.#db
      .insert(t.emergencyShares)
      .values({ sharesHash, patient, compartment, shares: [share] })
      .onConflictDoNothing()
    return share
  }

  /** Fetches the shares of every set that names this organisation, so that they are here when they are needed. */
  async collect(): Promise<void> {
    const sets = await this.#db.select().from(t.trusteeSets)
    for (const set of sets) await this.shareOf(set)
  }

  /**
   * Releases what this organisation holds of the declarer's patient, or says why not, compartment by compartment (S7, S8).
   * Asked again it gives the same bytes: their hash is on chain.
   *
   * @throws HreError `operation-timeout` when the chain does not take the mark in time.
   */
  async release(declared: StoredEmergency): Promise<Answer> {
    const answer: Answer = { releases: [], refused: [] }
    const sets = await this.#db
      .select()
      .from(t.trusteeSets)
      .where(eq(t.trusteeSets.patient, declared.patient))
    for (const set of sets) {
      const share = await this.shareOf(set)
      if (!share) continue
      const { compartment } = set
      try {
        answer.releases.push(await this.#releaseOne(declared, set, share))
      } catch (error) {
        if (!isVaultError(error, 'emergency-release-refused')) throw error
        answer.refused.push({ compartment, reason: error.data.reason })
      }
    }
    return answer
  }

  async #releaseOne(declared: StoredEmergency, set: StoredTrusteeSet, share: EmergencyShare) {
    const { declaration, member } = declared
    const { compartment, series } = set
    const { recipient } = await accountView(this.#db, member)
    if (!recipient) throw hreError('not-found')
    const made = await releaseShare({
      share,
      trusteeSeed: this.#keys.keyring.recipientSeed,
      declaration: BigInt(declaration),
      clinicianRecipient: hexToBytes(recipient),
      seen: await this.#seen(declared, set),
      now: Math.max(Math.floor(Date.now() / 1000), this.#follower.cursor.blockTime),
    })
    const { row, mark } = await this.#keepFirst({ declaration, compartment, series, ...made })
    await this.#marked(row, mark)
    return row.release
  }

  /** The first release of a share is the one that counts, and its mark goes out with it. */
  async #keepFirst(made: StoredRelease): Promise<{ row: StoredRelease; mark: Hex | undefined }> {
    const { declaration, compartment, series, releaseHash } = made
    const call = markReleaseCall(this.#deployment, BigInt(declaration), compartment, releaseHash)
    const mark = await signCall(this.#keys.identity, this.#deployment, call)
    const [first] = await this.#db.transaction(async (tx) => {
      const kept = await tx.insert(t.releasedShares).values(made).onConflictDoNothing().returning()
      if (kept.length > 0) await this.#relay.enqueue(tx, [mark])
      return kept
    })
    this.#relay.wake()
    if (first) return { row: first, mark: hashOperation(this.#deployment, mark.operation) }
    const [earlier] = await this.#db
      .select()
      .from(t.releasedShares)
      .where(
        and(
          eq(t.releasedShares.declaration, declaration),
          eq(t.releasedShares.compartment, compartment),
          eq(t.releasedShares.series, series),
        ),
      )
    return { row: earlier!, mark: undefined }
  }

  /**
   * Nothing leaves before everybody can see on chain that it does.
   *
   * @throws HreError `operation-timeout`, and whatever the chain said to the mark.
   */
  async #marked({ declaration, compartment, releaseHash }: StoredRelease, mark?: Hex): Promise<void> {
    const deadline = Date.now() + markMilliseconds
    for (;;) {
      await this.#follower.sync()
      const [row] = await this.#db
        .select()
        .from(t.shareReleases)
        .where(
          and(
            eq(t.shareReleases.declaration, declaration),
            eq(t.shareReleases.compartment, compartment),
            eq(t.shareReleases.shareHash, releaseHash),
          ),
        )
      if (row) return
      const problem = mark && (await this.#relay.statusOf(mark))?.problem
      if (problem) throw fromProblem(problem)
      if (Date.now() > deadline) throw hreError('operation-timeout', { declaration, compartment })
      await sleep(pollMilliseconds)
    }
  }

  /** What this gateway's own follower read; nothing of it comes from whoever asks. */
  async #seen(declared: StoredEmergency, set: StoredTrusteeSet): Promise<EmergencySeen> {
    const { declaration: id, patient, member: clinician, block, declaredAt, until } = declared
    const [compartment] = await this.#db
      .select()
      .from(t.compartments)
      .where(and(eq(t.compartments.patient, patient), eq(t.compartments.compartment, set.compartment)))
    return {
      finalBlock: this.#follower.cursor.block - this.#finalityBlocks,
      declaration: {
        id: BigInt(id),
        patient,
        clinician,
        block,
        declaredAt,
        until,
        isClosed: declared.closed,
      },
      clinician: {
        isMember: declaringRoles.some((role) => roles[role] === declared.role),
        licensedUntil: declared.licensedUntil,
      },
      compartment: {
        // Trustees of an epoch that is over are void (B2): the share's own epoch is compared with the present one.
        isMarked: set.epoch === compartment?.epoch,
        epoch: compartment?.epoch ?? 0,
        sharesHash: set.sharesHash,
      },
    }
  }

  #ownOf(shares: readonly EmergencyShare[]): EmergencyShare | undefined {
    const { account } = this.#keys.identity
    return shares.find(({ set, index }) => set.holders[index - 1]?.account === account)
  }

  async #isGood(share: EmergencyShare, sharesHash: Hex): Promise<boolean> {
    try {
      if (!this.#ownOf([share]) || emergencySharesHashOf(share) !== sharesHash) return false
      const opened = await openEmergencyShare(share, this.#keys.keyring.recipientSeed, sharesHash)
      opened.fill(0)
      return true
    } catch (error) {
      if (isVaultError(error)) return false
      throw error
    }
  }
}
