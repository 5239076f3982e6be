import assert from 'node:assert/strict'
import { constants, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { bytesToHex, hexToBytes } from 'viem'
import { addMemberCall } from '@hre/protocol'
import { identityBy, rsaSignerOf, type Identity } from '@hre/vault'
import { anvilSkipReason } from '../../../contracts/test/anvil.ts'
import { startChain, type Chain, type Founded } from './chain.ts'

describe('an RSA key signs for an account', { skip: anvilSkipReason }, () => {
  let chain: Chain
  let founded: Founded
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 3072 })

  before(async () => {
    chain = await startChain()
    founded = await chain.found(signerOf(privateKey))
  })
  after(() => chain?.stop())

  function signerOf(key: KeyObject) {
    const { n, e } = createPublicKey(key as never).export({ format: 'jwk' })
    const [modulus, exponent] = [n!, e!].map((part) => new Uint8Array(Buffer.from(part, 'base64url')))
    return rsaSignerOf(chain.verifiers.rsa, { modulus: modulus!, exponent: exponent! })
  }
  const identity = (signature: (digest: Uint8Array) => Buffer): Identity =>
    identityBy({
      signer: signerOf(privateKey),
      signDigest: (digest) => Promise.resolve(bytesToHex(new Uint8Array(signature(digest)))),
    })
  const call = (digit: number) => addMemberCall(founded.deployment, `0x${String(digit).repeat(40)}`, 'doctor')
  const own = (digest: Uint8Array) => sign('sha256', digest, privateKey)

  it('[O1] operations that the contracts accept', async () => {
    assert.equal(identity(own).account, founded.organisation)
    assert.equal(await founded.submit(identity(own), call(1)), undefined)
  })

  it('[O1] attack: another key, another padding, another digest, or another spelling of one signature', async () => {
    const { privateKey: other } = generateKeyPairSync('rsa', { modulusLength: 3072 })
    const { n } = createPublicKey(privateKey).export({ format: 'jwk' })
    const modulus = BigInt(bytesToHex(new Uint8Array(Buffer.from(n!, 'base64url'))))
    const pss = { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING }
    const attempts: Record<string, (digest: Uint8Array) => Buffer> = {
      'another key': (digest) => sign('sha256', digest, other),
      PSS: (digest) => sign('sha256', digest, pss),
      'SHA-512': (digest) => sign('sha512', digest, privateKey),
      'another operation': (digest) => own(digest.map((byte) => byte ^ 1)),
      'one byte more': (digest) => Buffer.concat([Buffer.of(0), own(digest)]),
      // The same number modulo n: if it were taken, every signature would have a second one.
      'the signature and the modulus': (digest) => {
        const larger = BigInt(bytesToHex(new Uint8Array(own(digest)))) + modulus
        return Buffer.from(hexToBytes(`0x${larger.toString(16).padStart(768, '0')}`))
      },
      nothing: () => Buffer.alloc(0),
    }
    for (const [what, signature] of Object.entries(attempts)) {
      const refused = await founded.submit(identity(signature), call(2))
      assert.match(refused ?? 'accepted', /signature/, what)
    }
    assert.equal(await founded.submit(identity(own), call(2)), undefined)
  })
})
