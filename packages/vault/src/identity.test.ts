import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hex } from 'viem'
import { countNonces } from './identity.ts'

test('[O4] nonces share a word of 256, then another word begins, and none comes twice', () => {
  let words = 0
  const random = (): Hex => `0x${(256 * ++words).toString(16).padStart(64, '0')}`
  const next = countNonces(random)
  const nonces = Array.from({ length: 600 }, () => BigInt(next()))
  assert.equal(new Set(nonces).size, 600)
  assert.equal(new Set(nonces.map((nonce) => nonce >> 8n)).size, words)
  assert.equal(words, 3)
})

test('[O4] two devices of one account do not meet', () => {
  const [phone, desk] = [countNonces(), countNonces()]
  assert.notEqual(BigInt(phone()) >> 8n, BigInt(desk()) >> 8n)
})
