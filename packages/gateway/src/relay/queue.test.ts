import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { limits, type SignedOperation } from '@hre/protocol'
import type { Hex } from 'viem'
import { openDatabase } from '../store/database.ts'
import * as t from '../store/schema.ts'
import { raisedFee } from './fees.ts'
import { nextInLine } from './queue.ts'

const hexOf = (value: number, bytes: number): Hex => `0x${value.toString(16).padStart(bytes * 2, '0')}`

test('attack: one sender queues thousands. Everybody else is in the next batch, and each one’s order is kept', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'hre-queue-'))
  const { db, close } = await openDatabase({ dataDir })
  let made = 0
  const queue = (sender: number, count: number) =>
    db.insert(t.operations).values(
      Array.from({ length: count }, () => ({
        id: hexOf(++made, 32),
        account: hexOf(sender, 20),
        sender: hexOf(sender, 20),
        at: 0,
        nonce: hexOf(made, 32),
        signed: {} as SignedOperation,
        state: 'queued' as const,
      })),
    )
  try {
    await queue(1, 1_000)
    for (let sender = 2; sender < 12; sender++) await queue(sender, 2)
    const next = await nextInLine(db)
    assert.equal(next.length, limits.operationsPerSubmissionMax)
    for (let sender = 2; sender < 12; sender++)
      assert.equal(next.filter((row) => row.sender === hexOf(sender, 20)).length, 2)
    const own = next.filter((row) => row.sender === hexOf(1, 20)).map(({ sequence }) => sequence)
    assert.deepEqual(
      own,
      Array.from({ length: own.length }, (_, index) => index + 1),
    )
  } finally {
    await close()
    await rm(dataDir, { recursive: true, force: true })
  }
})

test('a replacement pays at least a tenth more and never more than allowed', () => {
  const fees = { firstWei: 10n, maxWei: 1_000n }
  let paid = 10n
  for (;;) {
    const raised = raisedFee(paid, fees)
    if (raised === undefined) break
    assert.ok(raised * 10n >= paid * 11n)
    assert.ok(raised <= fees.maxWei)
    paid = raised
  }
  assert.ok(paid > 800n)
  assert.equal(raisedFee(0n, { firstWei: 0n, maxWei: 0n }), undefined)
})
