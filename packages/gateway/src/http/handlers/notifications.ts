import { randomBytes } from 'node:crypto'
import { and, asc, count, eq, gt, inArray } from 'drizzle-orm'
import {
  hreError,
  limits,
  roles,
  type DeadLetterView,
  type notificationRoutes,
  type WebhookView,
} from '@hre/protocol'
import { bytesToHex, type Address, type Hex } from 'viem'
import type { Gateway } from '../../gateway.ts'
import { viewOf } from '../../notifications/outbox.ts'
import { spellSecret } from '../../notifications/webhooks.ts'
import { isPushKeys } from '../../notifications/webPush.ts'
import { accountView } from '../../store/directory.ts'
import * as t from '../../store/schema.ts'
import type { Handlers } from '../handler.ts'
import { cursorAfter, pageOf, placeIn } from '../paging.ts'

export const notificationHandlers: Handlers<keyof typeof notificationRoutes> = {
  async listNotifications({ outbox }, { account, query }) {
    const { after, limit } = query
    await outbox.assertKept(account, after)
    const rows = await outbox.after(account, after, limit + 1)
    return { notifications: rows.slice(0, limit).map(viewOf), more: rows.length > limit }
  },

  async streamNotifications({ streams }, { account, session, tokenExpiresAt, query, lastEventId, gone }) {
    // A browser that comes back by itself says it in the header.
    return streams.listen({ account, session, tokenExpiresAt }, lastEventId ?? query.after, gone)
  },

  async getPushKey({ webPush }) {
    return { publicKey: webPush.publicKey }
  },

  async putPushSubscription({ clock, db, outbound, outbox }, { account, session, body }) {
    const { endpoint, keys } = body
    outbound.assertAddress(endpoint)
    if (!isPushKeys(keys)) throw hreError('bad-request', { field: 'keys' })
    // What is there already, its device asks for; it is woken for what comes.
    const delivered = (await outbox.newest([account])).get(account) ?? 0
    const values = { endpoint, ...keys, delivered, failures: 0, nextAt: clock(), failingSince: null }
    await db
      .insert(t.pushSubscriptions)
      .values({ session, account, ...values })
      .onConflictDoUpdate({ target: t.pushSubscriptions.session, set: values })
    return { session }
  },

  async removePushSubscription({ db }, { session }) {
    const gone = await db
      .delete(t.pushSubscriptions)
      .where(eq(t.pushSubscriptions.session, session))
      .returning()
    if (gone.length === 0) throw hreError('not-found')
    return { session, removed: true as const }
  },

  async createWebhook(gateway, { account, body }) {
    const { clock, db, keys, outbound, outbox } = gateway
    const organisation = await ownerOf(gateway, account)
    const { url, kinds, after } = body
    outbound.assertAddress(url)
    const newest = (await outbox.newest([organisation])).get(organisation) ?? 0
    if (after !== undefined) await outbox.assertKept(organisation, after)
    const id = bytesToHex(randomBytes(32))
    const row = await db.transaction(async (tx) => {
      await tx.execute('lock table webhooks in share row exclusive mode')
      const [held] = await tx
        .select({ rows: count() })
        .from(t.webhooks)
        .where(eq(t.webhooks.account, organisation))
      if (held!.rows >= limits.webhooksMax) throw hreError('conflict', { webhooksMax: limits.webhooksMax })
      const [made] = await tx
        .insert(t.webhooks)
        .values({
          id,
          account: organisation,
          url,
          kinds: [...new Set(kinds)],
          createdAt: clock(),
          delivered: after ?? newest,
          nextAt: clock(),
        })
        .returning()
      return made!
    })
    outbox.wake()
    const secret = spellSecret(keys.webhookSecret(id))
    return { webhook: webhookView(row, 0), secret, account: organisation }
  },

  async listWebhooks(gateway, { account }) {
    const organisation = await ownerOf(gateway, account)
    const rows = await gateway.db
      .select()
      .from(t.webhooks)
      .where(eq(t.webhooks.account, organisation))
      .orderBy(asc(t.webhooks.createdAt), asc(t.webhooks.id))
    const dead = await gateway.db
      .select({ webhook: t.deadLetters.webhook, rows: count() })
      .from(t.deadLetters)
      .groupBy(t.deadLetters.webhook)
    const counts = new Map(dead.map((row) => [row.webhook, row.rows]))
    return { webhooks: rows.map((row) => webhookView(row, counts.get(row.id) ?? 0)) }
  },

  async removeWebhook(gateway, { account, params }) {
    const { id } = await ownWebhook(gateway, account, params.webhook)
    await gateway.db.transaction(async (tx) => {
      await tx.delete(t.deadLetters).where(eq(t.deadLetters.webhook, id))
      await tx.delete(t.webhooks).where(eq(t.webhooks.id, id))
    })
    return { id, removed: true as const }
  },

  async replayWebhook(gateway, { account, params, body }) {
    const { clock, db, outbox } = gateway
    const webhook = await ownWebhook(gateway, account, params.webhook)
    await outbox.assertKept(webhook.account, body.after)
    const [row] = await db
      .update(t.webhooks)
      .set({ delivered: body.after, failures: 0, nextAt: clock(), ended: false })
      .where(eq(t.webhooks.id, webhook.id))
      .returning()
    if (!row) throw hreError('not-found')
    outbox.wake()
    return webhookView(row, await deadLettersOf(gateway, row.id))
  },

  async listDeadLetters(gateway, { account, params, query }) {
    const webhook = await ownWebhook(gateway, account, params.webhook)
    const [after] = (placeIn('dead letters', query.cursor, 'number') ?? [0]) as [number]
    const rows = await gateway.db
      .select({ letter: t.deadLetters, notification: t.notifications })
      .from(t.deadLetters)
      .innerJoin(
        t.notifications,
        and(eq(t.notifications.account, webhook.account), eq(t.notifications.id, t.deadLetters.notification)),
      )
      .where(and(eq(t.deadLetters.webhook, webhook.id), gt(t.deadLetters.notification, after)))
      .orderBy(asc(t.deadLetters.notification))
      .limit(query.limit + 1)
    const page = pageOf(rows, query.limit, ({ letter }) => cursorAfter('dead letters', letter.notification))
    return { deadLetters: page.rows.map(letterView), next: page.next }
  },

  async redeliverDeadLetters(gateway, { account, params, body }) {
    const { clock, db, outbox } = gateway
    const webhook = await ownWebhook(gateway, account, params.webhook)
    const { notifications } = body
    const waiting = await db.transaction(async (tx) => {
      const letters = await tx
        .update(t.deadLetters)
        .set({ again: true })
        .where(
          and(
            eq(t.deadLetters.webhook, webhook.id),
            notifications && inArray(t.deadLetters.notification, notifications),
          ),
        )
        .returning({ notification: t.deadLetters.notification })
      // Whoever asks says that the receiver is back.
      await tx.update(t.webhooks).set({ nextAt: clock(), ended: false }).where(eq(t.webhooks.id, webhook.id))
      return letters.length
    })
    outbox.wake()
    return { waiting }
  },
}

