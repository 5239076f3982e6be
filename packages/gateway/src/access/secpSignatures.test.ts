import assert from 'node:assert/strict'
import { createHash, randomInt } from 'node:crypto'
import { describe, test } from 'node:test'
import { recoverAddress, type Address, type Hex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { isSignedBy } from './secpSignatures.ts'

const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const seed = Number(process.env['HRE_SEED'] ?? randomInt(2 ** 32))

const hex = (value: bigint): string => value.toString(16).padStart(64, '0')
/** 32 bytes that follow from the seed. */
const drawn = (name: string): Hex => `0x${createHash('sha256').update(`${seed} ${name}`).digest('hex')}`

/** viem's verdict, and that `s` is low. */
async function isByViem(signer: Address, digest: Hex, signature: Hex): Promise<boolean> {
  if (signature.length !== 132 || BigInt(`0x${signature.slice(66, 130)}`) > order >> 1n) return false
  const by = await recoverAddress({ hash: digest, signature }).catch(() => undefined)
  return by?.toLowerCase() === signer
}

/** Ways to spoil a signature. */
const spoilers: Record<string, (signature: Hex) => string> = {
  'as it is': (signature) => signature,
  'the high s': (signature) =>
    `${signature.slice(0, 66)}${hex(order - BigInt(`0x${signature.slice(66, 130)}`))}${signature.endsWith('1b') ? '1c' : '1b'}`,
  'the other v': (signature) => `${signature.slice(0, 130)}${signature.endsWith('1b') ? '1c' : '1b'}`,
  'v as a bit': (signature) => `${signature.slice(0, 130)}${signature.endsWith('1b') ? '00' : '01'}`,
  'v of 29': (signature) => `${signature.slice(0, 130)}1d`,
  'v of 2': (signature) => `${signature.slice(0, 130)}02`,
  'r of 0': (signature) => `0x${hex(0n)}${signature.slice(66)}`,
  's of 0': (signature) => `${signature.slice(0, 66)}${hex(0n)}${signature.slice(130)}`,
  'r of the order': (signature) => `0x${hex(order)}${signature.slice(66)}`,
  's of the order': (signature) => `${signature.slice(0, 66)}${hex(order)}${signature.slice(130)}`,
  'r above the order': (signature) => `0x${'f'.repeat(64)}${signature.slice(66)}`,
  'r beside a point': (signature) => `0x${hex(5n)}${signature.slice(66)}`,
  's and r swapped': (signature) =>
    `0x${signature.slice(66, 130)}${signature.slice(2, 66)}${signature.slice(130)}`,
  'a changed bit of r': (signature) => `0x${hex(BigInt(signature.slice(0, 66)) ^ 1n)}${signature.slice(66)}`,
  'a changed bit of s': (signature) =>
    `${signature.slice(0, 66)}${hex(BigInt(`0x${signature.slice(66, 130)}`) ^ 1n)}${signature.slice(130)}`,
  '64 bytes': (signature) => signature.slice(0, 130),
  '66 bytes': (signature) => `${signature}00`,
  nothing: () => '0x',
  'no hexadecimal': (signature) => `${signature.slice(0, 130)}zz`,
  'upper case': (signature) => `0x${signature.slice(2).toUpperCase()}`,
}

describe('signatures of externally owned accounts', () => {
  for (const [name, spoil] of Object.entries(spoilers))
    test(`${name}: the verdict is viem's, seed ${seed}`, async () => {
      for (let round = 0; round < 20; round++) {
        const account = privateKeyToAccount(drawn(`${name} ${round}`))
        const other = privateKeyToAccount(drawn('other')).address.toLowerCase() as Address
        const signer = account.address.toLowerCase() as Address
        const digest = drawn(`${name} ${round} digest`)
        const good = await account.sign({ hash: digest })
        const signature = spoil(good) as Hex
        assert.equal(isSignedBy(signer, digest, good), true)
        for (const [by, of] of [
          [signer, digest],
          [signer, drawn('another digest')],
          [other, digest],
        ] as const)
          assert.equal(
            isSignedBy(by, of, signature),
            await isByViem(by, of, signature),
            `${name}, round ${round}`,
          )
      }
    })

  test('attack: a signature of the digest 0, made for a key without its secret', async () => {
    const account = privateKeyToAccount(drawn('key 0'))
    const signer = account.address.toLowerCase() as Address
    const good = await account.sign({ hash: drawn('any') })
    const zero: Hex = `0x${hex(0n)}`
    for (const digest of [zero, `0x${hex(order)}`, `0x${'f'.repeat(64)}`] as const)
      assert.equal(isSignedBy(signer, digest, good), false)
    const honest = await account.sign({ hash: zero })
    assert.equal(isSignedBy(signer, zero, honest), true)
  })
})
