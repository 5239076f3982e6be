import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { and, asc, count, eq, lte, ne, sql, sum } from 'drizzle-orm'
import { isHreError } from '@hre/protocol'
import type { FastifyBaseLogger } from 'fastify'
import type { Address, Hex } from 'viem'
import { filedAs, mayHold } from '../access/countries.ts'
import type { BlobStore } from '../blobs/blobStore.ts'
import type { Clock } from '../clock.ts'
import type { Peers } from '../peers/peers.ts'
import type { Database } from '../store/database.ts'
import type { Leases } from '../store/leases.ts'
import * as t from '../store/schema.ts'

const pauseMilliseconds = 5_000
const filesPerLook = 50
/** A copy that could not be fetched is tried again after a minute, then after twice as long each time, and then forgotten. */
const retrySeconds = 60
const failuresMax = 10
/** Any number that nothing else locks on this database. */
const offersLock = 7_277_310

export type Guest = typeof t.guestCopies.$inferSelect

/**
 * Copies of other organisations' sealed files: fetched when they are asked for, dropped when they may no longer be here (P5, P9).
 * What is wanted stands in SQL, so that a crash forgets nothing.
 */
export class Guests {
  readonly #db: Database
  readonly #organisation: Address
  readonly #blobs: BlobStore
  readonly #peers: Peers
  readonly #leases: Leases
  readonly #bytesMax: number
  readonly #clock: Clock
  readonly #log: FastifyBaseLogger
  readonly #stop = new AbortController()
  #loop: Promise<void> | undefined

  constructor(options: {
    db: Database
    organisation: Address
    blobs: BlobStore
    peers: Peers
    leases: Leases
    bytesMax: number
    clock: Clock
    log: FastifyBaseLogger
  }) {
    this.#db = options.db
    this.#organisation = options.organisation
    this.#blobs = options.blobs
    this.#peers = options.peers
    this.#leases = options.leases
    this.#bytesMax = options.bytesMax
    this.#clock = options.clock
    this.#log = options.log
  }

