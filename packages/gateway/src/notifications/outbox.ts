import { and, asc, count, eq, gt, inArray, lt, max, sql } from 'drizzle-orm'
import { hreError, type Notification, type NotificationKind, type NotificationSubject } from '@hre/protocol'
import type { Address, Hex } from 'viem'
import type { Clock } from '../clock.ts'
import type { Database } from '../store/database.ts'
import { selectOfMany } from '../store/manyRows.ts'
import * as t from '../store/schema.ts'

const daySeconds = 24 * 60 * 60
/** Rows a statement inserts at most: PostgreSQL takes 65,535 parameters. */
const rowsPerInsert = 1000

const countMilliseconds = 5 * 60 * 1000
/** More than any account is told between a backup and its restore. */
const idsSkippedByRestore = 1_000_000

/** Something that an account is to be told. */
export interface Notice {
  account: Address
  kind: NotificationKind
  about: NotificationSubject
  /** When it happened, Unix seconds. */
  at: number
  /** Names what may be seen again (an event of the chain, a day in a calendar), so that it is told once. */
  source?: Hex
}

/**
 * What accounts are told (T1): written in the transaction of what it tells of, so that one is never there without the other, and
 * numbered for each account in the order of those transactions, so that whoever has read up to an id has missed nothing.
 */
export class Outbox {
  readonly #db: Database
  readonly #clock: Clock
  readonly #keepSeconds: number
  readonly #listeners = new Set<() => void>()
  #count = 0
  #countedAt = -Infinity

  constructor(options: { db: Database; clock: Clock; days: number }) {
    this.#db = options.db
    this.#clock = options.clock
    this.#keepSeconds = options.days * daySeconds
  }

  /** Is something that happened then too old to be told? What is read anew years later is nobody's news. */
  isOver(at: number): boolean {
    return at < this.#clock() - this.#keepSeconds
  }

  /**
   * Writes notices into the caller's transaction; call `wake` once that is committed.
   *
   * Accounts are taken in the order of their ids, whichever transaction takes them: two never wait for one another in a circle.
   */
  async tell(tx: Database, notices: readonly Notice[]): Promise<void> {
    const wanted = notices.filter(({ at }) => !this.isOver(at))
    if (wanted.length === 0) return
    const byAccount = new Map([...Map.groupBy(wanted, ({ account }) => account)].sort(byKey))
    // What has a source may turn out to be told already, so that its id is given out after a look.
    const isNew = wanted.every(({ source }) => source === undefined)
    const heads = await lockHeads(
      tx,
      [...byAccount].map(([account, own]) => ({ account, last: isNew ? own.length : 0 })),
    )
    const told = isNew ? new Set<string>() : await toldSources(tx, wanted)
    const toldAt = this.#clock()
    const rows: (typeof t.notifications.$inferSelect)[] = []
    for (const [account, own] of byAccount) {
      let id = heads.get(account)! - (isNew ? own.length : 0)
      for (const { kind, about, at, source } of own) {
        if (source && told.has(`${account}|${source}`)) continue
        told.add(`${account}|${source}`)
        rows.push({ account, id: ++id, kind, about, at, toldAt, source: source ?? null })
      }
      if (id > heads.get(account)!)
        await tx.update(t.notificationHeads).set({ last: id }).where(eq(t.notificationHeads.account, account))
    }
    if (rows.length > 0) await tx.insert(t.notifications).select(selectOfMany(t.notifications, rows))
  }

