import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { and, asc, count, eq, gt, lte, notInArray, or, sql, sum } from 'drizzle-orm'
import { isHreError, limits } from '@hre/protocol'
import type { FastifyBaseLogger } from 'fastify'
import type { Hex } from 'viem'
import type { Clock } from '../clock.ts'
import type { KeyAgent } from '../keys/keyAgent.ts'
import type { Sessions } from '../session/sessions.ts'
import type { Database } from '../store/database.ts'
import type { Leases } from '../store/leases.ts'
import * as t from '../store/schema.ts'
import type { Calendar } from './calendar.ts'
import type { Outbound, OutboundAnswer } from './outbound.ts'
import { viewOf, type Outbox } from './outbox.ts'
import type { WebPush } from './webPush.ts'
import { signMessage } from './webhooks.ts'

const pauseMilliseconds = 1_000
const gatherMilliseconds = 100
/** Receivers that are sent to side by side: a slow one holds up nobody else. */
const receiversMax = 16
/** Messages to one receiver before another one that waits has its turn. */
const messagesPerTurn = 100
const firstRetrySeconds = 5
const retrySecondsMax = 60 * 60

export const channels = ['push', 'webhook'] as const
export type Channel = (typeof channels)[number]
export const outcomes = ['delivered', 'failed', 'gone'] as const
export type Outcome = (typeof outcomes)[number]
type Webhook = typeof t.webhooks.$inferSelect
type Subscription = typeof t.pushSubscriptions.$inferSelect
type Stored = typeof t.notifications.$inferSelect

export interface DeliveriesOptions {
  db: Database
  outbox: Outbox
  outbound: Outbound
  webPush: WebPush
  calendar: Calendar
  keys: Pick<KeyAgent, 'webhookSecret'>
  leases: Leases
  sessions: Sessions
  clock: Clock
  log: FastifyBaseLogger
}

/**
 * Sends notifications on: to an organisation's webhooks in order (T6), and to devices that are to be woken (T5). One replica does it at a
 * time. How far each receiver is stands in SQL and is moved on after its answer, so whatever is killed in between is sent again under the
 * same id.
 */
export class Deliveries {
  readonly #options: DeliveriesOptions
  readonly #stop = new AbortController()
  readonly #underWay = new Map<Hex, Promise<void>>()
  #pause = new AbortController()
  #loop: Promise<void> | undefined
  #counter: (channel: Channel, outcome: Outcome) => void = () => {}

  constructor(options: DeliveriesOptions) {
    this.#options = options
    // Told a hundred times a second under load; an error that says so each time would be most of the price.
    options.outbox.onNews(() => this.#pause.signal.aborted || this.#pause.abort())
  }

  /** Told of each attempt, for metrics. */
  onAttempt(counter: (channel: Channel, outcome: Outcome) => void): void {
    this.#counter = counter
  }

  start(): void {
    const { signal } = this.#stop
    this.#loop = (async () => {
      while (!signal.aborted) {
        this.#pause = new AbortController()
        const either = AbortSignal.any([signal, this.#pause.signal])
        await sleep(pauseMilliseconds, undefined, { signal: either }).catch(() => {})
        // What is told in one go is sent in one turn.
        await sleep(gatherMilliseconds, undefined, { signal }).catch(() => {})
        if (!signal.aborted) await this.#attempt()
      }
    })()
  }

  /** What is being sent is answered or given up within seconds. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#loop
    await Promise.allSettled(this.#underWay.values())
    await this.#options.leases.release('notifications').catch(() => {})
  }

  /** Sends what is due, until nothing is. For whoever waits for that; the caller holds the lease. */
  async run(): Promise<void> {
    for (;;) {
      const started = await this.#begin()
      if (started === 0 && this.#underWay.size === 0) return
      await Promise.all(this.#underWay.values())
    }
  }

  async #attempt(): Promise<void> {
    const { leases, calendar, log } = this.#options
    try {
      if (!(await leases.claim('notifications'))) return
      await calendar.run()
      await this.#begin()
    } catch (error) {
      log.warn(
        { code: (error as { code?: string }).code },
        'notifications could not be sent on; it tries again',
      )
    }
  }

  /** Starts with every receiver that is due and is not being sent to. @returns how many. */
  async #begin(): Promise<number> {
    const room = receiversMax - this.#underWay.size
    if (room <= 0) return 0
    const webhooks = await this.#dueWebhooks(room)
    const subscriptions = await this.#dueSubscriptions(room - webhooks.length)
    for (const webhook of webhooks) this.#follow(webhook.id, this.#toWebhook(webhook))
    for (const row of subscriptions) this.#follow(row.session, this.#toDevice(row))
    return webhooks.length + subscriptions.length
  }

  #follow(receiver: Hex, sending: Promise<void>): void {
    const ended = sending
      .catch((error: unknown) => {
        if (!isHreError(error, 'lease-lost'))
          this.#options.log.warn({ err: error }, 'a receiver of notifications could not be served')
      })
      .finally(() => this.#underWay.delete(receiver))
    this.#underWay.set(receiver, ended)
  }

  async #dueWebhooks(room: number): Promise<Webhook[]> {
    const { id, account, delivered, nextAt, ended } = t.webhooks
    const isAgain = sql`exists (select 1 from ${t.deadLetters} where ${t.deadLetters.webhook} = ${id} and ${t.deadLetters.again})`
    return this.#options.db
      .select()
      .from(t.webhooks)
      .where(
        and(
          eq(ended, false),
          this.#isTime(nextAt),
          or(hasNews(account, delivered), isAgain),
          this.#isIdle(id),
        ),
      )
      .orderBy(asc(nextAt))
      .limit(room)
  }

