import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { isHreError, limits, purposes, type AccessDecision } from '@hre/protocol'
import { asc } from 'drizzle-orm'
import type { Hex } from 'viem'
import { systemClock } from '../clock.ts'
import { Outbox } from '../notifications/outbox.ts'
import { openDatabase, type OpenDatabase } from '../store/database.ts'
import * as t from '../store/schema.ts'
import { ReceiptLog, type Access } from './receipts.ts'

const idOf = (value: number, bytes: number): Hex => `0x${value.toString(16).padStart(bytes * 2, '0')}`
const [hospital, ana, bela, doctor, lakeside] = [1, 2, 3, 4, 5].map((value) => idOf(value, 20)) as Hex[]
const isStale = (error: unknown) => isHreError(error, 'request-stale')

describe('[A3] entries of the access log', () => {
  let folder: string
  let database: OpenDatabase
  let log: ReceiptLog
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hre-receipts-'))
    database = await openDatabase({ dataDir: folder })
  })
  after(async () => {
    await database.close()
    await rm(folder, { recursive: true, force: true })
  })
  beforeEach(async () => {
    const { db } = database
    for (const table of [t.receipts, t.requestNonces, t.notifications, t.notificationHeads])
      await db.delete(table)
    const outbox = new Outbox({ db, clock: systemClock, days: 30 })
    log = new ReceiptLog({ db, organisation: hospital!, outbox })
  })

  let nonces = 0
  function access(
    wish: { patient?: Hex; decision?: AccessDecision; nonce?: number; at?: number } = {},
  ): Access {
    const { patient = ana!, decision = 'Permitted', nonce = ++nonces, at = 1_000_000_000 } = wish
    return {
      request: {
        reader: doctor!,
        patient,
        organisation: hospital!,
        purpose: purposes.TREAT,
        records: [idOf(7, 32)],
        nonce: idOf(nonce, 32),
        issuedAt: at,
      },
      requestHash: idOf(nonce, 32),
      signature: idOf(9, 65),
      decision,
      records: [idOf(7, 32), idOf(8, 32)],
      at,
    }
  }
  const forwarded = (nonce: number, at?: number) => ({
    ...access({ nonce, ...(at !== undefined && { at }) }),
    forwardedBy: lakeside!,
  })
  const rows = () => database.db.select().from(t.receipts).orderBy(asc(t.receipts.index))
  const told = () =>
    database.db.select().from(t.notifications).orderBy(asc(t.notifications.account), asc(t.notifications.id))

  test('asked for together or one after the other, they have consecutive indexes, and are what was said of them', async () => {
    const wishes = Array.from({ length: 40 }, () => access())
    const together = await Promise.all(wishes.slice(0, 39).map((wish) => log.append(wish)))
    const alone = await log.append(wishes[39]!)
    const written = [...together, alone]
    assert.deepEqual(
      written.map(({ index }) => index),
      wishes.map((_, index) => index),
    )
    assert.deepEqual(await rows(), written)
    for (const [index, { request, records, signature, at }] of wishes.entries())
      assert.deepEqual(
        [written[index]!.request, written[index]!.records, written[index]!.signature, written[index]!.at],
        [request, records, signature, at],
      )
  })

  test('attack: a request is sent twice, one after the other and at the same moment. One of them is written', async () => {
    await log.append(access({ nonce: 1_001 }))
    await assert.rejects(log.append(access({ nonce: 1_001 })), isStale)
    const twins = await Promise.allSettled(
      [1_002, 1_002, 1_003, 1_001].map((nonce) => log.append(access({ nonce }))),
    )
    assert.deepEqual(
      twins.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled', 'rejected'],
    )
    assert.deepEqual(
      (await rows()).map(({ index, requestHash }) => [index, requestHash]),
      [1_001, 1_002, 1_003].map((nonce, index) => [index, idOf(nonce, 32)]),
    )
  })

  test('[A7] a forwarded request has one receipt, however many files are asked for and when, while it is good', async () => {
    const first = await Promise.all([2_001, 2_002, 2_001].map((nonce) => log.append(forwarded(nonce))))
    assert.deepEqual(
      first.map(({ index }) => index),
      [0, 1, 0],
    )
    assert.deepEqual(first[2], first[0])
    const { at } = first[0]!
    const later = await log.append(forwarded(2_001, at + limits.releaseSecondsMax))
    assert.deepEqual(later, first[0])
    const over = await log.append(forwarded(2_001, at + limits.releaseSecondsMax + 1))
    assert.equal(over.index, 2)
    // The same request asked for here is another matter: its nonce was not spent here.
    assert.equal((await log.append(access({ nonce: 2_001 }))).index, 3)
  })

  test('[T1] each patient is told of hers, in the order of the log, and of nothing that was not written', async () => {
    await Promise.all(
      [
        access({ patient: ana! }),
        access({ patient: bela!, decision: 'NoGrant' }),
        access({ patient: ana!, decision: 'PermittedInEmergency', nonce: 3_000 }),
        access({ patient: ana!, nonce: 3_000 }),
        access({ patient: ana!, decision: 'PatientUnknown' }),
      ].map((wish) => log.append(wish).catch(() => {})),
    )
    assert.deepEqual(
      (await told()).map(({ account, id, kind, about }) => [account, id, kind, about.receipt, about.records]),
      [
        [ana, 1, 'access-permitted', 0, 2],
        [ana, 2, 'access-in-emergency', 2, 2],
        [bela, 1, 'access-refused', 1, 2],
      ],
    )
    await log.append(access({ patient: ana! }))
    assert.deepEqual(
      (await told()).filter(({ account }) => account === ana).map(({ id, about }) => [id, about.receipt]),
      [
        [1, 0],
        [2, 2],
        [3, 4],
      ],
    )
  })

  test('an entry is not written where what it tells cannot be, and is written when it can be again', async () => {
    const { db } = database
    await log.append(access())
    await db.execute('alter table notifications add constraint no_more check (id < 2) not valid')
    await assert.rejects(log.append(access({ nonce: 4_000 })))
    await db.execute('alter table notifications drop constraint no_more')
    assert.equal((await rows()).length, 1)
    assert.equal((await log.append(access({ nonce: 4_000 }))).index, 1)
  })
})
