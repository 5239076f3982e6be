import assert from 'node:assert/strict'
import { test } from 'node:test'
import { licenceOf } from './licence.ts'

const now = 1_800_000_000
const day = 24 * 60 * 60
const colleague = (role: 'doctor' | 'auditor', licensedUntil: number) =>
  licenceOf({ account: '0x01', name: null, role, licensedUntil, hasJoined: true }, now)

test('[D12] a licence is over at its end, and called for a month before', () => {
  assert.equal(colleague('doctor', 0), 'none')
  assert.equal(colleague('auditor', 0), null)
  assert.equal(colleague('doctor', now), 'over')
  assert.equal(colleague('doctor', now + 1), 'soon')
  assert.equal(colleague('doctor', now + 30 * day), 'good')
})
