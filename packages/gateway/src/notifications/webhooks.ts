import { createHmac } from 'node:crypto'
import type { Address } from 'viem'
import type { Notification } from '@hre/protocol'

/** What is posted to a webhook. */
export interface WebhookMessage {
  headers: Record<string, string>
  body: Buffer
}

/**
 * One notification as a signed message. Its id stays the same however often it is sent; its timestamp is that of the attempt.
 *
 * @param secret - 32 bytes, shown once to who made the webhook.
 * @param now - Unix seconds.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function signMessage(
  account: Address,
  notification: Notification,
  secret: Uint8Array,
  now: number,
): WebhookMessage {
  const { id, kind, at } = notification
  const messageId = `${account}_${id}`
  const content = { type: kind, timestamp: new Date(at * 1000).toISOString(), data: notification }
  const body = Buffer.from(JSON.stringify(content))
  const signature = createHmac('sha256', secret).update(`${messageId}.${now}.`).update(body).digest('base64')
  return {
    headers: {
      'content-type': 'application/json',
      'webhook-id': messageId,
      'webhook-timestamp': String(now),
      'webhook-signature': `v1,${signature}`,
    },
    body,
  }
}

/** A secret as receivers' libraries take it. */
export const spellSecret = (secret: Uint8Array): string => `whsec_${Buffer.from(secret).toString('base64')}`