  start(): void {
    const { signal } = this.#stop
    this.#loop = (async () => {
      while (!signal.aborted) {
        await sleep(pauseMilliseconds, undefined, { signal }).catch(() => {})
        if (signal.aborted) break
        await this.#attempt()
      }
    })()
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#loop
    await this.#leases.release('guests').catch(() => {})
  }

  async #attempt(): Promise<void> {
    try {
      if ((await this.#due()).length > 0 && (await this.#leases.claim('guests'))) await this.run()
    } catch (error) {
      const { code } = error as { code?: string }
      this.#log.warn({ code }, 'copies for other organisations were interrupted; they go on later')
    }
  }

  /** Files kept or wanted for others. */
  async state(): Promise<{ files: number; bytes: number; wanted: number }> {
    const rows = await this.#db
      .select({ state: t.guestCopies.state, files: count(), bytes: sum(t.guestCopies.bytes).mapWith(Number) })
      .from(t.guestCopies)
      .groupBy(t.guestCopies.state)
    const held = rows.find(({ state }) => state === 'held')
    const wanted = rows.find(({ state }) => state === 'wanted')
    return { files: held?.files ?? 0, bytes: held?.bytes ?? 0, wanted: wanted?.files ?? 0 }
  }

  /**
   * Takes an offer (P6), whose caller and file were looked at: the file is the caller's, and this gateway may hold it.
   *
   * @returns `full` where it would be more than this gateway gives to others.
   */
  async take(content: Hex, organisation: Address, bytes: number): Promise<'held' | 'taken' | 'full'> {
    const now = this.#clock()
    const isHere = await this.#isHere(content)
    const fresh = {
      organisation,
      bytes,
      state: isHere ? ('held' as const) : ('wanted' as const),
      offeredAt: now,
      failures: 0,
      nextAt: now,
    }
    return this.#db.transaction(async (tx) => {
      // Offers that come together are counted one after the other.
      await tx.execute(sql`select pg_advisory_xact_lock(${offersLock})`)
      const [others] = await tx
        .select({ bytes: sum(t.guestCopies.bytes).mapWith(Number) })
        .from(t.guestCopies)
        .where(ne(t.guestCopies.content, content))
      if ((others?.bytes ?? 0) + bytes > this.#bytesMax) return 'full' as const
      await tx
        .insert(t.guestCopies)
        .values({ content, ...fresh })
        .onConflictDoUpdate({ target: t.guestCopies.content, set: fresh })
      return isHere ? ('held' as const) : ('taken' as const)
    })
  }

  /** Fetches what is wanted and due. The caller holds the lease. @returns how many files came. */
  async run(): Promise<number> {
    let fetched = 0
    for (const guest of await this.#due()) {
      if (this.#stop.signal.aborted || !(await this.#leases.claim('guests'))) break
      if (await this.#fetch(guest)) fetched++
    }
    return fetched
  }

  /** Drops what may no longer be here: of one patient, or of all. @returns how many files went. */
  async reconsider(patient?: Address): Promise<number> {
    const rows = patient
      ? await this.#db
          .selectDistinct({ content: t.guestCopies.content })
          .from(t.guestCopies)
          .innerJoin(t.leaves, eq(t.leaves.content, t.guestCopies.content))
          .where(eq(t.leaves.patient, patient))
      : await this.#db.select({ content: t.guestCopies.content }).from(t.guestCopies)
    let dropped = 0
    for (const { content } of rows)
      if ((await this.#rightTo(content)) === 'forbidden') {
        await this.#drop(content)
        dropped++
      }
    return dropped
  }

  async #due(): Promise<Guest[]> {
    return this.#db
      .select()
      .from(t.guestCopies)
      .where(and(eq(t.guestCopies.state, 'wanted'), lte(t.guestCopies.nextAt, this.#clock())))
      .orderBy(asc(t.guestCopies.nextAt))
      .limit(filesPerLook)
  }

  async #fetch({ content, organisation, bytes, failures }: Guest): Promise<boolean> {
    const right = await this.#rightTo(content)
    if (right === 'forbidden') await this.#drop(content)
    if (right !== 'permitted') return false
    const file = await this.#peers.blob(content, [organisation])
    if (file?.length !== bytes) {
      await this.#postpone(content, failures + 1)
      return false
    }
    await this.#blobs.put(content, Readable.from([file]), bytes)
    await this.#db
      .update(t.guestCopies)
      .set({ state: 'held', failures: 0 })
      .where(eq(t.guestCopies.content, content))
    // It may have been erased, or forbidden, while it came.
    if ((await this.#rightTo(content)) !== 'forbidden') return true
    await this.#drop(content)
    return false
  }

  async #postpone(content: Hex, failures: number): Promise<void> {
    const row = eq(t.guestCopies.content, content)
    if (failures >= failuresMax) await this.#db.delete(t.guestCopies).where(row)
    else
      await this.#db
        .update(t.guestCopies)
        .set({ failures, nextAt: this.#clock() + retrySeconds * 2 ** failures })
        .where(row)
  }

  /** `unknown` while the batch is not indexed, as after a rebuild: then nothing is fetched, and nothing dropped. */
  async #rightTo(content: Hex): Promise<'permitted' | 'forbidden' | 'unknown'> {
    if (await mayHold(this.#db, content, this.#organisation)) return 'permitted'
    const [leaf] = await this.#db.select().from(t.leaves).where(eq(t.leaves.content, content)).limit(1)
    return leaf ? 'forbidden' : 'unknown'
  }

  /** The organisation's own file of the same bytes stays. */
  async #drop(content: Hex): Promise<void> {
    const filed = await filedAs(this.#db, content)
    if (!filed.some(({ keeper }) => keeper === this.#organisation)) await this.#blobs.delete(content)
    await this.#db.delete(t.guestCopies).where(eq(t.guestCopies.content, content))
  }

  async #isHere(content: Hex): Promise<boolean> {
    try {
      const found = await this.#blobs.get(content)
      found?.stream.destroy()
      return found !== undefined
    } catch (error) {
      // Fetched anew.
      if (isHreError(error, 'record-damaged')) return false
      throw error
    }
  }
}
