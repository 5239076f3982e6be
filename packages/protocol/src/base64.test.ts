import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { base64ToBytes, bytesToBase64 } from './base64.ts'

for (const size of [0, 1, 0x8000, 0x8001, 1_000_000])
  test(`${size} bytes go into base64 as RFC 4648 has it, and out of it again`, () => {
    const bytes = randomBytes(size)
    assert.equal(bytesToBase64(bytes), bytes.toString('base64'))
    assert.deepEqual(base64ToBytes(bytesToBase64(bytes)), new Uint8Array(bytes))
  })