  /** After a commit: whoever waits for news in this process looks now. Other processes look every second. */
  wake(): void {
    for (const listener of this.#listeners) listener()
  }

  /** @returns how to end it. */
  onNews(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** What an account was told after an id, oldest first. */
  async after(account: Address, id: number, limit: number, kinds: readonly NotificationKind[] = []) {
    const rows = await this.#db
      .select()
      .from(t.notifications)
      .where(
        and(
          eq(t.notifications.account, account),
          gt(t.notifications.id, id),
          kinds.length > 0 ? inArray(t.notifications.kind, [...kinds]) : undefined,
        ),
      )
      .orderBy(asc(t.notifications.id))
      .limit(limit)
    return rows
  }

  /** Id of each account's newest; accounts that were never told anything are missing. */
  async newest(accounts: readonly Address[]): Promise<Map<Address, number>> {
    if (accounts.length === 0) return new Map()
    const rows = await this.#db
      .select()
      .from(t.notificationHeads)
      .where(inArray(t.notificationHeads.account, [...accounts]))
    return new Map(rows.map(({ account, last }) => [account, last]))
  }

  /**
   * Is everything after this id there? 0 stands for all that is kept.
   *
   * @throws HreError `notifications-gone`, naming the oldest id that works and the newest.
   */
  async assertKept(account: Address, id: number): Promise<void> {
    const [head] = await this.#db
      .select()
      .from(t.notificationHeads)
      .where(eq(t.notificationHeads.account, account))
    const { last = 0, forgotten = 0 } = head ?? {}
    if (id !== 0 && (id < forgotten || id > last))
      throw hreError('notifications-gone', { oldest: forgotten, newest: last })
  }

  /** After a restore: ids that were given out since the backup are not given out again for something else. */
  async skipAhead(): Promise<void> {
    await this.#db
      .update(t.notificationHeads)
      .set({ last: sql`${t.notificationHeads.last} + ${idsSkippedByRestore}` })
  }

  /** Deletes what has been kept for long enough. @returns how many notifications. */
  async forget(): Promise<number> {
    return this.#db.transaction(async (tx) => {
      const isOld = lt(t.notifications.toldAt, this.#clock() - this.#keepSeconds)
      const ends = await tx
        .select({ account: t.notifications.account, id: max(t.notifications.id) })
        .from(t.notifications)
        .where(isOld)
        .groupBy(t.notifications.account)
        .orderBy(asc(t.notifications.account))
      for (const { account, id } of ends)
        await tx
          .update(t.notificationHeads)
          .set({ forgotten: sql`greatest(${t.notificationHeads.forgotten}, ${id})` })
          .where(eq(t.notificationHeads.account, account))
      const gone = await tx.delete(t.notifications).where(isOld).returning({ id: t.notifications.id })
      await tx.execute(sql`
        delete from dead_letters using webhooks, notification_heads
        where dead_letters.webhook = webhooks.id and webhooks.account = notification_heads.account
          and dead_letters.notification <= notification_heads.forgotten`)
      return gone.length
    })
  }

  /** How many are kept; counted anew every few minutes, because there may be very many. */
  async size(): Promise<number> {
    if (performance.now() - this.#countedAt < countMilliseconds) return this.#count
    const [row] = await this.#db.select({ rows: count() }).from(t.notifications)
    this.#count = row!.rows
    this.#countedAt = performance.now()
    return this.#count
  }
}

/** As callers see a stored notification. */
export const viewOf = ({
  id,
  at,
  kind,
  about,
  source,
}: typeof t.notifications.$inferSelect): Notification => ({
  id,
  at,
  kind,
  about,
  source,
})

/**
 * Moves each account's head on by so many ids: nobody else gives out any of theirs until the transaction ends.
 *
 * @param steps - in the order of their accounts.
 * @returns where the heads are now.
 */
async function lockHeads(
  tx: Database,
  steps: readonly { account: Address; last: number }[],
): Promise<Map<Address, number>> {
  const heads = new Map<Address, number>()
  for (let start = 0; start < steps.length; start += rowsPerInsert) {
    const rows = await tx
      .insert(t.notificationHeads)
      .values(steps.slice(start, start + rowsPerInsert))
      .onConflictDoUpdate({
        target: t.notificationHeads.account,
        set: { last: sql`${t.notificationHeads.last} + excluded.last` },
      })
      .returning()
    for (const { account, last } of rows) heads.set(account, last)
  }
  return heads
}

const byKey = ([one]: [string, unknown], [other]: [string, unknown]): number => (one < other ? -1 : 1)

/** Which of these were told before, as `account|source`. */
async function toldSources(tx: Database, notices: readonly Notice[]): Promise<Set<string>> {
  const told = new Set<string>()
  const sources = [...new Set(notices.flatMap(({ source }) => source ?? []))]
  const accounts = [...new Set(notices.flatMap(({ account, source }) => (source ? account : [])))]
  for (let start = 0; start < sources.length; start += rowsPerInsert) {
    const rows = await tx
      .select({ account: t.notifications.account, source: t.notifications.source })
      .from(t.notifications)
      .where(
        and(
          inArray(t.notifications.account, accounts),
          inArray(t.notifications.source, sources.slice(start, start + rowsPerInsert)),
        ),
      )
    for (const { account, source } of rows) told.add(`${account}|${source}`)
  }
  return told
}
