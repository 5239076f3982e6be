import { z } from 'zod'
import { addressSchema, bytes32Schema, secondsSchema } from '../hex.ts'
import { limits } from '../limits.ts'
import { notificationKinds, notificationSchema } from '../notification.ts'
import { nextSchema, pageQuery } from './page.ts'
import { route } from './route.ts'

/** What a query says is text; an empty one would count as 0. */
const idSchema = z.preprocess(
  (text) => (text === '' ? undefined : text),
  z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
)
/** 0: from the oldest that is kept. */
const afterSchema = idSchema.default(0)

const urlSchema = z.string().min(8).max(limits.callbackUrlCharactersMax)
const base64url = (charactersMax: number) =>
  z
    .string()
    .min(1)
    .max(charactersMax)
    .regex(/^[A-Za-z0-9_-]+=?=?$/)

export const webhookSchema = z.object({
  id: bytes32Schema,
  url: z.string(),
  /** Empty: all. */
  kinds: z.array(z.string()),
  createdAt: secondsSchema,
  /** Id of the last notification that was delivered, or given up. */
  delivered: z.int(),
  /** Attempts in a row that failed; 0 when all is well. */
  failures: z.int(),
  /** Status of the last answer; null: none came. */
  lastStatus: z.int().nullable(),
  /** Nothing is sent before; Unix seconds. */
  nextAt: secondsSchema,
  /** The receiver answered 410: nothing is sent any more. */
  ended: z.boolean(),
  deadLetters: z.int(),
})
export type WebhookView = z.infer<typeof webhookSchema>

export const deadLetterSchema = z.object({
  notification: notificationSchema,
  attempts: z.int(),
  lastStatus: z.int().nullable(),
  at: secondsSchema,
  /** It was asked to be sent again, and waits for that. */
  again: z.boolean(),
})
export type DeadLetterView = z.infer<typeof deadLetterSchema>

const webhookParams = z.object({ webhook: bytes32Schema })

/** What an account is told: asked for, streamed, pushed to its devices, or sent to its organisation's systems (spec/notifications.md). */
export const notificationRoutes = {
  listNotifications: route({
    method: 'GET',
    path: '/v1/notifications',
    auth: 'account',
    crossOrigin: true,
    summary: 'What the caller was told since an id, oldest first; ask again after the last one for more',
    query: z.object({ after: afterSchema, limit: pageQuery.limit }),
    response: z.object({
      notifications: z.array(notificationSchema),
      /** There are more: ask again after the last of these. */
      more: z.boolean(),
    }),
    errors: ['notifications-gone'],
  }),
  streamNotifications: route({
    method: 'GET',
    path: '/v1/notifications/stream',
    auth: 'account',
    crossOrigin: true,
    summary: `The same as server-sent events, and what comes; ends with its token. At most ${limits.streamsPerAccountMax} at a time`,
    query: z.object({ after: afterSchema }),
    response: 'events',
    errors: ['notifications-gone'],
  }),
  getPushKey: route({
    method: 'GET',
    path: '/v1/push-key',
    auth: 'none',
    summary: 'The gateway’s public key for web push (VAPID, RFC 8292)',
    response: z.object({ publicKey: z.string() }),
    errors: [],
  }),
  putPushSubscription: route({
    method: 'PUT',
    path: '/v1/push-subscription',
    auth: 'account',
    summary: 'Where the caller’s device is woken when there is something new; it ends with the session',
    body: z.object({
      endpoint: urlSchema,
      keys: z.object({ p256dh: base64url(100), auth: base64url(32) }),
    }),
    response: z.object({ session: bytes32Schema }),
    errors: ['address-refused'],
  }),
  removePushSubscription: route({
    method: 'DELETE',
    path: '/v1/push-subscription',
    auth: 'account',
    summary: 'Wake this device no more',
    response: z.object({ session: bytes32Schema, removed: z.literal(true) }),
    errors: ['not-found'],
  }),
  createWebhook: route({
    method: 'POST',
    path: '/v1/webhooks',
    auth: 'account',
    summary:
      'Send what the organisation is told to a system of its own; for the organisation and its administrators. The secret is shown once',
    body: z.object({
      url: urlSchema,
      kinds: z.array(z.enum(notificationKinds)).max(notificationKinds.length).default([]),
      /** Begin after this id; without it with what comes. */
      after: z.int().min(0).optional(),
    }),
    response: z.object({ webhook: webhookSchema, secret: z.string(), account: addressSchema }),
    status: 201,
    errors: ['forbidden', 'conflict', 'address-refused', 'notifications-gone'],
  }),
  listWebhooks: route({
    method: 'GET',
    path: '/v1/webhooks',
    auth: 'account',
    summary: `The organisation’s webhooks, oldest first; at most ${limits.webhooksMax}`,
    response: z.object({ webhooks: z.array(webhookSchema) }),
    errors: ['forbidden'],
  }),
  removeWebhook: route({
    method: 'DELETE',
    path: '/v1/webhooks/:webhook',
    auth: 'account',
    summary: 'Send nothing there any more; its dead letters go with it',
    params: webhookParams,
    response: z.object({ id: bytes32Schema, removed: z.literal(true) }),
    errors: ['forbidden', 'not-found'],
  }),
  replayWebhook: route({
    method: 'POST',
    path: '/v1/webhooks/:webhook/replay',
    auth: 'account',
    summary: 'Send everything after an id again, at once and in order; also goes on with one that had ended',
    params: webhookParams,
    body: z.object({ after: z.int().min(0) }),
    response: webhookSchema,
    errors: ['forbidden', 'not-found', 'notifications-gone'],
  }),
  listDeadLetters: route({
    method: 'GET',
    path: '/v1/webhooks/:webhook/dead-letters',
    auth: 'account',
    summary: 'What could not be delivered within 24 hours, oldest first',
    params: webhookParams,
    query: z.object(pageQuery),
    response: z.object({ deadLetters: z.array(deadLetterSchema), next: nextSchema }),
    errors: ['forbidden', 'not-found'],
  }),
  redeliverDeadLetters: route({
    method: 'POST',
    path: '/v1/webhooks/:webhook/dead-letters/redelivery',
    auth: 'account',
    summary: 'Send dead letters again, under their old ids: those named, or all',
    params: webhookParams,
    body: z.strictObject({
      notifications: z.array(z.int().min(1)).min(1).max(limits.pageRowsMax).optional(),
    }),
    response: z.object({ waiting: z.int() }),
    errors: ['forbidden', 'not-found'],
  }),
}
