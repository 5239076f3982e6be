import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startGateway, tables } from '@hre/gateway'
import { limits, type NotificationKind } from '@hre/protocol'
import { sessionAt, type Actor } from '@hre/sdk'
import { eq } from 'drizzle-orm'
import type { Hex } from 'viem'
import { newDevice, openWebhook, startReceiver, vapidClaims, type Receiver } from './receiver.ts'
import { inSeconds, refusal, startWorld, type World } from './world.ts'

const hourSeconds = 60 * 60

describe('notifications that are sent on', () => {
  let world: World
  let organisation: Actor
  let administrator: Actor
  let doctor: Actor
  /** Made while the clock is the chain's. */
  let patients: Actor[]
  let receiver: Receiver
  /** How far the gateways' clock is ahead, in seconds. */
  let ahead = 0
  const now = () => inSeconds(ahead)
  before(async () => {
    world = await startWorld(
      { anonymousPerMinute: 1_000_000, outboundNetworks: '127.0.0.1/32' },
      { clock: now },
    )
    organisation = world.city.actor
    administrator = await world.newMember(world.city, 'administrator')
    doctor = await world.newMember(world.city, 'doctor')
    patients = []
    for (let made = 0; made < 6; made++) patients.push(await world.newPatient())
  })
  after(async () => {
    await receiver?.stop()
    await world.stop()
  })
  beforeEach(async () => {
    await receiver?.stop()
    receiver = await startReceiver()
  })

  const city = () => world.city.gateway.gateway
  async function tell(count = 1, kind: NotificationKind = 'record-to-sign', to = organisation) {
    const { db, outbox } = city()
    await db.transaction((tx) =>
      outbox.tell(
        tx,
        Array.from({ length: count }, () => ({ account: to.account, kind, about: {}, at: now() })),
      ),
    )
    outbox.wake()
    return (await outbox.newest([to.account])).get(to.account)!
  }
  async function until(is: () => boolean | Promise<boolean>, what: string) {
    const deadline = Date.now() + 60_000
    while (!(await is())) {
      assert.ok(Date.now() < deadline, `waited for: ${what}`)
      await sleep(20)
    }
  }
  const newWebhook = async (kinds: NotificationKind[] = ['record-to-sign'], after?: number) => {
    const body = { url: receiver.url, kinds, ...(after !== undefined && { after }) }
    return administrator.session.call('createWebhook', { body })
  }
  const stateOf = async (id: Hex) =>
    (await administrator.session.call('listWebhooks', {})).webhooks.find((row) => row.id === id)!
  /** Written down: from then on the clock may jump. */
  const failed = (id: Hex, attempts: number) =>
    until(async () => (await stateOf(id)).failures === attempts, `${attempts} failed attempts`)
  const remove = (webhook: Hex) => administrator.session.call('removeWebhook', { params: { webhook } })
  const idsSeen = (secret: string) =>
    receiver.received.map(
      (message) => openWebhook(message, secret, Number(message.headers['webhook-timestamp']))!.data.id,
    )

  describe('[T6] webhooks', () => {
    test('signed, in order, of the kinds that were asked for, and again until they are taken', async () => {
      const { webhook, secret } = await newWebhook()
      receiver.answers.unshift({ status: 500 })
      const newest = await tell(3)
      await tell(1, 'session-opened')
      await failed(webhook.id, 1)
      ahead += 10
      await until(() => receiver.received.length === 4, 'all of them')
      const first = openWebhook(receiver.received[0]!, secret, now())!
      assert.deepEqual(idsSeen(secret), [newest - 2, newest - 2, newest - 1, newest])
      assert.equal(first.id, receiver.received[1]!.headers['webhook-id'])
      assert.equal(openWebhook(receiver.received[1]!, 'whsec_AAAA', now()), undefined)
      await until(async () => (await stateOf(webhook.id)).delivered > newest, 'past the other kind')
      const { failures, lastStatus, deadLetters } = await stateOf(webhook.id)
      assert.deepEqual([failures, lastStatus, deadLetters], [0, 204, 0])
      await remove(webhook.id)
    })

    test('the secret is shown once, is another for each webhook, and is in no table', async () => {
      const [one, other] = [await newWebhook(), await newWebhook()]
      assert.notEqual(one.secret, other.secret)
      const listed = JSON.stringify(await administrator.session.call('listWebhooks', {}))
      const rows = JSON.stringify(await city().db.select().from(tables.webhooks))
      for (const { secret, webhook } of [one, other]) {
        const key = Buffer.from(secret.slice(6), 'base64')
        for (const text of [listed, rows])
          for (const spelt of [key.toString('base64'), key.toString('hex')]) assert.ok(!text.includes(spelt))
        await remove(webhook.id)
      }
    })

    test('a receiver that was down for hours gets everything afterwards, in order, under the ids that it had', async () => {
      const { webhook, secret } = await newWebhook()
      await tell(2)
      const told: number[] = []
      await until(() => receiver.received.length === 2, 'while it is up')
      receiver.answers.unshift(...Array.from({ length: 8 }, () => ({ status: 503 })))
      for (let hour = 1; hour <= 8; hour++) {
        const newest = await tell(3)
        told.push(newest - 2, newest - 1, newest)
        ahead += 2 * hourSeconds
        await failed(webhook.id, hour)
      }
      assert.equal((await stateOf(webhook.id)).deadLetters, 0)
      ahead += 2 * hourSeconds
      await until(() => receiver.received.length >= 10 + told.length, 'everything')
      assert.deepEqual(idsSeen(secret).slice(10), told)
      await remove(webhook.id)
    })

    test('after a day it is given up, stays as a dead letter, and what is younger goes on', async () => {
      const { webhook, secret } = await newWebhook()
      receiver.answers.unshift({ status: 500 }, { status: 500 })
      const old = await tell(3)
      await failed(webhook.id, 1)
      ahead += limits.deliverySeconds + 1
      const young = await tell(1)
      await until(async () => (await stateOf(webhook.id)).deadLetters === 3, 'three dead letters')
      ahead += 2 * hourSeconds
      await until(() => receiver.received.length === 3, 'the young one')
      assert.equal(openWebhook(receiver.received[2]!, secret, now())!.data.id, young)
      const params = { webhook: webhook.id }
      const page = await administrator.session.call('listDeadLetters', { params, query: { limit: 2 } })
      assert.deepEqual(
        page.deadLetters.map(({ notification, lastStatus }) => [notification.id, lastStatus]),
        [
          [old - 2, 500],
          [old - 1, 500],
        ],
      )
      const rest = await administrator.session.call('listDeadLetters', {
        params,
        query: { cursor: page.next! },
      })
      assert.deepEqual([rest.deadLetters.length, rest.next], [1, null])
      // One of them alone, which is not taken; then all.
      receiver.answers.unshift({ status: 500 })
      const one = await administrator.session.call('redeliverDeadLetters', {
        params,
        body: { notifications: [old] },
      })
      assert.equal(one.waiting, 1)
      await until(() => receiver.received.length === 4, 'that one')
      await until(async () => {
        const { deadLetters } = await administrator.session.call('listDeadLetters', { params, query: {} })
        return deadLetters.some(({ attempts, again }) => attempts > 1 && !again)
      }, 'it is dead again')
      assert.equal(
        (await administrator.session.call('redeliverDeadLetters', { params, body: {} })).waiting,
        3,
      )
      await until(async () => (await stateOf(webhook.id)).deadLetters === 0, 'all were taken')
      assert.deepEqual(idsSeen(secret).slice(4), [old - 2, old - 1, old])
      await remove(webhook.id)
    })

    test('from any id that is kept everything is sent again; an id that is gone is refused', async () => {
      const { webhook, secret } = await newWebhook()
      const newest = await tell(5)
      await until(() => receiver.received.length === 5, 'five')
      const params = { webhook: webhook.id }
      await administrator.session.call('replayWebhook', { params, body: { after: newest - 3 } })
      await until(() => receiver.received.length === 8, 'three again')
      assert.deepEqual(idsSeen(secret).slice(5), [newest - 2, newest - 1, newest])
      await assert.rejects(
        administrator.session.call('replayWebhook', { params, body: { after: newest + 1000 } }),
        refusal('notifications-gone'),
      )
      await remove(webhook.id)
    })

    test('410 ends a webhook until somebody replays it; Retry-After is waited for', async () => {
      const { webhook } = await newWebhook()
      receiver.answers.unshift({ status: 429, headers: { 'retry-after': '7200' } }, { status: 410 })
      const newest = await tell(1)
      await until(() => receiver.received.length === 1, 'the first attempt')
      await until(async () => (await stateOf(webhook.id)).failures === 1, 'it failed')
      ahead += hourSeconds
      city().outbox.wake()
      await sleep(1500)
      assert.equal(receiver.received.length, 1)
      ahead += hourSeconds + 1
      await until(async () => (await stateOf(webhook.id)).ended, 'it ended')
      await tell(1)
      await sleep(1500)
      assert.equal(receiver.received.length, 2)
      const params = { webhook: webhook.id }
      await administrator.session.call('replayWebhook', { params, body: { after: newest - 1 } })
      await until(() => receiver.received.length === 4, 'both')
      await remove(webhook.id)
    })

    test('a receiver that is away holds up no other', async () => {
      const away = await newWebhook()
      await city()
        .db.update(tables.webhooks)
        .set({ url: 'http://127.0.0.1:1/nobody' })
        .where(eq(tables.webhooks.id, away.webhook.id))
      const quick = await newWebhook()
      await tell(2)
      await until(() => receiver.received.length === 2, 'the quick one')
      assert.deepEqual(idsSeen(quick.secret).length, 2)
      await until(async () => (await stateOf(away.webhook.id)).failures > 0, 'the other has failed')
      await remove(away.webhook.id)
      await remove(quick.webhook.id)
    })

    test('attack: a doctor, a patient, another hospital and its administrator keep webhooks', async () => {
      const { webhook } = await newWebhook()
      const patient = patients.pop()!
      const lakeside = sessionAt(world.lakeside.actor, world.city.gateway.url)
      for (const session of [doctor.session, patient.session, lakeside]) {
        const body = { url: receiver.url, kinds: [] }
        await assert.rejects(session.call('createWebhook', { body }), refusal('forbidden'))
        await assert.rejects(session.call('listWebhooks', {}), refusal('forbidden'))
        const params = { webhook: webhook.id }
        await assert.rejects(session.call('removeWebhook', { params }), refusal('forbidden'))
        await assert.rejects(
          session.call('replayWebhook', { params, body: { after: 0 } }),
          refusal('forbidden'),
        )
      }
      assert.equal((await stateOf(webhook.id)).ended, false)
      await remove(webhook.id)
      await assert.rejects(remove(webhook.id), refusal('not-found'))
    })

    test('attack: server-side request forgery by a webhook’s address, when it is made and when it is called', async () => {
      const other = await startGateway({
        ...world.lakeside.config,
        dataDir: `${world.folder}/strict`,
        outboundNetworks: undefined,
        publicUrl: world.lakeside.gateway.url,
      })
      try {
        const { outbound } = other.gateway
        for (const url of ['https://127.0.0.1/', 'https://169.254.169.254/', 'http://hospital.example/'])
          assert.throws(() => outbound.assertAddress(url), refusal('address-refused'))
      } finally {
        await other.stop()
      }
      for (const url of [
        'https://10.0.0.1/',
        'https://[::ffff:10.0.0.1]/',
        'http://1.1.1.1/',
        'https://a:b@1.1.1.1/',
      ])
        await assert.rejects(
          administrator.session.call('createWebhook', { body: { url, kinds: [] } }),
          refusal('address-refused'),
        )
      // A name is judged when it is called: this one leads to another loopback address, which nobody allowed.
      const { webhook } = await newWebhook()
      await city()
        .db.update(tables.webhooks)
        .set({ url: receiver.url.replace('127.0.0.1', '127.0.0.2') })
        .where(eq(tables.webhooks.id, webhook.id))
      await tell(1)
      await until(async () => (await stateOf(webhook.id)).failures > 0, 'it was refused')
      assert.deepEqual([receiver.received.length, (await stateOf(webhook.id)).lastStatus], [0, null])
      await remove(webhook.id)
    })

    test('attack: more webhooks than an organisation may have', async () => {
      const made: Hex[] = []
      for (let count = 0; count < limits.webhooksMax; count++) made.push((await newWebhook()).webhook.id)
      await assert.rejects(newWebhook(), refusal('conflict'))
      for (const id of made) await remove(id)
    })
  })

  describe('[T5] web push', () => {
    const subscribe = async (actor: Actor, device = newDevice()) => {
      const body = { endpoint: receiver.url, keys: device.keys }
      const { session } = await actor.session.call('putPushSubscription', { body })
      return { device, session }
    }
    const failuresOf = async (session: Hex) => {
      const { pushSubscriptions: table } = tables
      const [row] = await city().db.select().from(table).where(eq(table.session, session))
      return row?.failures
    }
    const kept = (session: Hex) =>
      city().db.$count(tables.pushSubscriptions, eq(tables.pushSubscriptions.session, session))

    test('a device is woken, by a message that says nothing, sealed to it and signed by the gateway’s one key', async () => {
      const patient = patients.pop()!
      const { device } = await subscribe(patient)
      await tell(1, 'access-in-emergency', patient)
      await until(() => receiver.received.length === 1, 'the push')
      const [message] = receiver.received
      assert.deepEqual(JSON.parse(device.open(message!)), { wake: true })
      assert.throws(() => newDevice().open(message!))
      const { publicKey } = await patient.session.client.call('getPushKey', {})
      const claims = vapidClaims(message!)
      assert.deepEqual([claims.key, claims.aud], [publicKey, new URL(receiver.url).origin])
      assert.match(claims.sub, /^mailto:|^https:/)
      assert.deepEqual([message!.headers['topic'], message!.headers['ttl']], ['news', '86400'])
      const seen = JSON.stringify(message!.headers)
      for (const word of [patient.account, 'emergency', 'City']) assert.ok(!seen.includes(word), word)
      // Of many at once it is woken once or twice, not a hundred times.
      await tell(100, 'record-added', patient)
      await sleep(1500)
      assert.ok(receiver.received.length <= 4, String(receiver.received.length))
      await patient.session.call('removePushSubscription', {})
      await assert.rejects(patient.session.call('removePushSubscription', {}), refusal('not-found'))
    })

    test('the key is made once: a gateway that was started anew, or another replica, has the same', async () => {
      const { publicKey } = await organisation.session.client.call('getPushKey', {})
      assert.equal(Buffer.from(publicKey, 'base64url').length, 65)
      await world.city.gateway.stop()
      const port = Number(new URL(world.city.gateway.url).port)
      world.city.gateway = await startGateway({ ...world.city.config, port }, { clock: now })
      assert.deepEqual(await organisation.session.client.call('getPushKey', {}), { publicKey })
    })

    test('what is gone is forgotten (404, 410); what fails is tried again when it says, and given up after a day', async () => {
      for (const status of [404, 410]) {
        const patient = patients.pop()!
        const { session } = await subscribe(patient)
        receiver.answers.unshift({ status })
        await tell(1, 'record-added', patient)
        await until(async () => (await kept(session)) === 0, `gone with ${status}`)
      }
      const patient = patients.pop()!
      const { session, device } = await subscribe(patient)
      const start = receiver.received.length
      receiver.answers.unshift({ status: 429, headers: { 'retry-after': '600' } })
      await tell(1, 'record-added', patient)
      await until(async () => (await failuresOf(session)) === 1, 'the first attempt')
      ahead += 300
      await sleep(1500)
      assert.equal(receiver.received.length, start + 1)
      ahead += 301
      await until(() => receiver.received.length === start + 2, 'the second attempt')
      assert.deepEqual(JSON.parse(device.open(receiver.received.at(-1)!)), { wake: true })
      // Its one failure is not to be taken for that of the next message.
      await until(async () => (await failuresOf(session)) === 0, 'it is taken')
      receiver.answers.unshift({ status: 500 }, { status: 500 }, { status: 500 })
      await tell(1, 'record-added', patient)
      await until(async () => (await failuresOf(session)) === 1, 'it fails')
      ahead += limits.deliverySeconds + 1
      await until(async () => (await kept(session)) === 0, 'given up')
    })

    test('attack: a device whose session was ended is woken no more', async () => {
      const patient = patients.pop()!
      const { session } = await subscribe(patient)
      await patient.session.end()
      await tell(1, 'record-added', patient)
      await until(async () => (await kept(session)) === 0, 'forgotten')
      assert.equal(receiver.received.length, 0)
    })

    test('attack: server-side request forgery by a push address; keys that are none', async () => {
      const { keys } = newDevice()
      const put = (endpoint: string, own = keys) =>
        organisation.session.call('putPushSubscription', { body: { endpoint, keys: own } })
      for (const endpoint of [
        'https://10.0.0.1/',
        'https://[::1]/',
        'http://push.example.com@10.0.0.1/x',
        'nonsense',
      ])
        await assert.rejects(put(endpoint), refusal('address-refused'))
      const offCurve = Buffer.alloc(65, 1)
      offCurve[0] = 4
      for (const own of [
        { ...keys, auth: 'AAAA' },
        { ...keys, p256dh: offCurve.toString('base64url') },
        { ...keys, p256dh: 'AAAA' },
      ])
        await assert.rejects(put(receiver.url, own), refusal('bad-request'))
    })
  })
})
