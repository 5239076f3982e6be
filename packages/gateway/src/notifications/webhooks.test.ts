import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { retrySeconds } from './deliveries.ts'
import { signMessage, spellSecret } from './webhooks.ts'

const account = `0x${'ab'.repeat(20)}` as const
const notification = { id: 17, at: 1_700_000_000, kind: 'grant-made', about: {}, source: null }

test('[T6] a message is signed as Standard Webhooks has it: id, timestamp and body, with the secret as it is shown', () => {
  const secret = Buffer.alloc(32, 7)
  const { headers, body } = signMessage(account, notification, secret, 1_700_000_100)
  // A receiver of its own, from the text of the standard.
  const shown = spellSecret(secret)
  assert.match(shown, /^whsec_/)
  const key = Buffer.from(shown.slice('whsec_'.length), 'base64')
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body.toString()}`
  const expected = createHmac('sha256', key).update(signed).digest('base64')
  assert.equal(headers['webhook-signature'], `v1,${expected}`)
  assert.equal(headers['webhook-id'], `${account}_17`)
  assert.deepEqual(JSON.parse(body.toString()), {
    type: 'grant-made',
    timestamp: '2023-11-14T22:13:20.000Z',
    data: notification,
  })
})

test('[T6] attack: another body, another time, another id: none has the signature', () => {
  const secret = Buffer.alloc(32, 7)
  const of = (...args: Parameters<typeof signMessage>) => signMessage(...args).headers['webhook-signature']
  const signatures = [
    of(account, notification, secret, 1),
    of(account, notification, secret, 2),
    of(account, { ...notification, id: 18 }, secret, 1),
    of(account, { ...notification, kind: 'grant-ended' }, secret, 1),
    of(account, notification, Buffer.alloc(32, 8), 1),
  ]
  assert.equal(new Set(signatures).size, signatures.length)
})

test('[T6] attempts come later and later, an hour apart at most: more than twenty in a day', () => {
  let [seconds, attempts] = [0, 0]
  let last = 0
  while (seconds < 24 * 3600) {
    const next = retrySeconds(++attempts)
    assert.ok(next >= last * 0.9 && next <= 3600 * 1.1 + 1)
    last = next
    seconds += next
  }
  assert.ok(attempts > 20 && attempts < 60, String(attempts))
  assert.ok(retrySeconds(1) <= 6)
  assert.ok(Number.isSafeInteger(retrySeconds(10_000)))
})
