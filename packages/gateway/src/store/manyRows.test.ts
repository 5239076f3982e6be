import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { asc, sql } from 'drizzle-orm'
import type { Hex } from 'viem'
import { openDatabase } from './database.ts'
import { insertOfMany, selectOfMany } from './manyRows.ts'
import * as t from './schema.ts'

const hexOf = (byte: number, bytes: number): Hex => `0x${byte.toString(16).padStart(2, '0').repeat(bytes)}`

test('rows that stand in one parameter are read back as they were, whatever is in them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hre-rows-'))
  const { db, close } = await openDatabase({ dataDir: folder })
  try {
    const texts = ['', `it's "quoted" \\x00 $1 %s`, 'ü 🩺', '[]', 'null', `'); drop table receipts; --`]
    const rows: (typeof t.receipts.$inferSelect)[] = texts.map((text, index) => ({
      index: 2 ** 40 + index,
      reader: hexOf(index, 20),
      patient: hexOf(255, 20),
      records: index % 2 ? [] : [hexOf(7, 32), hexOf(0, 32)],
      purpose: index,
      decision: 32_767,
      at: 2 ** 48 - 1,
      requestHash: hexOf(0, 32),
      salt: hexOf(92, 32),
      request: { text, nothing: null, nested: [{ text }] } as never,
      signature: hexOf(39, 2 + index),
      forwardedBy: index % 2 ? hexOf(1, 20) : null,
      anchor: null,
    }))
    await db.insert(t.receipts).select(selectOfMany(t.receipts, rows))
    assert.deepEqual(await db.select().from(t.receipts).orderBy(asc(t.receipts.index)), rows)
    const odd = { ...rows[0]!, index: 1, salt: '0xzz' as const }
    await assert.rejects(db.insert(t.receipts).select(selectOfMany(t.receipts, [odd])))
    await assert.rejects(db.insert(t.receipts).values(odd))
    assert.equal(await db.$count(t.receipts), rows.length)
  } finally {
    await close()
    await rm(folder, { recursive: true, force: true })
  }
})

test('rows that leave columns to the table’s defaults are numbered in their order; a conflict is passed over', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hre-rows-'))
  const { db, close } = await openDatabase({ dataDir: folder })
  try {
    const rows = Array.from({ length: 300 }, (_, index) => ({
      id: hexOf(index % 256, 32),
      account: hexOf(1, 20),
      sender: hexOf(1, 20),
      at: index,
      nonce: hexOf(2, 32),
      signed: { text: `it's "quoted" \\x00 ${index}` } as never,
      state: 'queued' as const,
    }))
    await db.execute(sql`${insertOfMany(t.operations, rows)} on conflict (id) do nothing`)
    const found = await db.select().from(t.operations).orderBy(asc(t.operations.sequence))
    assert.deepEqual(
      found.map(
        ({ sequence: _sequence, transaction: _none, block: _block, problem: _problem, ...row }) => row,
      ),
      rows.slice(0, 256),
    )
    assert.deepEqual([found[0]!.block, found[0]!.transaction, found[0]!.problem], [null, null, null])
  } finally {
    await close()
    await rm(folder, { recursive: true, force: true })
  }
})
