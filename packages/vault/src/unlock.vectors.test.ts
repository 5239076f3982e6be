import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { assertRefused } from '../test/people.ts'
import { decodeHex, encodeHex } from './hex.ts'
import {
  decodeRecoveryPhrase,
  encodeRecoveryPhrase,
  passkeyKeyOf,
  unlock,
  type UnlockSecret,
} from './index.ts'

const { cases, passkeyKey, phrases } = JSON.parse(
  readFileSync(new URL('../../../vectors/keyring/unlock.json', import.meta.url), 'utf8'),
)
const bytesOf = (hex: string) => decodeHex(hex, 'vector', 32)

describe('vectors/keyring/unlock.json', () => {
  for (const { what, document, secret, rootSeed, code } of cases) {
    it(`[K1, K2, K3, K4, K6] ${what}`, async () => {
      const given = (secret.prf ? { ...secret, prf: bytesOf(secret.prf) } : secret) as UnlockSecret
      if (code) await assertRefused(() => unlock(document, given), code)
      else assert.equal(encodeHex(await unlock(document, given)), rootSeed)
    })
  }
  it('[K2] the key of a passkey', () => {
    assert.equal(encodeHex(passkeyKeyOf(new Uint8Array(32).fill(0x77))), passkeyKey)
  })
  for (const { phrase, entropy, reason, position } of phrases) {
    it(`[K3, K6] a phrase: ${reason ?? 'good'}`, async () => {
      if (reason)
        return assertRefused(() => decodeRecoveryPhrase(phrase), 'phrase-malformed', { reason, position })
      assert.equal(encodeRecoveryPhrase(bytesOf(entropy)), phrase)
      assert.equal(encodeHex(decodeRecoveryPhrase(phrase)), entropy)
    })
  }
})