  async #dueSubscriptions(room: number): Promise<Subscription[]> {
    if (room <= 0) return []
    const { session, account, delivered, nextAt } = t.pushSubscriptions
    return this.#options.db
      .select()
      .from(t.pushSubscriptions)
      .where(and(this.#isTime(nextAt), hasNews(account, delivered), this.#isIdle(session)))
      .orderBy(asc(nextAt))
      .limit(room)
  }

  /** Also when the clock was set back meanwhile: nobody waits for longer than a retry takes. */
  #isTime(nextAt: typeof t.webhooks.nextAt | typeof t.pushSubscriptions.nextAt) {
    const now = this.#options.clock()
    return or(lte(nextAt, now), gt(nextAt, now + limits.deliverySeconds))
  }

  #isIdle(receiver: typeof t.webhooks.id | typeof t.pushSubscriptions.session) {
    const busy = [...this.#underWay.keys()]
    return busy.length > 0 ? notInArray(receiver, busy) : undefined
  }

  /** Dead letters that were asked for first, then what is new, one after the other; the first failure ends the turn. */
  async #toWebhook(webhook: Webhook): Promise<void> {
    const { db, outbox } = this.#options
    const letters = await db
      .select({ notification: t.notifications })
      .from(t.deadLetters)
      .innerJoin(
        t.notifications,
        and(eq(t.notifications.account, webhook.account), eq(t.notifications.id, t.deadLetters.notification)),
      )
      .where(and(eq(t.deadLetters.webhook, webhook.id), eq(t.deadLetters.again, true)))
      .orderBy(asc(t.deadLetters.notification))
      .limit(messagesPerTurn)
    for (const { notification } of letters) {
      if (this.#stop.signal.aborted) return
      if (!(await this.#sendLetter(webhook, notification))) return
    }
    const newest = (await outbox.newest([webhook.account])).get(webhook.account) ?? 0
    const rows = await outbox.after(webhook.account, webhook.delivered, messagesPerTurn, webhook.kinds)
    for (const row of rows) {
      if (this.#stop.signal.aborted) return
      if (!(await this.#sendNext(webhook, row))) return
    }
    if (rows.length === messagesPerTurn) return
    // What is left up to there is of other kinds.
    if (newest > webhook.delivered) await this.#move(webhook, { delivered: newest })
  }

  async #sendNext(webhook: Webhook, row: Stored): Promise<boolean> {
    const answer = await this.#post(webhook, row)
    if (isTaken(answer))
      return this.#move(webhook, { delivered: row.id, failures: 0, lastStatus: answer!.status, nextAt: 0 })
    await this.#fail(webhook, answer)
    return false
  }

  async #sendLetter(webhook: Webhook, row: Stored): Promise<boolean> {
    const { clock, db, leases } = this.#options
    const answer = await this.#post(webhook, row)
    const isThis = and(eq(t.deadLetters.webhook, webhook.id), eq(t.deadLetters.notification, row.id))
    await db.transaction(async (tx) => {
      await leases.assertHeld(tx, 'notifications')
      if (isTaken(answer)) await tx.delete(t.deadLetters).where(isThis)
      else
        await tx
          .update(t.deadLetters)
          .set({
            again: false,
            attempts: sql`${t.deadLetters.attempts} + 1`,
            lastStatus: answer?.status ?? null,
            at: clock(),
          })
          .where(isThis)
    })
    return isTaken(answer)
  }

  async #post(webhook: Webhook, row: Stored): Promise<OutboundAnswer | undefined> {
    const { clock, keys, outbound } = this.#options
    const { account, url } = webhook
    const { headers, body } = signMessage(account, viewOf(row), keys.webhookSecret(webhook.id), clock())
    const answer = await outbound.post(url, headers, body).catch(() => undefined)
    this.#counter('webhook', isTaken(answer) ? 'delivered' : answer?.status === gone ? 'gone' : 'failed')
    return answer
  }

  /** The next attempt comes later and later; what is a day old by now is given up, and what comes after it is not kept waiting. */
  async #fail(webhook: Webhook, answer: OutboundAnswer | undefined): Promise<void> {
    const { clock, outbox } = this.#options
    const now = clock()
    const failures = webhook.failures + 1
    const lastStatus = answer?.status ?? null
    const overdue: number[] = []
    for (;;) {
      const after = overdue.at(-1) ?? webhook.delivered
      const rows = await outbox.after(webhook.account, after, messagesPerTurn, webhook.kinds)
      const old = rows.filter(({ toldAt }) => toldAt <= now - limits.deliverySeconds)
      overdue.push(...old.map(({ id }) => id))
      if (old.length < messagesPerTurn) break
    }
    await this.#move(
      webhook,
      {
        delivered: overdue.at(-1) ?? webhook.delivered,
        failures,
        lastStatus,
        nextAt: now + waitSeconds(answer, failures),
        ended: answer?.status === gone,
      },
      overdue.map((notification) => ({
        webhook: webhook.id,
        notification,
        attempts: failures,
        lastStatus,
        at: now,
      })),
    )
  }

