import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { assertRefused } from '../test/people.ts'
import { decodeHex, encodeHex } from './hex.ts'
import { openSucceededKeyring, unlockProofsOf, unlockVerifierOf } from './index.ts'

const vectorsOf = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../vectors/keyring/${name}.json`, import.meta.url), 'utf8'))
const bytesOf = (hex: string) => decodeHex(hex, 'vector', 32)

describe('vectors/keyring/succession.json', () => {
  for (const { what, rootSeed, succession, code, ...expected } of vectorsOf('succession').cases) {
    it(`[K9] ${what}`, async () => {
      const open = () => openSucceededKeyring(bytesOf(rootSeed), succession)
      if (code) return assertRefused(open, code)
      const ring = open()
      assert.deepEqual([ring.account, ring.signer], [expected.account, expected.signer])
      assert.equal(encodeHex(ring.recipientSeed), expected.recipientSeed)
      for (const [name, id] of Object.entries(expected.compartmentIds))
        assert.equal(ring.compartmentId(name), id)
      for (const { compartment, epoch, seed } of expected.epochs)
        assert.equal(encodeHex(ring.epochSeed(compartment, epoch)), seed)
    })
  }
})

describe('vectors/keyring/proof.json', () => {
  const { parameters, cases } = vectorsOf('proof')
  for (const { what, account, secret, code, proofs, verifiers } of cases) {
    it(`[K10] ${what}`, async () => {
      const given = secret.prf ? { ...secret, prf: bytesOf(secret.prf) } : secret
      const prove = () => unlockProofsOf(account, given, parameters)
      if (code) return assertRefused(prove, code)
      const made = await prove()
      assert.deepEqual([made, made.map(unlockVerifierOf)], [proofs, verifiers])
    })
  }
})
