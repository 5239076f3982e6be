import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { operationTypedData } from '@hre/protocol'
import { ana, consent } from '../test/people.ts'
import { encodeHex } from './hex.ts'
import { countNonces, identityOf } from './identity.ts'

test('[O3] an identity signs as viem signs, byte for byte', async () => {
  const signing = privateKeyToAccount(encodeHex(ana.signingKey))
  const identity = identityOf(ana)
  // Enough of them for both values of v, and for an s that had to be lowered.
  for (let deadline = 0; deadline < 40; deadline++) {
    const operation = {
      account: ana.account,
      target: consent,
      data: '0x1234',
      nonce: identity.nextNonce(),
      deadline,
      gasLimit: 30_000,
    } as const
    const message = operationTypedData({ chainId: 7, intake: consent } as never, operation)
    assert.equal(await identity.sign(message), await signing.signTypedData(message))
  }
})

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
