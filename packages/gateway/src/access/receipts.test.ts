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
import { openDatabase, rowsOf, type Database, type OpenDatabase } from '../store/database.ts'
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
    log = new ReceiptLog({ db, organisation: hospital!, outbox: outboxOf(db) })
  })
  const outboxOf = (db: Database) => new Outbox({ db, clock: systemClock, days: 30 })

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

  test('attack: a log is made so long that each further entry, and each anchor, takes longer than the one before', async () => {
    const { db } = database
    await log.append(access())
    // A long one, which nobody has counted for the planner yet, beside others that somebody has.
    const columns = 'reader, patient, records, purpose, decision, at, request_hash, salt, request, signature'
    await db.execute(
      `insert into receipts (index, ${columns}, anchor) select n, ${columns}, n / 100
       from receipts, generate_series(1, 30000) as n where index = 0`,
    )
    await db.execute(
      `insert into request_nonces select reader, decode(lpad(to_hex(n), 64, '0'), 'hex'), at
       from receipts, generate_series(100001, 130000) as n where index = 0`,
    )
    await db.execute('analyze request_nonces')
    await log.append(access())
    const blocksOf = (work: (log: ReceiptLog, tx: Database) => Promise<unknown>) =>
      db.transaction(async (tx) => {
        const before = await blocksFetched(tx)
        await work(new ReceiptLog({ db: tx, organisation: hospital!, outbox: outboxOf(tx) }), tx)
        return (await blocksFetched(tx)) - before
      })
    const works = {
      append: await blocksOf((log) => log.append(access())),
      forwarded: await blocksOf((log) => log.append(forwarded(5_001))),
      again: await blocksOf((log) => log.forwarded(idOf(5_001, 32), lakeside!, 1_000_000_000)),
      unanchored: await blocksOf(async (log, tx) =>
        assert.equal((await log.unanchored(tx, 10_000)).length, 4),
      ),
      mark: await blocksOf((log, tx) => log.markAnchored(tx, [{ index: 30_001 }, { index: 30_003 }], 301)),
    }
    for (const [work, blocks] of Object.entries(works)) assert.ok(blocks < 100, `${work}: ${blocks} blocks`)
  })

  async function blocksFetched(tx: Database): Promise<number> {
    const answer = await tx.execute(
      `select sum(pg_stat_get_xact_blocks_fetched(oid))::int as blocks from pg_class
       where relname like 'receipts%' and relkind in ('r', 'i')`,
    )
    return rowsOf<{ blocks: number }>(answer)[0]!.blocks
  }

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
