import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { hashReceipt, hashRecords, treeOf } from '@hre/protocol'
import fc from 'fast-check'
import { bytesToHex, keccak256 as expected, type Hex } from 'viem'
import { keccak256 } from './keccak.ts'

const word = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => bytesToHex(bytes))
const address = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => bytesToHex(bytes))
const receipts = fc.record({
  organisation: address,
  index: fc.nat(),
  reader: address,
  patient: address,
  recordsHash: word,
  purpose: fc.integer({ min: 0, max: 15 }),
  decision: fc.integer({ min: 0, max: 255 }),
  at: fc.nat(),
  requestHash: word,
  salt: word,
})

describe('Keccak-256', () => {
  test('of any bytes, and of the digits that say them, it is the one that viem gives', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1_000 }), (bytes) => {
        assert.equal(keccak256(bytes), expected(bytes))
        assert.equal(keccak256(bytesToHex(bytes)), expected(bytes))
      }),
    )
  })

  test('receipts, lists of records and trees have the hashes with it that they have without', () => {
    fc.assert(
      fc.property(receipts, fc.array(word, { minLength: 1, maxLength: 20 }), (receipt, words) => {
        assert.equal(hashReceipt(receipt, keccak256), hashReceipt(receipt))
        assert.equal(hashRecords(words, keccak256), hashRecords(words))
        const [own, other] = [treeOf(words, keccak256), treeOf(words)]
        assert.deepEqual([own.root, own.proof(0)], [other.root, other.proof(0)])
      }),
    )
  })

  test('attack: digits that are none, or half a byte, are not hashed as something shorter', () => {
    for (const digits of ['0x1', '0xzz', '0x00g0', '0x0x00'] as Hex[])
      assert.throws(() => keccak256(digits), TypeError)
  })
})
