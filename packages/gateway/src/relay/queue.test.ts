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
import {
  enqueueAll,
  nextInLine,
  operationsOf,
  refusalsFor,
  type QueueLimits,
  type Submission,
} from './queue.ts'

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
        signed: {
          operation: { gasLimit: 300_000, data: hexOf(1, 9) },
          signer: hexOf(sender, 20),
          signature: hexOf(0, 65),
        } as SignedOperation,
        state: 'queued' as const,
      })),
    )
  try {
    await queue(1, 1_000)
    for (let sender = 2; sender < 12; sender++) await queue(sender, 2)
    const line = await nextInLine(db, limits.operationsPerSubmissionMax)
    assert.equal(line.length, limits.operationsPerSubmissionMax)
    assert.deepEqual(line[0], { sequence: 1, gasLimit: 300_000, signatureBytes: 65, bytes: 9 + 20 + 65 })
    const next = await operationsOf(
      db,
      line.map(({ sequence }) => sequence),
    )
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

test('[G11] submissions that come together are counted one after the other: nobody’s line gets longer than it may', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'hre-queue-'))
  const { db, close } = await openDatabase({ dataDir })
  let made = 0
  const submissionOf = (sender: number, count: number) => {
    const ids = Array.from({ length: count }, () => hexOf(++made, 32))
    const operations = ids.map((nonce) => ({ operation: { account: hexOf(sender, 20), nonce } }))
    return { ids, operations: operations as unknown as SignedOperation[] }
  }
  const codesOf = async (submissions: Submission[], max: QueueLimits) =>
    (await refusalsFor(db, submissions, max)).map((refusal) => refusal?.code)
  try {
    const max = { operationsMax: 20, operationsPerSenderMax: 5 }
    // Six of the first sender's: the fifth and what comes behind it find the line full; the second sender's is its own.
    const first = Array.from({ length: 3 }, () => submissionOf(1, 2))
    assert.deepEqual(await codesOf([...first, submissionOf(1, 1), submissionOf(2, 4)], max), [
      undefined,
      undefined,
      undefined,
      'rate-limited',
      undefined,
    ])
    await enqueueAll(db, first)
    assert.deepEqual(await codesOf([submissionOf(1, 1), submissionOf(2, 1)], max), [
      'rate-limited',
      undefined,
    ])
    const all = { operationsMax: 7, operationsPerSenderMax: 100 }
    assert.deepEqual(await codesOf([submissionOf(2, 1), submissionOf(3, 1)], all), [undefined, 'queue-full'])
    // What has an outcome is in nobody's way.
    await db.update(t.operations).set({ state: 'applied' })
    assert.deepEqual(await codesOf([submissionOf(1, 1)], max), [undefined])
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
