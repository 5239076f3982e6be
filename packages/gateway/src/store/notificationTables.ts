import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import type { NotificationKind, NotificationSubject } from '@hre/protocol'
import { address, hex } from './columns.ts'

const seconds = (name: string) => bigint(name, { mode: 'number' })
const id = (name: string) => bigint(name, { mode: 'number' })

// What accounts are told, and how far it was sent on. A rebuild leaves these alone: nothing is told twice.

/** How far each account's ids have come. Its row is locked while one is given out, so ids are committed in their order. */
export const notificationHeads = pgTable('notification_heads', {
  account: address('account').primaryKey(),
  last: id('last').notNull(),
  /** Ids up to this one are not kept any more. */
  forgotten: id('forgotten').notNull().default(0),
})

/** The outbox (T1). Ids and numbers alone. */
export const notifications = pgTable(
  'notifications',
  {
    account: address('account').notNull(),
    id: id('id').notNull(),
    kind: text('kind').$type<NotificationKind>().notNull(),
    about: jsonb('about').$type<NotificationSubject>().notNull(),
    /** When it happened; `toldAt`: when it was written down, which is what it is kept by. */
    at: seconds('at').notNull(),
    toldAt: seconds('told_at').notNull(),
    /** Of an event that may be read again: told once. */
    source: hex('source'),
  },
  (t) => [
    primaryKey({ columns: [t.account, t.id] }),
    uniqueIndex('notifications_source').on(t.account, t.source),
    index('notifications_told').on(t.toldAt),
  ],
)

/** Where a device is woken (RFC 8030); one for a session, and gone with it. */
export const pushSubscriptions = pgTable(
  'push_subscriptions',
  {
    session: hex('session').primaryKey(),
    account: address('account').notNull(),
    endpoint: text('endpoint').notNull(),
    /** The device's public key and secret (RFC 8291), base64url: with these one can seal to it and read nothing. */
    p256dh: text('p256dh').notNull(),
    auth: text('auth').notNull(),
    /** The device was woken for everything up to this id. */
    delivered: id('delivered').notNull(),
    failures: integer('failures').notNull().default(0),
    nextAt: seconds('next_at').notNull(),
    /** Since when every attempt failed. */
    failingSince: seconds('failing_since'),
  },
  (t) => [index('push_subscriptions_account').on(t.account)],
)

/** Systems of the organisation that are sent what it is told. Their secrets are derived by the key agent, and not here. */
export const webhooks = pgTable(
  'webhooks',
  {
    id: hex('id').primaryKey(),
    account: address('account').notNull(),
    url: text('url').notNull(),
    kinds: jsonb('kinds').$type<NotificationKind[]>().notNull(),
    createdAt: seconds('created_at').notNull(),
    delivered: id('delivered').notNull(),
    failures: integer('failures').notNull().default(0),
    lastStatus: integer('last_status'),
    nextAt: seconds('next_at').notNull(),
    ended: boolean('ended').notNull().default(false),
  },
  (t) => [index('webhooks_account').on(t.account, t.createdAt)],
)

/** Notifications that a webhook's receiver did not take in time. */
export const deadLetters = pgTable(
  'dead_letters',
  {
    webhook: hex('webhook').notNull(),
    notification: id('notification').notNull(),
    attempts: integer('attempts').notNull(),
    lastStatus: integer('last_status'),
    at: seconds('at').notNull(),
    /** Somebody asked for another attempt. */
    again: boolean('again').notNull().default(false),
  },
  (t) => [primaryKey({ columns: [t.webhook, t.notification] })],
)
