import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decodeAbiParameters, parseAbiParameters } from 'viem'
import { assertRefused } from '../test/people.ts'
import { concatBytes, decodeHex, encodeHex } from './hex.ts'
import { rsaSignerOf } from './index.ts'

const verifier = '0x00000000000000000000000000000000000000AB'
const exponent = Uint8Array.of(1, 0, 1)
const modulusOf = (sizeBytes: number) => new Uint8Array(sizeBytes).fill(0xc5)

describe('signers with an RSA key', () => {
  it('[O1] a signer is the verifier and what its contract decodes, and fits 1,024 bytes at 4,096 bits', () => {
    for (const sizeBytes of [256, 384, 512]) {
      const modulus = modulusOf(sizeBytes)
      const signer = rsaSignerOf(verifier, { exponent, modulus })
      assert.equal(signer.slice(0, 42), verifier.toLowerCase())
      const numbers = decodeAbiParameters(parseAbiParameters('bytes, bytes'), `0x${signer.slice(42)}`)
      assert.deepEqual(numbers, [encodeHex(exponent), encodeHex(modulus)])
      assert.ok(decodeHex(signer, 'signer', (signer.length - 2) / 2).length <= 1024)
    }
  })

  it('[O1] weak keys, and a second spelling of a key, which would be a second account, are refused', async () => {
    const modulus = modulusOf(256)
    const zero = Uint8Array.of(0)
    const refused: Record<string, { exponent: Uint8Array; modulus: Uint8Array }> = {
      '1,024 bits': { exponent, modulus: modulusOf(128) },
      '2,047 bits': { exponent, modulus: modulusOf(256).fill(0x7f, 0, 1) },
      'more than a signer holds': { exponent, modulus: modulusOf(513) },
      'an even modulus': { exponent, modulus: modulusOf(256).fill(0xc4, 255) },
      'a leading zero': { exponent, modulus: concatBytes(zero, modulus) },
      'a leading zero of the exponent': { exponent: concatBytes(zero, exponent), modulus },
      'exponent 3': { exponent: Uint8Array.of(3), modulus },
      'an even exponent': { exponent: Uint8Array.of(1, 0, 0), modulus },
      'no numbers': { exponent: new Uint8Array(), modulus: new Uint8Array() },
    }
    for (const [what, key] of Object.entries(refused))
      await assertRefused(() => rsaSignerOf(verifier, key), 'argument-invalid').catch((error) => {
        throw new Error(what, { cause: error })
      })
    await assertRefused(() => rsaSignerOf('0xab', { exponent, modulus }), 'argument-invalid')
  })
})
