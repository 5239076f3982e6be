import { randomBytes } from 'node:crypto'
import { and, eq, inArray } from 'drizzle-orm'
import { isHreError, type Deployment, type SignedCountries } from '@hre/protocol'
import type { FastifyBaseLogger } from 'fastify'
import type { Address, Hex } from 'viem'
import { countriesOf, filedAs, keepCountries, permittedHolders } from '../access/countries.ts'
import type { SignatureChecker } from '../access/signatures.ts'
import type { BlobStore } from '../blobs/blobStore.ts'
import type { Clock } from '../clock.ts'
import { proofsOfHolding } from '../peers/holding.ts'
import type { Peers } from '../peers/peers.ts'
import { ranked } from '../peers/ranking.ts'
import type { Database } from '../store/database.ts'
import type { Leases } from '../store/leases.ts'
import * as t from '../store/schema.ts'
import { FileRounds } from './fileRounds.ts'
import type { Guests } from './guests.ts'
import {
  advanceReplicationRound,
  finishReplicationRound,
  openReplicationRound,
  replicationState,
  type Care,
  type ReplicationRound,
} from './replicationRounds.ts'

/** Where copies are on their way, it is looked after them sooner. */
const askedSeconds = 3_600
/** Who proved to hold a copy and is away for less than this is not replaced. */
const awaySeconds = 2 * 24 * 3_600
/** Copies wanted where the configuration does not say: three, if there are as many gateways. */
const copiesDefault = 3

export interface ReplicationOptions {
  db: Database
  deployment: Deployment
  organisation: Address
  blobs: BlobStore
  peers: Peers
  guests: Guests
  signatures: SignatureChecker
  leases: Leases
  /** Copies wanted, the gateway's own among them; undefined: by the number of gateways. */
  copies: number | undefined
  /** Countries to which copies go at most; undefined: all. */
  countries: readonly string[] | undefined
  bytesPerSecond: number
  hours: number
  clock: Clock
  log: FastifyBaseLogger
}

/**
 * Keeps as many copies of each sealed file of the organisation as its policy wants, at gateways where its patients let them be (P8): has those
 * that said that they hold one prove it, and asks others where there are too few. An erased record is nobody's to hold, and is
 * passed over. Where it is stands in SQL file by file, so a crash repeats one file.
 */
export class Replication {
  readonly #options: ReplicationOptions
  readonly #rounds: FileRounds

  constructor(options: ReplicationOptions) {
    this.#options = options
    this.#rounds = new FileRounds({ ...options, job: 'replication' })
  }

