import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isHreError, type Notification } from '@hre/protocol'
import {
  compartmentIds,
  grantAccess,
  listNotifications,
  readAccessLog,
  sessionAt,
  signRequest,
  watchNotifications,
  type Actor,
} from '@hre/sdk'
import { Random } from '@hre/testkit'
import type { Hex } from 'viem'
import { startPart, type Part } from '../src/processes.ts'
import { openWebhook, startReceiver, type Receiver } from './receiver.ts'
import { inSeconds, startWorld, type World } from './world.ts'

/** HRE_ROUNDS: how many. HRE_SEED: replays the choices of a run (the moments still depend on the machine). */
const rounds = Number(process.env['HRE_ROUNDS'] ?? 3)
const seed = Number(process.env['HRE_SEED'] ?? randomInt(2 ** 31))
const gatewayProgram = fileURLToPath(new URL('../../gateway/src/main.ts', import.meta.url))

describe('kill -9 of a gateway that tells', () => {
  let world: World
  let patient: Actor
  let doctor: Actor
  let administrator: Actor
  let receiver: Receiver
  let gateway: Part<unknown>
  let url: string
  before(async () => {
    world = await startWorld({ anonymousPerMinute: 1_000_000, outboundNetworks: '127.0.0.1/32' })
    patient = await world.newPatient()
    doctor = await world.newMember(world.lakeside, 'doctor')
    administrator = await world.newMember(world.lakeside, 'administrator')
    receiver = await startReceiver()
    url = world.lakeside.gateway.url
    await world.lakeside.gateway.stop()
    const config = { ...world.lakeside.config, port: Number(new URL(url).port), publicUrl: url }
    await writeFile(join(world.folder, 'lakeside.json'), JSON.stringify(config))
    gateway = await start()
  })
  after(async () => {
    await gateway?.stop()
    await receiver?.stop()
    await world?.stop()
  })

  const start = () =>
    startPart({
      name: 'lakeside',
      program: gatewayProgram,
      args: ['--config', join(world.folder, 'lakeside.json')],
      logs: join(world.folder, 'logs'),
    })
  const reads: Hex[] = []
  /** A reading that is refused, which is logged and told. Counts once the gateway has answered. */
  async function ask(): Promise<void> {
    const body = await signRequest(doctor, { patient: patient.account, purpose: 'TREAT' })
    await doctor.session.call('requestAccess', { body }).catch((error: unknown) => {
      if (isHreError(error, 'not-found')) reads.push(body.request.nonce)
      else if (!isHreError(error) || error.retry !== 'later') throw error
    })
  }

  test(`[T1] ${rounds} rounds: what was acknowledged is told, in order, under the id that it had before`, async (t) => {
    t.diagnostic(`HRE_SEED=${seed}`)
    const random = new Random(seed)
    const { secret, account } = await administrator.session.call('createWebhook', {
      body: { url: receiver.url, kinds: ['grant-made'], after: 0 },
    })
    const session = sessionAt(patient, url)
    const seen: Notification[] = []
    const abort = new AbortController()
    const watching = (async () => {
      for await (const one of watchNotifications(patient, { session, signal: abort.signal })) seen.push(one)
    })()
    let stop = false
    const load = Promise.all([
      (async () => {
        while (!stop) await ask()
      })(),
      (async () => {
        while (!stop) {
          await grantAccess(patient, {
            reader: world.lakeside.actor.account,
            compartments: [compartmentIds(patient).labs],
            purposes: ['TREAT'],
            until: inSeconds(3600),
            ceiling: 1,
          })
          await sleep(100)
        }
      })(),
    ])
    for (let round = 0; round < rounds; round++) {
      const before = reads.length
      await until(() => reads.length >= before + 5, 'some readings')
      await sleep(random.integer(0, 500))
      process.kill(gateway.pid, 'SIGKILL')
      await gateway.ended
      gateway = await start()
    }
    await sleep(500)
    stop = true
    await load

    const listed = await settled(() => listNotifications(patient, { session }))
    const last = listed.at(-1)!.id
    await until(() => seen.some(({ id }) => id >= last), 'the watcher has everything')
    abort.abort()
    await watching
    assert.deepEqual(
      listed.map(({ id }) => id),
      listed.map((_, index) => index + 1),
    )
    // Once or more, each as it is now, and never one before another.
    for (const one of seen) assert.deepEqual(one, listed[one.id - 1])
    const firsts = [...new Set(seen.map(({ id }) => id))].filter((id) => id <= last)
    assert.deepEqual(
      firsts,
      listed.map(({ id }) => id),
    )

    const { accesses } = await readAccessLog(patient)
    const others = accesses.filter(({ receipt }) => receipt.reader !== patient.account)
    const told = listed.filter(({ kind }) => kind.startsWith('access')).map(({ about }) => about.receipt)
    assert.deepEqual(
      told,
      others.map(({ receipt }) => receipt.index),
    )
    const logged = new Set(others.map(({ request }) => request.nonce))
    assert.deepEqual(
      reads.filter((nonce) => !logged.has(nonce)),
      [],
    )
    assert.ok(reads.length >= 5 * rounds, `${reads.length} readings`)

    const organisation = sessionAt(world.lakeside.actor, url)
    const made = (
      await settled(() => listNotifications(world.lakeside.actor, { session: organisation }))
    ).filter(({ kind }) => kind === 'grant-made')
    await until(() => idsOf(receiver, secret).includes(made.at(-1)!.id), 'the webhook has everything')
    assert.deepEqual(
      [...new Set(idsOf(receiver, secret))],
      made.map(({ id }) => id),
    )
    const bodies = Map.groupBy(receiver.received, ({ headers }) => headers['webhook-id'])
    for (const [id, messages] of bodies) {
      assert.ok((id as string).startsWith(account))
      assert.equal(new Set(messages.map(({ body }) => body.toString())).size, 1)
    }
    t.diagnostic(
      `${reads.length} readings, ${listed.length} notifications, ${receiver.received.length} posts for ${made.length}`,
    )
  })

  const idsOf = ({ received }: Receiver, secret: string) =>
    received.map(
      (message) => openWebhook(message, secret, Number(message.headers['webhook-timestamp']))!.data.id,
    )
  /** Once nothing new comes. */
  async function settled(list: () => Promise<Notification[]>): Promise<Notification[]> {
    for (let before = await list(); ;) {
      await sleep(1_000)
      const now = await list()
      if (now.length === before.length) return now
      before = now
    }
  }
  async function until(is: () => boolean, what: string) {
    const deadline = Date.now() + 90_000
    while (!is()) {
      assert.ok(Date.now() < deadline, `waited for: ${what}`)
      await sleep(20)
    }
  }
})
