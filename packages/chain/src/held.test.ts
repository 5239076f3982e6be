import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Address, Hex } from 'viem'
import { arrange, HeldPool, type SignedBy } from './held.ts'
import { HELD_MAX, HELD_MS_MAX, HELD_PER_SENDER_MAX } from './limits.ts'

const ana: Address = '0xaa'
const ben: Address = '0xbb'
const sent = (sender: Address, nonce: number, fee = 0n, mark = ''): SignedBy => ({
  sender,
  transaction: {
    raw: '0x',
    sizeBytes: 1,
    hash: `${sender}${nonce}:${fee}${mark}` as Hex,
    nonce,
    gas: 1n,
    maxFee: fee,
    maxTip: fee,
  },
})
const nonces = (items: { nonce: number }[]) => items.map(({ nonce }) => nonce)

test('[H7] nonces that arrive out of order are mined in order, across senders in order of arrival', () => {
  const { ready, early, refused } = arrange(
    [sent(ana, 2), sent(ben, 0), sent(ana, 1), sent(ana, 0), sent(ana, 5)],
    new Map([
      [ana, 0],
      [ben, 0],
    ]),
  )
  assert.deepEqual(
    ready.map(({ hash }) => hash),
    ['0xbb0:0', '0xaa0:0', '0xaa1:0', '0xaa2:0'],
  )
  assert.deepEqual(nonces(early.map(({ transaction }) => transaction)), [5])
  assert.equal(refused.length, 0)
})

test('[H7] of two with one nonce the first counts, ready or early', () => {
  const { ready, early, refused } = arrange(
    [
      sent(ana, 1, 0n, 'a'),
      sent(ana, 1, 0n, 'b'),
      sent(ana, 0, 0n, 'a'),
      sent(ana, 0, 0n, 'b'),
      sent(ana, 9),
      sent(ana, 9, 0n, 'b'),
    ],
    new Map([[ana, 0]]),
  )
  assert.deepEqual(
    ready.map(({ hash }) => hash),
    ['0xaa0:0a', '0xaa1:0a'],
  )
  assert.equal(early.length, 1)
  assert.deepEqual(
    refused.map(({ error }) => error.message),
    Array(3).fill('replacement transaction underpriced'),
  )
})

test('[H7] a held transaction is replaced only by one that pays 10 % more', () => {
  const held = new HeldPool()
  assert.equal(held.add(sent(ana, 3, 100n)), undefined)
  assert.equal(held.add(sent(ana, 3, 100n))?.message, 'already known')
  assert.equal(held.add(sent(ana, 3, 109n))?.message, 'replacement transaction underpriced')
  assert.equal(held.add(sent(ana, 3, 110n)), undefined)
  assert.equal(held.size, 1)
  assert.equal(held.get('0xaa3:100' as Hex), undefined)
})

test('[H7] release gives the run that starts at the next nonce and drops what is too late', () => {
  const held = new HeldPool()
  for (const nonce of [7, 4, 5, 2]) held.add(sent(ana, nonce))
  assert.deepEqual(nonces(held.release(new Map([[ana, 4]])).map(({ transaction }) => transaction)), [4, 5])
  assert.deepEqual(nonces(held.all().map(({ transaction }) => transaction)), [7])
  assert.deepEqual(held.release(new Map([[ana, 8]])), [])
  assert.deepEqual([held.size, held.senders], [0, []])
})

test('attack: nobody fills the memory with transactions that can never run', () => {
  let now = 0
  const held = new HeldPool(() => now)
  let accepted = 0
  for (let nonce = 1; nonce <= 100; nonce++) if (!held.add(sent(ana, nonce))) accepted++
  assert.equal(accepted, HELD_PER_SENDER_MAX)
  for (let sender = 0; sender < 2_000; sender++) if (!held.add(sent(`0x${sender}`, 1))) accepted++
  assert.equal(accepted, HELD_MAX)
  now += HELD_MS_MAX + 1
  assert.equal(held.add(sent(ben, 1)), undefined, 'those held for too long make room')
  assert.equal(held.size, 1)
})