  start(): void {
    this.#rounds.start({
      isDue: () => this.#isDue(),
      run: () => this.run(),
      onInterrupted: (code) =>
        this.#options.log.warn({ code }, 'the count of copies was interrupted; it goes on later'),
    })
  }

  stop(): Promise<void> {
    return this.#rounds.stop()
  }

  async #isDue(): Promise<boolean> {
    const { db, clock } = this.#options
    const newest = await replicationState(db)
    if (this.#rounds.isDue(newest)) return true
    if (!newest?.finishedAt || clock() - newest.finishedAt < askedSeconds) return false
    return (await db.$count(t.copies, eq(t.copies.state, 'asked'))) > 0
  }

  /**
   * Goes on with the round under way, or begins one, up to its end. The caller holds the lease.
   *
   * @returns the round as it ended, or undefined when told to stop.
   */
  async run(): Promise<ReplicationRound | undefined> {
    const { db, leases, guests, clock } = this.#options
    await guests.reconsider()
    const round = await openReplicationRound(db, clock())
    if (!(await this.#rounds.walk(round.after, (content) => this.#look(round.id, content)))) return undefined
    return db.transaction(async (tx) => {
      await leases.assertHeld(tx, 'replication')
      return finishReplicationRound(tx, round.id, clock())
    })
  }

  async #look(round: number, content: Hex): Promise<number> {
    const { db, leases } = this.#options
    const { bytes, ...care } = await this.#care(content)
    await db.transaction(async (tx) => {
      await leases.assertHeld(tx, 'replication')
      await advanceReplicationRound(tx, round, content, care)
    })
    return bytes
  }

  /** Counts the copies of one file and asks for more. */
  async #care(content: Hex): Promise<Care & { bytes: number }> {
    const { db, organisation } = this.#options
    const permitted = await this.#permitted(content)
    const wanted = await this.#wanted()
    const known = await db.select().from(t.copies).where(eq(t.copies.content, content))
    await this.#dismiss(
      content,
      known.filter(({ holder }) => !permitted.includes(holder)).map(({ holder }) => holder),
    )
    const found = await this.#read(
      content,
      known.filter(({ holder }) => permitted.includes(holder)),
    )
    // What is not whole here is the integrity watch's to repair first.
    if (!found) return { proven: 0, offered: 0, isShort: wanted > 1, isConfined: false, bytes: 0 }
    const { bytes, healthy, onTheirWay, failed } = found
    const passedOver = new Set([organisation, ...healthy, ...onTheirWay, ...failed])
    let missing = wanted - 1 - healthy.length - onTheirWay.length
    let offered = 0
    for (const holder of ranked(content, permitted)) {
      if (missing <= 0) break
      // Permitted still: what was offered before may have been answered with a newer word of the patient.
      if (passedOver.has(holder) || !(await this.#permitted(content)).includes(holder)) continue
      if (!(await this.#offer(content, bytes, holder))) continue
      offered++
      missing--
    }
    const isShort = 1 + healthy.length < wanted
    return {
      bytes,
      proven: healthy.length,
      offered,
      isShort,
      isConfined: isShort && new Set([organisation, ...permitted]).size < wanted,
    }
  }

  /** Gateways that may have a copy, by the patients and by the organisation's own policy. */
  async #permitted(content: Hex): Promise<Address[]> {
    const { db, countries } = this.#options
    const permitted = await permittedHolders(db, content)
    if (!countries) return permitted
    const rows = await db.select().from(t.organisations)
    const inPolicy = rows.filter(({ country }) => countries.includes(country)).map(({ account }) => account)
    return permitted.filter((holder) => inPolicy.includes(holder))
  }

  async #wanted(): Promise<number> {
    const { copies, peers } = this.#options
    return copies ?? Math.min(copiesDefault, 1 + (await peers.others()).length)
  }

  /**
   * Reads the file once, and has each holder prove that it holds it, by a salt of its own.
   *
   * @returns undefined when the file is not whole here.
   */
  async #read(content: Hex, known: readonly (typeof t.copies.$inferSelect)[]) {
    const { blobs, clock, log, peers } = this.#options
    const asked = known.map((copy) => ({ ...copy, salt: `0x${randomBytes(32).toString('hex')}` as const }))
    const file = await blobs.get(content).catch((error: unknown) => {
      if (!isHreError(error, 'record-damaged')) throw error
      return undefined
    })
    if (!file) return undefined
    const expected = await proofsOfHolding(asked, file.stream)
    const healthy: Address[] = []
    const onTheirWay: Address[] = []
    const failed: Address[] = []
    for (const { holder, salt, state, at } of asked) {
      const answer = await peers.proof(holder, content, salt)
      const age = clock() - at
      if (answer === expected.get(holder)) {
        healthy.push(holder)
        await this.#note(content, holder, 'held')
      } else if (
        state === 'asked'
          ? answer === 'missing' && age < askedSeconds
          : answer === 'away' && age < awaySeconds
      )
        onTheirWay.push(holder)
      else {
        failed.push(holder)
        if (answer !== 'missing' && answer !== 'away') peers.distrust(holder)
        await this.#forget(content, [holder])
        log.warn({ holder, content }, 'another gateway does not have the copy that it took')
      }
    }
    return { bytes: file.bytes, healthy, onTheirWay, failed }
  }

  /** @returns whether it takes it. */
  async #offer(content: Hex, bytes: number, holder: Address): Promise<boolean> {
    const { peers, log } = this.#options
    // Before the holder comes to fetch it.
    await this.#note(content, holder, 'asked')
    const statements = await this.#statements(content)
    const answer = await peers.offer(holder, content, { bytes, statements })
    await this.#learn(answer?.newer ?? [])
    if (answer && answer.state !== 'refused') return true
    await this.#forget(content, [holder])
    if (answer) log.debug({ holder, content, refusal: answer.refusal }, 'a copy is not taken')
    return false
  }

  /** Those who may no longer hold one hear why, and drop it by themselves (P9). */
  async #dismiss(content: Hex, holders: readonly Address[]): Promise<void> {
    if (holders.length === 0) return
    const statements = await this.#statements(content)
    for (const holder of holders) {
      const newer = await this.#options.peers.carryCountries(holder, statements)
      // One that does not answer hears it in the next round.
      if (!newer) continue
      await this.#learn(newer)
      await this.#forget(content, [holder])
    }
  }

  async #statements(content: Hex): Promise<SignedCountries[]> {
    const { db } = this.#options
    const patients = new Set((await filedAs(db, content)).map(({ patient }) => patient))
    const said = await Promise.all([...patients].map((patient) => countriesOf(db, patient)))
    return said.filter((one) => one !== undefined)
  }

  /** What others know newer. A word that its patient did not sign is nobody's. */
  async #learn(newer: readonly SignedCountries[]): Promise<void> {
    for (const said of newer)
      await keepCountries(this.#options, said).catch((error: unknown) => {
        if (!isHreError(error)) throw error
      })
  }

  async #note(content: Hex, holder: Address, state: 'asked' | 'held'): Promise<void> {
    const at = this.#options.clock()
    await this.#options.db
      .insert(t.copies)
      .values({ content, holder, state, at })
      .onConflictDoUpdate({ target: [t.copies.content, t.copies.holder], set: { state, at } })
  }

  async #forget(content: Hex, holders: readonly Address[]): Promise<void> {
    await this.#options.db
      .delete(t.copies)
      .where(and(eq(t.copies.content, content), inArray(t.copies.holder, [...holders])))
  }
}
