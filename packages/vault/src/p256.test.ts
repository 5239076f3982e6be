import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { p256 } from '@noble/curves/nist.js'
import { decodeAbiParameters, parseAbiParameters } from 'viem'
import fc from 'fast-check'
import { damaged, fuzzSeed, holds, wild } from '../test/fuzz.ts'
import { assertRefused } from '../test/people.ts'
import { concatBytes, decodeHex, encodeHex, utf8 } from './hex.ts'
import { accountOfSigner, identityBy, lowS, p256SignerOf, webauthnSignatureOf } from './index.ts'

const secret = new Uint8Array(32).fill(5)
const publicKey = p256.getPublicKey(secret, false)
const verifier = '0x00000000000000000000000000000000000000AB'
const digestOf = (index: number) => new Uint8Array(32).fill(index)
const signatureOf = (index: number, format: 'compact' | 'der') =>
  p256.sign(digestOf(index), secret, { prehash: false, lowS: false, format })
const json = (challenge = 'AAAA') =>
  utf8(`{"type":"webauthn.get","challenge":"${challenge}","origin":"https://a"}`)
const assertion = {
  authenticatorData: new Uint8Array(37),
  clientDataJSON: json(),
  signature: signatureOf(1, 'der'),
}
/** What the contract reads. */
const authOf = (made: `0x${string}`) =>
  decodeAbiParameters(parseAbiParameters('bytes32, bytes32, uint256, uint256, bytes, string'), made)

describe('signers on P-256', () => {
  it('[O1] a signer is the verifier and the point, with or without the byte that says uncompressed', () => {
    const signer = p256SignerOf(verifier, publicKey)
    assert.equal(signer, `${verifier.toLowerCase()}${encodeHex(publicKey.subarray(1)).slice(2)}`)
    assert.equal(p256SignerOf(verifier, publicKey.subarray(1)), signer)
    const signDigest = () => Promise.resolve('0x' as const)
    assert.equal(identityBy({ signer, signDigest }).account, accountOfSigner(signer))
    assert.equal(identityBy({ signer, signDigest, account: verifier }).account, verifier)
  })

  it('[O1] other points and verifiers are refused', async () => {
    const compressed = p256.getPublicKey(secret, true)
    for (const key of [compressed, new Uint8Array(), concatBytes(Uint8Array.of(3), publicKey.subarray(1))])
      await assertRefused(() => p256SignerOf(verifier, key), 'argument-invalid')
    await assertRefused(() => p256SignerOf('0xab', publicKey), 'argument-invalid')
  })

  it('[O1] attack: the second signature of every first: of both only the low one is made', () => {
    let high = 0
    for (let index = 0; index < 32; index++) {
      const signature = p256.Signature.fromBytes(signatureOf(index, 'compact'), 'compact')
      if (signature.hasHighS()) high++
      const low = lowS(signature.toBytes('compact'))
      assert.equal(p256.Signature.fromBytes(low, 'compact').hasHighS(), false)
      assert.ok(p256.verify(low, digestOf(index), publicKey, { prehash: false }))
      assert.deepEqual(lowS(low), low)
    }
    assert.ok(high > 0 && high < 32)
  })

  it('[O1] r and s that are zero or not below the order are refused', async () => {
    const order = decodeHex('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'order', 32)
    const [zero, one] = [new Uint8Array(32), digestOf(0).fill(1, 31)]
    for (const [r, s] of [
      [zero, one],
      [one, zero],
      [order, one],
      [one, order],
    ] as const)
      await assertRefused(() => lowS(concatBytes(r, s)), 'argument-invalid')
    await assertRefused(() => lowS(new Uint8Array(63)), 'argument-invalid')
  })

  it('[O1] an assertion becomes what the contract reads, whatever the size of r and s in DER', () => {
    for (let index = 0; index < 300; index++) {
      const made = webauthnSignatureOf({ ...assertion, signature: signatureOf(index % 256, 'der') })
      const [r, s, challengeIndex, typeIndex, data, text] = authOf(made)
      const rs = decodeHex(`0x${r.slice(2)}${s.slice(2)}`, 'rs', 64)
      assert.deepEqual(rs, lowS(signatureOf(index % 256, 'compact')))
      assert.equal(data, encodeHex(assertion.authenticatorData))
      assert.ok(text.startsWith('"challenge":"AAAA"', Number(challengeIndex)))
      assert.ok(text.startsWith('"type":"webauthn.get"', Number(typeIndex)))
    }
  })

  it('[O1] attack: the answer to a registration is passed off as a signature', async () => {
    const created = utf8('{"type":"webauthn.create","challenge":"AAAA"}')
    await assertRefused(
      () => webauthnSignatureOf({ ...assertion, clientDataJSON: created }),
      'argument-invalid',
    )
  })

  it(`DER that is cut, padded, negative or long, and anything else (seed ${fuzzSeed})`, async () => {
    const der = assertion.signature
    const bad = [
      new Uint8Array(),
      der.subarray(1),
      concatBytes(der, new Uint8Array(1)),
      Uint8Array.of(0x30, 6, 2, 1, 0x81, 2, 1, 1),
      Uint8Array.of(0x30, 6, 2, 1, 0, 2, 1, 1),
      Uint8Array.of(0x30, 0x80, ...der.subarray(2)),
      Uint8Array.of(0x30, 38, 2, 33, ...new Uint8Array(33).fill(1), 2, 1, 1),
    ]
    for (const signature of bad)
      await assertRefused(() => webauthnSignatureOf({ ...assertion, signature }), 'argument-invalid')
    const any = (good: Uint8Array) => fc.oneof(damaged(good), fc.uint8Array({ maxLength: 80 }), wild)
    const make = (given: object) => webauthnSignatureOf({ ...assertion, ...given })
    await holds(any(der), (signature) => make({ signature }), 1000)
    await holds(any(json()), (clientDataJSON) => make({ clientDataJSON }), 300)
    await holds(any(publicKey), (key) => p256SignerOf(verifier, key as Uint8Array), 300)
    await holds(any(signatureOf(1, 'compact')), (signature) => lowS(signature as Uint8Array), 300)
  })
})
