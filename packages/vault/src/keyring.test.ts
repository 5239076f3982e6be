import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  accountOfSigner as protocolAccountOfSigner,
  patientRegistrationTypedData,
  type Deployment,
} from '@hre/protocol'
import { privateKeyToAccount } from 'viem/accounts'
import { concat, keccak256, slice, stringToHex, toHex } from 'viem'
import { assertRefused } from '../test/people.ts'
import {
  accountOfSigner,
  createRootSeed,
  identityOf,
  normalizeCompartmentName,
  openKeyring,
  openSucceededKeyring,
  recipientOf,
  sealSuccession,
} from './index.ts'

const root = new Uint8Array(32).fill(7)
const nobody = `0x${'00'.repeat(20)}` as const
const deployment = { chainId: 1, directory: nobody } as Deployment
const message = patientRegistrationTypedData(deployment, {
  patient: nobody,
  recipient: '0x',
  organisation: nobody,
})

describe('keyring', () => {
  it('[K13] the secret of a ward is the carer’s and the ward’s alone, and outlives a recovery', async () => {
    const [one, other] = [`0x${'aa'.repeat(20)}`, `0x${'bb'.repeat(20)}`] as const
    const carer = openKeyring(root)
    assert.deepEqual(carer.wardSecret(one), openKeyring(root).wardSecret(one))
    assert.notDeepEqual(carer.wardSecret(one), carer.wardSecret(other))
    assert.notDeepEqual(carer.wardSecret(one), openKeyring(createRootSeed()).wardSecret(one))
    const fresh = createRootSeed()
    const succession = sealSuccession(fresh, { account: carer.account, rootSeed: root, lastEpochs: {} })
    assert.deepEqual(openSucceededKeyring(fresh, succession).wardSecret(one), carer.wardSecret(one))
    carer.forget()
    await assertRefused(() => carer.wardSecret(one), 'locked')
  })

  it('[E10] the same root seed gives the same keys', () => {
    const a = openKeyring(root)
    const b = openKeyring(root)
    const keysOf = ({ signingKey, recipientSeed, recipient, account }: typeof a) => [
      signingKey,
      recipientSeed,
      recipient,
      account,
    ]
    assert.deepEqual(keysOf(a), keysOf(b))
    assert.equal(a.compartmentId('labs'), b.compartmentId('labs'))
    assert.deepEqual(a.epochSeed(a.compartmentId('labs'), 3), b.epochSeed(b.compartmentId('labs'), 3))
  })

  it('[E10] the signer is the address that viem makes of the signing key', () => {
    const { signingKey, signer } = openKeyring(root)
    assert.equal(privateKeyToAccount(toHex(signingKey)).address.toLowerCase(), signer)
  })

  it('[K5] what forgets has no secret left, and neither signs nor derives', async () => {
    const ring = openKeyring(root)
    const former = openKeyring(root.map((byte) => byte + 1))
    const place = { account: former.account, rootSeed: root.map((byte) => byte + 1), lastEpochs: {} }
    const succeeded = openSucceededKeyring(root, sealSuccession(root, place))
    const labs = ring.compartmentId('labs')
    for (const each of [ring, succeeded]) {
      const { recipient, signer } = each
      const identity = identityOf(each)
      each.forget()
      each.forget()
      assert.deepEqual([each.signingKey, each.recipientSeed], [new Uint8Array(32), new Uint8Array(32)])
      await assertRefused(() => each.epochSeed(labs, 1), 'locked')
      await assertRefused(() => each.compartmentId('labs'), 'locked')
      await assertRefused(() => identity.sign(message), 'locked')
      assert.deepEqual([each.recipient, each.signer], [recipient, signer])
    }
    assert.deepEqual(root, new Uint8Array(32).fill(7), 'the seed that was given is the caller’s')
  })

  it('[O2] the account commits to the first signer, whatever its spelling', () => {
    const { signer, account } = openKeyring(root)
    assert.equal(account, slice(keccak256(concat([stringToHex('HRE account v1'), signer])), 12))
    assert.equal(account, protocolAccountOfSigner(signer))
    assert.equal(accountOfSigner(`0x${signer.slice(2).toUpperCase()}`), account)
    assert.match(accountOfSigner(`0x${'ab'.repeat(84)}`), /^0x[0-9a-f]{40}$/)
  })

  it('[O1] a signer under 20 or over 1,024 bytes is refused', async () => {
    for (const signer of [
      '0x',
      `0x${'ab'.repeat(19)}`,
      `0x${'ab'.repeat(1025)}`,
      `0x${'ab'.repeat(20)}c`,
    ] as const) {
      await assertRefused(() => accountOfSigner(signer), 'argument-invalid')
    }
  })

  it('[E10] keys of different purposes, compartments and epochs are all different', () => {
    const ring = openKeyring(root)
    const labs = ring.compartmentId('labs')
    const imaging = ring.compartmentId('imaging')
    const made = [
      ring.signingKey,
      ring.recipientSeed,
      ring.epochSeed(labs, 1),
      ring.epochSeed(labs, 2),
      ring.epochSeed(labs, 12),
      ring.epochSeed(imaging, 1),
    ].map((bytes) => toHex(bytes))
    assert.equal(new Set([...made, labs, imaging]).size, 8)
  })

  it('[E6] the recipient is that of the recipient seed', () => {
    const { recipient, recipientSeed } = openKeyring(root)
    assert.deepEqual(recipient, recipientOf(recipientSeed))
    assert.equal(recipient.length, 1216)
  })

  it('[E10] one name typed in two Unicode forms is one compartment', () => {
    const ring = openKeyring(root)
    assert.equal(ring.compartmentId('pe\u0301diatrie'), ring.compartmentId('p\u00e9diatrie'))
    assert.equal(normalizeCompartmentName('pe\u0301diatrie'), 'p\u00e9diatrie')
  })

  it('[E10] a name that is empty, long, broken or holds control characters is refused', async () => {
    const ring = openKeyring(root)
    for (const name of ['', 'x'.repeat(65), '\u00e9'.repeat(33), 'a\nb', 'a\u0000', '\ud800']) {
      await assertRefused(() => ring.compartmentId(name), 'argument-invalid')
    }
    assert.ok(ring.compartmentId('x'.repeat(64)))
  })

  it('[E10] an epoch under 1, over uint32 or not whole is refused', async () => {
    const ring = openKeyring(root)
    const labs = ring.compartmentId('labs')
    for (const epoch of [0, -1, 1.5, NaN, 2 ** 32]) {
      await assertRefused(() => ring.epochSeed(labs, epoch), 'argument-invalid', {
        argument: 'epoch',
        expected: 'an integer from 1 to 4294967295',
      })
    }
    assert.ok(ring.epochSeed(labs, 2 ** 32 - 1))
  })

  it('[E10] a root seed of another size is refused', async () => {
    await assertRefused(() => openKeyring(new Uint8Array(31)), 'argument-invalid')
    await assertRefused(() => openKeyring('00'.repeat(32) as never), 'argument-invalid')
  })

  it('[E10] changing the caller’s root seed afterwards changes nothing', () => {
    const mine = Uint8Array.from(root)
    const ring = openKeyring(mine)
    const before = ring.compartmentId('labs')
    mine.fill(0)
    assert.equal(ring.compartmentId('labs'), before)
  })

  it('[E10] a fresh root seed is 32 bytes and never the same', () => {
    assert.equal(createRootSeed().length, 32)
    assert.notDeepEqual(createRootSeed(), createRootSeed())
  })
})