  /**
   * How far a webhook is, unless somebody else does this work by now.
   *
   * @returns false when its owner moved or removed it meanwhile: nothing was written, and the next turn begins where it is.
   */
  async #move(
    webhook: Webhook,
    to: Partial<Webhook>,
    dead: (typeof t.deadLetters.$inferInsert)[] = [],
  ): Promise<boolean> {
    const { db, leases } = this.#options
    const moved = await db.transaction(async (tx) => {
      await leases.assertHeld(tx, 'notifications')
      const [row] = await tx
        .update(t.webhooks)
        .set(to)
        .where(and(eq(t.webhooks.id, webhook.id), eq(t.webhooks.delivered, webhook.delivered)))
        .returning()
      if (!row) return undefined
      for (let start = 0; start < dead.length; start += 1000)
        await tx
          .insert(t.deadLetters)
          .values(dead.slice(start, start + 1000))
          .onConflictDoNothing()
      return row
    })
    if (moved) Object.assign(webhook, moved)
    return moved !== undefined
  }

  async #toDevice(row: Subscription): Promise<void> {
    const { clock, db, leases, outbox, sessions, webPush } = this.#options
    const alive = (await sessions.endedAmong([row.session])).size === 0
    const newest = (await outbox.newest([row.account])).get(row.account) ?? row.delivered
    const answer = alive ? await webPush.wake(row).catch(() => undefined) : undefined
    const isGone = !alive || goneStatuses.includes(answer?.status ?? 0)
    if (alive) this.#counter('push', isGone ? 'gone' : isTaken(answer) ? 'delivered' : 'failed')
    const now = clock()
    const failingSince = row.failingSince ?? now
    const isThis = and(
      eq(t.pushSubscriptions.session, row.session),
      // Not one that the device made meanwhile.
      eq(t.pushSubscriptions.endpoint, row.endpoint),
    )
    await db.transaction(async (tx) => {
      await leases.assertHeld(tx, 'notifications')
      if (isGone || (!isTaken(answer) && failingSince <= now - limits.deliverySeconds))
        await tx.delete(t.pushSubscriptions).where(isThis)
      else
        await tx
          .update(t.pushSubscriptions)
          .set(
            isTaken(answer)
              ? { delivered: newest, failures: 0, nextAt: 0, failingSince: null }
              : {
                  failures: row.failures + 1,
                  nextAt: now + waitSeconds(answer, row.failures + 1),
                  failingSince,
                },
          )
          .where(isThis)
    })
  }
}

/** The receiver wants no more. */
const gone = 410
const goneStatuses: readonly number[] = [404, gone]

const isTaken = (answer: OutboundAnswer | undefined): boolean =>
  answer !== undefined && answer.status >= 200 && answer.status < 300

/** As long as the receiver says, within the day that it has. */
const waitSeconds = (answer: OutboundAnswer | undefined, failures: number): number =>
  Math.min(answer?.retryAfterSeconds ?? retrySeconds(failures), limits.deliverySeconds)

/** 5 s, then three times as long each time, an hour at most; a little apart, so that receivers do not come in a crowd. */
export function retrySeconds(failures: number): number {
  const seconds = Math.min(firstRetrySeconds * 3 ** (failures - 1), retrySecondsMax)
  return Math.ceil(seconds * (1 + randomInt(100) / 1000))
}

const hasNews = (
  account: typeof t.webhooks.account | typeof t.pushSubscriptions.account,
  delivered: typeof t.webhooks.delivered | typeof t.pushSubscriptions.delivered,
) =>
  sql`exists (select 1 from ${t.notificationHeads} where ${t.notificationHeads.account} = ${account} and ${t.notificationHeads.last} > ${delivered})`

/** How many notifications webhooks are behind, those of other kinds among them. */
export async function webhookBacklog(db: Database): Promise<number> {
  const [row] = await db
    .select({ behind: sum(sql`${t.notificationHeads.last} - ${t.webhooks.delivered}`) })
    .from(t.webhooks)
    .innerJoin(t.notificationHeads, eq(t.notificationHeads.account, t.webhooks.account))
    .where(eq(t.webhooks.ended, false))
  return Number(row?.behind ?? 0)
}

/** How many dead letters there are. */
export async function deadLetterCount(db: Database): Promise<number> {
  const [row] = await db.select({ rows: count() }).from(t.deadLetters)
  return row!.rows
}
