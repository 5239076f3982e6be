import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as openSocket, createServer, type AddressInfo, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { tables } from '@hre/gateway'
import {
  approveRecoveryCall,
  limits,
  setAttributesCall,
  setGuardiansCall,
  signBatchCall,
  type Notification,
} from '@hre/protocol'
import {
  closeEmergency,
  compartmentIds,
  connectWith,
  declareEmergency,
  fileRecords,
  grantAccess,
  listNotifications,
  listNotificationsEverywhere,
  narrowAccess,
  openRecords,
  readAccessLog,
  renewAccess,
  requestAccess,
  reviewEmergency,
  revokeAccess,
  submit,
  vetoRecovery,
  watchNotifications,
  type Actor,
} from '@hre/sdk'
import { randomBytes32 } from '@hre/vault'
import { eq } from 'drizzle-orm'
import { fileSome, inSeconds, refusal, someRecords, startWorld, tokenOf, type World } from './world.ts'

const daySeconds = 24 * 60 * 60

describe('notifications', () => {
  let world: World
  let patient: Actor
  let technician: Actor
  let doctor: Actor
  /** How far the gateways' clock is ahead, in seconds. */
  let ahead = 0
  before(async () => {
    world = await startWorld({ anonymousPerMinute: 1_000_000 }, { clock: () => inSeconds(ahead) })
    patient = await world.newPatient()
    technician = await world.newMember(world.city, 'lab technician')
    doctor = await world.newMember(world.lakeside, 'doctor')
  })
  after(() => world.stop())

  const city = () => world.city.gateway.gateway
  const synced = async () => {
    for (const { gateway } of [world.city, world.lakeside]) await gateway.gateway.follower.sync()
  }
  const toldTo = async (actor: Actor, after = 0): Promise<Notification[]> => {
    await synced()
    return listNotifications(actor, { after })
  }
  const lastIdOf = async (actor: Actor) => (await toldTo(actor)).at(-1)?.id ?? 0
  /** Without the sessions that tests open. */
  const kindsOf = (told: readonly Notification[]) =>
    told.map(({ kind }) => kind).filter((kind) => kind !== 'session-opened')
  const read = (reader: Actor, of = patient) =>
    requestAccess(reader, { patient: of.account, purpose: 'TREAT' })
  const terms = () => ({ reader: doctor.account, compartments: [compartmentIds(patient).labs] })
  const grant = () =>
    grantAccess(patient, { ...terms(), purposes: ['TREAT'], until: inSeconds(3600 + ahead) })

  describe('[T2] what is told, and whom', () => {
    test('a record in the chart, a grant made, narrowed, renewed and ended: its reader and its patient', async () => {
      const start = await lastIdOf(patient)
      await fileSome(technician, patient)
      await grant()
      await narrowAccess(patient, { ...terms(), until: inSeconds(1800) })
      await renewAccess(patient, { ...terms(), until: inSeconds(3600) })
      await revokeAccess(patient, terms())
      const told = await toldTo(patient, start)
      assert.deepEqual(kindsOf(told), [
        'record-added',
        'grant-made',
        'grant-narrowed',
        'grant-renewed',
        'grant-ended',
      ])
      const { about } = told.find(({ kind }) => kind === 'record-added')!
      assert.deepEqual(
        [about.records, about.author, about.organisation],
        [3, technician.account, world.city.actor.account],
      )
      assert.deepEqual(
        kindsOf(await toldTo(doctor)).filter((kind) => kind.startsWith('grant')),
        ['grant-made', 'grant-narrowed', 'grant-renewed', 'grant-ended'],
      )
    })

    test('every access and every refusal, by each gateway that knows of it, with its receipt; one’s own not', async () => {
      await grant()
      const [here, there] = [await lastIdOf(patient), await listNotificationsEverywhere(patient)]
      const access = await read(doctor)
      for await (const _ of openRecords(doctor, access)) void 0
      await revokeAccess(patient, terms())
      await assert.rejects(read(doctor), refusal('not-found'))
      await assert.rejects(read(technician), refusal('not-found'))
      for await (const _ of openRecords(
        patient,
        await requestAccess(patient, { patient: patient.account, purpose: 'PATRQT' }),
      ))
        void 0
      // City holds the files (A7): it knows of the reading at Lakeside.
      const atCity = (await toldTo(patient, here)).filter(({ kind }) => kind.startsWith('access'))
      assert.deepEqual(
        atCity.map(({ kind, about }) => [kind, about.reader, about.organisation]),
        [
          ['access-permitted', doctor.account, world.city.actor.account],
          ['access-refused', technician.account, world.city.actor.account],
        ],
      )
      const known = new Set(there.told.map(({ notification }) => JSON.stringify(notification)))
      const { told, unreachable } = await listNotificationsEverywhere(patient)
      assert.deepEqual(unreachable, [])
      const accesses = told.filter(
        ({ notification }) =>
          notification.kind.startsWith('access') && !known.has(JSON.stringify(notification)),
      )
      const { accesses: log } = await readAccessLog(patient)
      for (const { organisation, notification } of accesses) {
        const entry = log.find(
          ({ receipt }) =>
            receipt.organisation === organisation && receipt.index === notification.about.receipt,
        )!.receipt
        const { reader, decision, purpose, records } = notification.about
        assert.deepEqual([reader, decision, purpose], [entry.reader, entry.decision, entry.purpose])
        assert.equal(notification.at, entry.at)
        assert.equal(records! >= 0, true)
      }
      assert.equal(accesses.length, 4)
      // What is on chain is told by both gateways, and shown once.
      const sources = told.flatMap(({ notification }) => notification.source ?? [])
      assert.equal(new Set(sources).size, sources.length)
      assert.ok(told.some(({ notification }) => notification.kind === 'grant-made'))
    })

    test('attack: a stranger’s account is asked about, to fill the outbox: nobody is told', async () => {
      const stranger = await world.newStranger()
      await assert.rejects(read(technician, stranger), refusal('not-found'))
      const { db } = city()
      const rows = await db
        .select()
        .from(tables.notifications)
        .where(eq(tables.notifications.account, stranger.account))
      assert.deepEqual(rows, [])
    })

    test('an ask, a session, and a batch that waits for a signature', async () => {
      const start = await lastIdOf(patient)
      const physician = await world.newMember(world.city, 'doctor')
      const wish = { patient: patient.account, topics: ['labs'], purpose: 0, days: 7 }
      await physician.session.call('askForAccess', { body: wish })
      await tokenOf(world.city, patient)
      const parties = [physician.account, patient.account] as const
      const { batch } = await fileRecords(physician, {
        patient: patient.account,
        records: someRecords.slice(0, 1),
        parties,
      })
      assert.deepEqual(kindsOf(await toldTo(patient, start)).sort(), [
        'access-asked',
        'record-added',
        'record-to-sign',
      ])
      assert.ok((await toldTo(patient, start)).some(({ kind }) => kind === 'session-opened'))
      await submit(patient, [signBatchCall(world.deployment, batch)])
      assert.equal(kindsOf(await toldTo(patient, start)).at(-1), 'record-signed')
      assert.equal(kindsOf(await toldTo(physician)).at(-1), 'record-signed')
    })

    test('[B3] an emergency: patient, guardians, organisation, and an auditor who may review it; its review', async () => {
      const guardians = [technician, await world.newMember(world.city, 'nurse')]
      await submit(patient, [
        setGuardiansCall(
          world.deployment,
          guardians.map(({ account }) => account),
          2,
        ),
      ])
      const auditor = await world.newMember(world.city, 'auditor')
      const colleague = await world.newMember(world.lakeside, 'auditor')
      const licensedUntil = inSeconds(400 * daySeconds)
      await submit(world.lakeside.actor, [
        setAttributesCall(world.deployment, doctor.account, { specialty: 0n, licensedUntil }),
      ])
      const start = await lastIdOf(patient)
      const { emergency } = await declareEmergency(doctor, {
        patient: patient.account,
        reason: 'unresponsive',
        words: 'Found without pulse',
        durationSeconds: 300,
      })
      await closeEmergency(doctor, emergency.declaration)
      await reviewEmergency(auditor, {
        declaration: emergency.declaration,
        outcome: 'justified',
        words: 'The notes agree',
      })
      const told = await toldTo(patient, start)
      assert.deepEqual(kindsOf(told), ['emergency-declared', 'emergency-closed', 'emergency-reviewed'])
      const declared = told.find(({ kind }) => kind === 'emergency-declared')!
      assert.deepEqual(
        [declared.about.declaration, declared.about.member, declared.about.until],
        [emergency.declaration, doctor.account, emergency.until],
      )
      for (const guardian of guardians)
        assert.equal(kindsOf(await toldTo(guardian)).at(-1), 'emergency-declared')
      assert.deepEqual(kindsOf(await toldTo(auditor)), ['emergency-review-due'])
      assert.deepEqual(kindsOf(await toldTo(colleague)), [])
      const ofLakeside = kindsOf(await toldTo(world.lakeside.actor))
      assert.ok(ofLakeside.includes('emergency-declared') && ofLakeside.includes('emergency-reviewed'))
    })

    test('[D17] a recovery: its owner and all guardians, when it begins, when it can be executed, when it is vetoed', async () => {
      const start = await lastIdOf(patient)
      const { guardians } = await patient.session.call('getCouncil', {})
      assert.equal(guardians.length, 2)
      const recovery = randomBytes32()
      await submit(technician, [approveRecoveryCall(world.deployment, patient.account, recovery)])
      assert.deepEqual(kindsOf(await toldTo(patient, start)), ['recovery-started'])
      assert.equal(kindsOf(await toldTo(technician)).at(-1), 'recovery-started')
      await vetoRecovery(patient)
      const told = await toldTo(patient, start)
      assert.deepEqual(kindsOf(told), ['recovery-started', 'recovery-vetoed'])
      assert.equal(told[0]!.about.account, patient.account)
    })

    test('what only time does: a licence that ends soon, a grant that ran out; each told once', async (t) => {
      t.after(() => (ahead = 0))
      const licensedUntil = inSeconds(10 * daySeconds)
      const nurse = await world.newMember(world.city, 'nurse')
      await submit(world.city.actor, [
        setAttributesCall(world.deployment, nurse.account, { specialty: 0n, licensedUntil }),
      ])
      await grant()
      ahead += 2 * 3600
      const { calendar } = city()
      assert.equal(await calendar.run(), true)
      assert.equal(await calendar.run(), false, 'once an hour')
      ahead += 3600
      await calendar.run()
      const nurseTold = await listNotifications(nurse)
      assert.deepEqual(
        nurseTold.filter(({ kind }) => kind === 'licence-ending').map(({ about }) => about.until),
        [licensedUntil],
      )
      const ended = (await listNotifications(patient)).filter(
        ({ kind, about }) => kind === 'grant-ended' && about.until !== undefined,
      )
      // The front desk's right to file in every part of the chart, which is one grant for each, and the doctor's.
      // They ran out between the same two looks: in no order.
      assert.deepEqual(
        new Set(ended.map(({ about }) => `${about.reader} ${about.compartments!.length}`)),
        new Set([
          `${world.city.actor.account} ${Object.keys(compartmentIds(patient)).length}`,
          `${doctor.account} 1`,
        ]),
      )
      assert.equal(ended.length, 2)
    })

    test('ids and numbers alone: nothing that anybody wrote, and no key', async () => {
      const rows = await city().db.select().from(tables.notifications)
      const text = JSON.stringify(rows)
      assert.ok(rows.length > 30)
      for (const words of ['Found without pulse', 'The notes agree', 'City Hospital', 'unnamed', 'labs'])
        assert.ok(!text.includes(words), words)
      for (const value of JSON.stringify(rows.map(({ about }) => about)).matchAll(/:"([^"]*)"/g))
        assert.match(value[1]!, /^0x([0-9a-f]{40}|[0-9a-f]{64})$/)
    })
  })

  describe('[T1] the outbox', () => {
    test('an access is logged and told, or neither', async () => {
      const { db } = city()
      const counts = async () => [
        await db.$count(tables.receipts),
        await db.$count(tables.notifications, eq(tables.notifications.account, patient.account)),
      ]
      const earlier = await counts()
      await db.execute('alter table notifications add constraint no_more check (id < 0) not valid')
      const failed = read(technician)
      await assert
        .rejects(failed, refusal('internal'))
        .finally(() => db.execute('alter table notifications drop constraint no_more'))
      assert.deepEqual(await counts(), earlier)
      await assert.rejects(read(technician), refusal('not-found'))
      assert.deepEqual(
        await counts(),
        earlier.map((rows) => rows + 1),
      )
    })

    test('written side by side, ids of an account have no gap and no id is seen before the one in front of it', async () => {
      const start = await lastIdOf(patient)
      const { db, outbox } = city()
      const other = doctor.account
      let highest = start
      let stop = false
      const look = (async () => {
        while (!stop) {
          const rows = await outbox.after(patient.account, start, 1000)
          assert.deepEqual(
            rows.map(({ id }) => id),
            rows.map((_, index) => start + 1 + index),
          )
          highest = rows.at(-1)?.id ?? start
          await sleep(1)
        }
      })()
      await Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          db.transaction(async (tx) => {
            const accounts = index % 2 ? [patient.account, other] : [other, patient.account]
            await outbox.tell(
              tx,
              accounts.map((account) => ({
                account,
                kind: 'session-opened',
                about: {},
                at: inSeconds(ahead),
              })),
            )
          }),
        ),
      )
      await sleep(20)
      stop = true
      await look
      assert.equal(highest, start + 40)
    })
  })

  describe('[T3] told once, kept for a time', () => {
    const snapshot = async () => {
      const rows = await city().db.select().from(tables.notifications)
      return rows.map((row) => JSON.stringify(row)).sort()
    }

    test('a gateway that reads the chain from the start tells nothing twice, and the records it indexes neither', async () => {
      await synced()
      const earlier = await snapshot()
      await city().follower.rebuild()
      assert.deepEqual(await snapshot(), earlier)
    })

    test('what a rebuild finds that was never told, it tells, behind what was told', async () => {
      const { db, follower } = city()
      const [row] = (await toldTo(patient)).filter(({ kind }) => kind === 'grant-made')
      const newest = await lastIdOf(patient)
      await db.delete(tables.notifications).where(eq(tables.notifications.source, row!.source!))
      await follower.rebuild()
      const told = await toldTo(patient, newest)
      assert.deepEqual(
        told.map(({ source }) => source),
        [row!.source],
      )
    })

    test('after the time that the operator chose it is forgotten, and what is old is not told again by a rebuild', async () => {
      const { calendar, config, follower, outbox } = city()
      const newest = await lastIdOf(patient)
      const days = config.notificationDays
      ahead += (days - 1) * daySeconds
      await outbox.forget()
      assert.ok((await listNotifications(patient)).length > 10)
      ahead += 2 * daySeconds
      await calendar.run()
      const kept = await listNotifications(patient, { after: 0 })
      // Sessions were opened meanwhile.
      assert.ok(kept.every(({ id }) => id > newest))
      await follower.rebuild()
      assert.deepEqual(await listNotifications(patient), kept)
      const last = kept.at(-1)?.id ?? newest
      for (const after of [1, newest - 1, last + 1000])
        await assert.rejects(
          patient.session.call('listNotifications', { query: { after } }),
          (error: { code: string; data: Record<string, number> }) => {
            assert.equal(error.code, 'notifications-gone')
            assert.deepEqual([error.data['oldest'], error.data['newest']], [newest, last])
            return true
          },
        )
      await patient.session.call('listNotifications', { query: { after: newest } })
    })
  })

  describe('[T4] streams', () => {
    const tell = async (count = 1, to = patient) => {
      const { db, outbox } = city()
      await db.transaction((tx) =>
        outbox.tell(
          tx,
          Array.from({ length: count }, () => ({
            account: to.account,
            kind: 'access-permitted' as const,
            about: { reader: doctor.account, records: 1 },
            at: inSeconds(ahead),
          })),
        ),
      )
      outbox.wake()
    }
    const streamUrl = () => `${world.city.gateway.url}/v1/notifications/stream`
    async function open(token: string, headers: Record<string, string> = {}, query = '') {
      const abort = new AbortController()
      const response = await fetch(`${streamUrl()}${query}`, {
        headers: { authorization: `Bearer ${token}`, ...headers },
        signal: abort.signal,
      })
      const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
      let text = ''
      return {
        response,
        close: () => abort.abort(),
        /** Everything up to a text, or up to the end. */
        async until(end: string | undefined) {
          while (end === undefined || !text.includes(end)) {
            const { value, done } = await reader.read()
            if (done) break
            text += value
          }
          return text
        },
      }
    }
    const closed = async () => {
      const deadline = Date.now() + 5_000
      while (city().streams.size > 0 && Date.now() < deadline) await sleep(20)
      assert.equal(city().streams.size, 0)
    }
    const idsIn = (text: string) => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))

    test('what is kept is replayed after an id, and what comes follows', async () => {
      const token = await tokenOf(world.city, patient)
      const start = await lastIdOf(patient)
      await tell(250)
      const stream = await open(token, { 'last-event-id': String(start + 1) })
      assert.equal(stream.response.headers.get('content-type'), 'text/event-stream')
      await stream.until(`id: ${start + 250}\n`)
      await tell()
      const text = await stream.until(`id: ${start + 251}\n`)
      assert.deepEqual(
        idsIn(text),
        Array.from({ length: 250 }, (_, index) => start + 2 + index),
      )
      stream.close()
      await closed()
    })

    test('news that another replica wrote are noticed within about a second', async () => {
      const start = await lastIdOf(patient)
      const stream = await open(await tokenOf(world.city, patient), {}, `?after=${start}`)
      await stream.until('event: notification')
      const { db, outbox } = city()
      await db.transaction((tx) =>
        outbox.tell(tx, [{ account: patient.account, kind: 'grant-made', about: {}, at: inSeconds(ahead) }]),
      )
      await stream.until('grant-made')
      stream.close()
      await closed()
    })

    test('the SDK watches across lost connections: each at least once, in order', async () => {
      const start = await lastIdOf(patient)
      const cable = await startCable(world.city.gateway.url)
      const device = await connectWith(cable.url, patient.keyring, patient)
      const seen: number[] = []
      const connections: boolean[] = []
      const watching = (async () => {
        const onConnection = (isConnected: boolean) => connections.push(isConnected)
        for await (const { id, kind } of watchNotifications(device, { after: start, onConnection })) {
          if (kind === 'access-permitted') seen.push(id)
          if (seen.length === 6) return
        }
      })()
      for (let round = 0; round < 3; round++) {
        await tell(2)
        while (seen.length < 2 * round + 1) await sleep(10)
        cable.cut()
      }
      await watching
      assert.deepEqual(
        [...new Set(seen)],
        [...new Set(seen)].sort((one, other) => one - other),
      )
      assert.equal(new Set(seen).size, 6)
      assert.ok(connections.includes(false) && connections.lastIndexOf(true) > connections.indexOf(false))
      await cable.remove()
      await closed()
    })

    test('ends with its token, with its session, and when the gateway stops; each says so', async () => {
      const first = await tokenOf(world.city, patient)
      const stream = await open(first)
      ahead += limits.tokenSeconds + 1
      assert.match(await stream.until(undefined), /event: end\ndata: \{"reason":"token-expired"\}\n\n$/)
      const token = await tokenOf(world.city, patient)
      const next = await open(token)
      await next.until('event: connected')
      const session = sessionOf(token)
      await fetch(`${world.city.gateway.url}/v1/sessions/${session}`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${token}` },
      })
      assert.match(await next.until(undefined), /"reason":"session-ended"/)
      await closed()
    })

    test('attack: more streams than an account may have; those of others go on', async () => {
      const token = await tokenOf(world.city, patient)
      const streams = await Promise.all(
        Array.from({ length: limits.streamsPerAccountMax }, () => open(token)),
      )
      const more = await fetch(streamUrl(), { headers: { authorization: `Bearer ${token}` } })
      assert.equal(more.status, 429)
      assert.ok(Number(more.headers.get('retry-after')) > 0)
      const other = await open(await tokenOf(world.city, technician))
      assert.equal(other.response.status, 200)
      for (const stream of [...streams, other]) stream.close()
      await closed()
    })

    test('attack: somebody without a session, a made-up id, an id that is gone, another account’s news', async () => {
      const token = await tokenOf(world.city, technician)
      assert.equal((await fetch(streamUrl())).status, 401)
      for (const id of ['x', '-1', '1e3', "0' or 1=1", '99999999999999999'])
        assert.equal(
          (await fetch(streamUrl(), { headers: { authorization: `Bearer ${token}`, 'last-event-id': id } }))
            .status,
          400,
          id,
        )
      const gone = await fetch(streamUrl(), {
        headers: { authorization: `Bearer ${token}`, 'last-event-id': '99999999' },
      })
      assert.deepEqual(
        [gone.status, ((await gone.json()) as { code: string }).code],
        [410, 'notifications-gone'],
      )
      const stream = await open(token)
      await tell(3, patient)
      await tell(1, technician)
      const text = await stream.until('access-permitted')
      assert.equal((text.match(/access-permitted/g) ?? []).length, 1)
      stream.close()
      await closed()
    })
  })
})

const sessionOf = (token: string): string =>
  (JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { sid: string }).sid

/** A way to a gateway that can be cut. */
async function startCable(to: string) {
  const sockets = new Set<Socket>()
  const { hostname, port } = new URL(to)
  const server = createServer((near) => {
    const far = openSocket(Number(port), hostname)
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    near.pipe(far).pipe(near)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    async remove() {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