/**
 * The organisation whose webhooks the caller may keep: itself, or the one that it administers.
 *
 * @throws HreError `forbidden`.
 */
async function ownerOf({ db, follower, keys }: Gateway, account: Address): Promise<Address> {
  await follower.sync()
  const own = keys.identity.account
  const { organisation, role } = await accountView(db, account)
  const isOurs = organisation === own && (account === own || role === roles.administrator)
  if (!isOurs) throw hreError('forbidden')
  return own
}

/** @throws HreError `forbidden`, `not-found`. */
async function ownWebhook(gateway: Gateway, account: Address, id: Hex) {
  const organisation = await ownerOf(gateway, account)
  const [row] = await gateway.db
    .select()
    .from(t.webhooks)
    .where(and(eq(t.webhooks.id, id), eq(t.webhooks.account, organisation)))
  if (!row) throw hreError('not-found')
  return row
}

async function deadLettersOf({ db }: Gateway, webhook: Hex): Promise<number> {
  const [row] = await db
    .select({ rows: count() })
    .from(t.deadLetters)
    .where(eq(t.deadLetters.webhook, webhook))
  return row!.rows
}

const webhookView = (
  { account: _account, ...row }: typeof t.webhooks.$inferSelect,
  deadLetters: number,
): WebhookView => ({ ...row, deadLetters })

const letterView = ({
  letter: { webhook: _webhook, notification: _id, ...letter },
  notification,
}: {
  letter: typeof t.deadLetters.$inferSelect
  notification: typeof t.notifications.$inferSelect
}): DeadLetterView => ({ ...letter, notification: viewOf(notification) })
