import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decodeHex, encodeHex } from './hex.ts'
import { epochKeyOf, openKeyring, recipientOf } from './index.ts'
import { derive, labels } from './labels.ts'

const patient = `0x${'Aa'.repeat(20)}` as const
const reader = `0x${'bB'.repeat(20)}` as const
const consent = `0x${'cc'.repeat(20)}` as const
const compartment = `0x${'Dd'.repeat(32)}` as const

describe('frozen labels', () => {
  it('[E7] [E8] [E9] [E10] [E15] [E16] [E17] every label is spelled as it always was', () => {
    const [a, b, c, d] = [patient, reader, consent, compartment].map((hex) => hex.toLowerCase())
    const context = { chainId: 31337, consent, patient, compartment, epoch: 12, reader }
    assert.equal(labels.signingKey(), 'HRE signing key v1 secp256k1')
    assert.equal(labels.recipient(), 'HRE recipient v1 x-wing')
    assert.equal(labels.compartmentId('labs'), 'HRE compartment id v1|labs')
    assert.equal(labels.epochSeed(compartment, 12), `HRE epoch seed v1|${d}|12`)
    assert.equal(labels.backLink(patient, compartment, 12), `HRE back-link v1|${a}|${d}|12`)
    assert.equal(labels.grantWrap(context), `HRE grant wrap v1|31337|${c}|${a}|${d}|12|${b}`)
    assert.equal(labels.epochKey(), 'HRE epoch key v1 x-wing')
    assert.equal(labels.epochKeyWrap(context), `HRE epoch key wrap v1|31337|${c}|${a}|${d}|12|${b}`)
    assert.equal(
      labels.staffWrap({ ...context, organisation: patient }),
      `HRE staff wrap v1|31337|${c}|${a}|${d}|12|${a}|${b}`,
    )
    const record = `0x${'eE'.repeat(32)}` as const
    const contentId = `0x${'Ff'.repeat(32)}` as const
    assert.equal(
      labels.recordWrap({ ...context, record, contentId, purposes: 33 }),
      `HRE record wrap v1|31337|${c}|${a}|${d}|12|${record.toLowerCase()}|${contentId.toLowerCase()}|${b}|33`,
    )
    assert.equal(labels.ward(patient), `HRE ward v1|${a}`)
    assert.equal(labels.compartmentMap(context), `HRE compartment map v1|31337|${c}|${a}|${b}`)
  })

  // These constants were made by Python's hmac and hashlib, not by this code. A change here is a lost chart.
  it('[E10] the zero root seed makes what it always made', () => {
    const ring = openKeyring(new Uint8Array(32))
    const labs = '0x744ee4e3eb0bc78f56199e01e252aa13cecc70038ed0bb298dccc541f687296a'
    assert.equal(
      encodeHex(ring.signingKey),
      '0x9fcac30dc8fa80308fdd71510ca7c905d7558a4c0f37c84fa7c0807ae5fb872a',
    )
    assert.equal(
      encodeHex(ring.recipientSeed),
      '0x7644d2ea428ce5894f7af75e7e4699be93734bf2ef8be919a66fa27d9099ae43',
    )
    assert.equal(ring.compartmentId('labs'), labs)
    assert.equal(
      encodeHex(ring.epochSeed(labs, 1)),
      '0xb6403b133f0bcf8ed2e97c9aa124dca6e5e85b52b4a4ae2c20acc15fb6c6a53f',
    )
  })

  // As the next one, by Python.
  it('[K9] [K10] proofs of opening and successions are what they always were', () => {
    const key = new Uint8Array(32).fill(7)
    const account = `0x${'AB'.repeat(20)}` as const
    assert.equal(
      encodeHex(derive(key, labels.unlockProof(account))),
      '0xa2bddc5339be93eeecfb5a8ade7fa49d5bec622e47750927fff16c3be0f9697f',
    )
    assert.equal(
      encodeHex(derive(key, labels.succession())),
      '0x6172ca6f60c77f7f0d96fb00daa6ba1d6f77e21c0f41b99ab16d1acf45869e91',
    )
  })

  // HMAC-SHA256 of HMAC-SHA256(32 zero bytes, seed of 32 bytes 0x07) over the label and 0x01, by Python.
  it('[E16] an epoch’s key is what it always was, and the first epoch’s is its seed', () => {
    const seed = new Uint8Array(32).fill(7)
    assert.deepEqual(epochKeyOf(seed, 1), seed)
    for (const epoch of [2, 3, 4294967295])
      assert.equal(
        encodeHex(epochKeyOf(seed, epoch)),
        '0x7473e2ba57c7112b0375b82c64951a274c570abfb7d388959e37ff8e9e15dd45',
      )
  })

  // Seed, first and last 32 bytes of the public key as draft-connolly-cfrg-xwing-kem, appendix C, prints them.
  it('[E6] X-Wing public keys are those of the draft’s test vectors', () => {
    const published = [
      [
        '7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26',
        'e2236b35a8c24b39b10aa1323a96a919a2ced88400633a7b07131713fc14b2b5',
        '859edb06eff389b27dce59844570216223593d4ba32d9abac8cd049040ef6534',
      ],
      [
        'badfd6dfaac359a5efbb7bcc4b59d538df9a04302e10c8bc1cbf1a0b3a5120ea',
        '0333285fa253661508c9fb444852caa4061636cb060e69943b431400134ae1fb',
        '9f7ed34bcbb48fd4c562a576549f85b528c953926d96ea8a160b8843f1c89c62',
      ],
    ] as const
    for (const [seed, first, last] of published) {
      const recipient = recipientOf(decodeHex(`0x${seed}`, 'seed', 32))
      assert.equal(encodeHex(recipient.slice(0, 32)), `0x${first}`)
      assert.equal(encodeHex(recipient.slice(-32)), `0x${last}`)
    }
  })
})
