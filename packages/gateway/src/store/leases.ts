import { randomUUID } from 'node:crypto'
import { and, eq, sql } from 'drizzle-orm'
import { hreError } from '@hre/protocol'
import type { Database } from './database.ts'
import * as t from './schema.ts'

/** Work that only one replica on a database does at a time. */
export type Job = 'relay' | 'integrity' | 'replication' | 'guests' | 'notifications'

/**
 * One replica's claims on work. A claim is for a few seconds of the database's clock and is renewed by asking again. It
 * only keeps replicas from doing the same work; what must not happen twice is written under `assertHeld`.
 */
export class Leases {
  readonly #db: Database
  readonly #seconds: number
  readonly #holder = randomUUID()
  /** When each claim was last confirmed, of the process's own clock, which nobody sets. */
  readonly #claimedAt = new Map<Job, number>()

  /** @param seconds - how long a claim holds: a replica that dies is stood in for after this. */
  constructor(db: Database, seconds: number) {
    this.#db = db
    this.#seconds = seconds
  }

  /** Claims the job, or renews the claim. @returns whether this replica has it now. */
  async claim(name: Job): Promise<boolean> {
    const sinceMilliseconds = performance.now() - (this.#claimedAt.get(name) ?? -Infinity)
    if (sinceMilliseconds < (this.#seconds * 1000) / 3) return true
    this.#claimedAt.delete(name)
    const askedAt = performance.now()
    const claim = {
      holder: this.#holder,
      until: sql`clock_timestamp() + make_interval(secs => ${this.#seconds})`,
    }
    const taken = await this.#db
      .insert(t.leases)
      .values({ name, ...claim })
      .onConflictDoUpdate({
        target: t.leases.name,
        set: claim,
        setWhere: sql`${t.leases.holder} = ${this.#holder} or ${t.leases.until} < clock_timestamp()`,
      })
      .returning({ name: t.leases.name })
    if (taken.length > 0) this.#claimedAt.set(name, askedAt)
    return taken.length > 0
  }

  /**
   * Inside a transaction: nobody else can take the job until it ends. So a replica that slept through its claim writes nothing.
   *
   * @throws HreError `lease-lost`: nothing was written; somebody else is at it.
   */
  async assertHeld(tx: Database, name: Job): Promise<void> {
    const [held] = await tx
      .select({ name: t.leases.name })
      .from(t.leases)
      .where(and(eq(t.leases.name, name), eq(t.leases.holder, this.#holder)))
      .for('update')
    if (held) return
    this.#claimedAt.delete(name)
    throw hreError('lease-lost', { job: name })
  }

  /** On a graceful stop, so that another replica goes on at once. */
  async release(name: Job): Promise<void> {
    this.#claimedAt.delete(name)
    await this.#db.delete(t.leases).where(and(eq(t.leases.name, name), eq(t.leases.holder, this.#holder)))
  }
}
