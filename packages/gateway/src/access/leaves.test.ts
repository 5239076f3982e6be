import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { eq } from 'drizzle-orm'
import type { Hex } from 'viem'
import { openDatabase, type OpenDatabase } from '../store/database.ts'
import * as t from '../store/schema.ts'
import { Leaves, type PlacedLeaf } from './leaves.ts'

const idOf = (value: number, bytes: number): Hex => `0x${value.toString(16).padStart(bytes * 2, '0')}`
const [ana, bela, lab] = [1, 2, 3].map((number) => idOf(number, 20)) as [Hex, Hex, Hex]

describe('records that several ask for at the same time', () => {
  const follower = { cursor: { block: 7, blockHash: idOf(1, 32), blockTime: 0 } }
  let folder: string
  let database: OpenDatabase
  let leaves: Leaves
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hre-leaves-'))
    database = await openDatabase({ dataDir: folder })
    leaves = new Leaves({ db: database.db, follower })
    await database.db.insert(t.batches).values({
      batch: idOf(100, 32),
      organisation: lab,
      keeper: lab,
      author: lab,
      root: idOf(102, 32),
      count: 5,
      manifest: idOf(101, 32),
      committedAt: 0,
      block: 7,
      logIndex: 1,
      state: 'indexed',
    })
    // Record 3 is Bela's, of the same bytes as Ana's record 1.
    await file(ana, 1, 11)
    await file(ana, 2, 12)
    await file(bela, 3, 11)
    await file(ana, 4, 14)
    await database.db
      .insert(t.marks)
      .values({ batch: idOf(100, 32), leafHash: idOf(4, 32), status: 'erased' })
  })
  after(async () => {
    await database.close()
    await rm(folder, { recursive: true, force: true })
  })

  const file = (patient: Hex, record: number, content: number) =>
    database.db.insert(t.leaves).values({
      record: idOf(record, 32),
      batch: idOf(100, 32),
      leafHash: idOf(record, 32),
      position: record,
      patient,
      compartment: idOf(9, 32),
      epoch: 1,
      content: idOf(content, 32),
      commitment: idOf(8, 32),
      sensitivity: 3,
      kind: 1,
      author: lab,
      organisation: lab,
      keeper: lab,
    })
  const recordsOf = (found: readonly PlacedLeaf[]) => found.map(({ leaf }) => Number(leaf.record))

  test('each is told of the patient and the records that they named, in the order of the chain, and of no others', async () => {
    const records = [2, 1, 3, 4, 99].map((record) => idOf(record, 32))
    const found = await Promise.all([
      leaves.named(ana, records),
      leaves.named(bela, records),
      leaves.named(lab, records),
      leaves.named(ana, [idOf(2, 32)]),
      leaves.named(ana, []),
    ])
    assert.deepEqual(found.map(recordsOf), [[1, 2], [3], [], [2], []])
    assert.deepEqual(found[0]!.map(({ block, logIndex }) => [block, logIndex])[0], [7, 1])
  })

  test('what is written after one asked and before another is seen by the other', async () => {
    const early = leaves.named(ana, [idOf(5, 32)])
    await file(ana, 5, 15)
    assert.deepEqual(recordsOf(await leaves.named(ana, [idOf(5, 32)])), [5])
    await early
  })

  test('files of records are found by the list that a receipt names, by the first that asks and by all others', async () => {
    const records = [1, 2, 3].map((record) => idOf(record, 32))
    const own = records.slice(0, 2)
    for (const list of [records, records, own, own]) {
      const find = async (patient: Hex, ...contents: number[]) =>
        recordsOf(
          await leaves.ofFiles(
            patient,
            contents.map((content) => idOf(content, 32)),
            list,
          ),
        )
      assert.deepEqual(await find(ana, 11), [1])
      assert.deepEqual(await find(ana, 12, 11, 99), [1, 2])
      assert.deepEqual(await find(ana), [])
      assert.deepEqual(await find(bela, 11), list === own ? [] : [3])
    }
  })

  test('attack: a file that a record was of before a reorganisation is not given out for it', async () => {
    await file(ana, 7, 17)
    const list = [idOf(7, 32)]
    const find = async (content: number) => recordsOf(await leaves.ofFiles(ana, [idOf(content, 32)], list))
    assert.deepEqual(await find(17), [7])
    await database.db
      .update(t.leaves)
      .set({ content: idOf(18, 32) })
      .where(eq(t.leaves.record, idOf(7, 32)))
    follower.cursor = { ...follower.cursor, blockHash: idOf(3, 32) }
    assert.deepEqual(await find(17), [])
    await database.db.delete(t.leaves).where(eq(t.leaves.record, idOf(7, 32)))
  })

  test('[R10] a record that is erased in a block is there until it, and not after', async () => {
    await file(ana, 6, 16)
    const recordSix = async () => recordsOf(await leaves.named(ana, [idOf(6, 32)]))
    assert.deepEqual(await recordSix(), [6])
    await database.db
      .insert(t.marks)
      .values({ batch: idOf(100, 32), leafHash: idOf(6, 32), status: 'erased' })
    follower.cursor = { ...follower.cursor, block: 8, blockHash: idOf(2, 32) }
    assert.deepEqual(await recordSix(), [])
  })

  test('a page goes on behind a place', async () => {
    assert.deepEqual(recordsOf(await leaves.after(ana, undefined, 1)), [1])
    assert.deepEqual(recordsOf(await leaves.after(ana, [7, 1, 1], 10)), [2, 5])
  })
})
