import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import {
  ana,
  assertRefused,
  badRecipients,
  grantToOsei,
  imaging,
  labs,
  mallory,
  osei,
} from '../test/people.ts'
import { utf8 } from './hex.ts'
import { hpkeSeal } from './hpke.ts'
import {
  epochKeyFor,
  epochKeyOf,
  openBackLink,
  openRecord,
  recipientHashOf,
  recipientOf,
  sealBackLink,
  sealRecord,
  unwrapEpochKey,
  unwrapEpochSeed,
  wrapEpochKey,
  wrapEpochSeed,
} from './index.ts'
import { labels } from './labels.ts'
import { platformRandom } from './random.ts'

const seedOf = (epoch: number) => ana.epochSeed(labs, epoch)
const keyOf = (epoch: number) => epochKeyOf(seedOf(epoch), epoch)
const recipientAt = (epoch: number) => recipientOf(keyOf(epoch))
const hashAt = (epoch: number) => recipientHashOf(recipientAt(epoch))
const context = { ...grantToOsei, epoch: 3 }
const link = (newEpoch: number, newSeed: Uint8Array) => ({
  patient: ana.account,
  compartment: labs,
  newEpoch,
  newSeed,
})
const linkTo = (epoch: number) => sealBackLink({ ...link(epoch, seedOf(epoch)), oldSeed: seedOf(epoch - 1) })
const sealedIn = (epoch: number) =>
  sealRecord({ body: utf8(`epoch ${epoch}`), mediaType: 'text/plain', recipient: recipientAt(epoch) })

let wrap: Uint8Array
before(async () => {
  wrap = await wrapEpochKey({ epochKey: keyOf(3), readerRecipient: osei.recipient, context })
})
const unwrap = (change: Partial<typeof context> = {}, readerSeed = osei.recipientSeed) =>
  unwrapEpochKey({
    wrap,
    readerSeed,
    context: { ...context, ...change },
    expectedRecipientHash: hashAt(3),
  })

describe('a grant from now on', () => {
  it('[E16] opens the records of its epoch', async () => {
    assert.equal(wrap.length, 1169)
    const key = await unwrap()
    assert.deepEqual((await openRecord({ ...(await sealedIn(3)), seed: key })).body, utf8('epoch 3'))
  })

  it('[E16] attack: goes back along the back-links to what was filed before', async () => {
    const key = await unwrap()
    // The key itself, what a seed would derive from it, and the same once more.
    for (const tried of [key, epochKeyOf(key, 2), epochKeyOf(epochKeyOf(key, 2), 2)]) {
      for (const epoch of [2, 3]) {
        await assertRefused(
          () => openBackLink({ ...link(epoch, tried), backLink: linkTo(epoch) }),
          'back-link-not-for-key',
        )
      }
      for (const epoch of [1, 2])
        await assertRefused(
          async () => openRecord({ ...(await sealedIn(epoch)), seed: tried }),
          'record-not-for-key',
        )
    }
  })

  it('[E16] attack: goes on to a later epoch', async () => {
    const key = await unwrap()
    for (const seed of [key, epochKeyOf(key, 4)])
      await assertRefused(async () => openRecord({ ...(await sealedIn(4)), seed }), 'record-not-for-key')
  })

  it('[E16] attack: puts keys together with a reader who had all of history until an earlier epoch', async () => {
    // The other one left after epoch 2 and knows its seed; this one has the key of 5. Epochs 3 and 4 stay closed.
    const known = [seedOf(2), seedOf(1), keyOf(5), epochKeyOf(seedOf(2), 2)]
    for (const seed of known) {
      for (const epoch of [3, 4]) {
        const sealed = await sealedIn(epoch)
        await assertRefused(() => openRecord({ ...sealed, seed }), 'record-not-for-key')
      }
      for (const epoch of [3, 4, 5])
        await assertRefused(
          () => openBackLink({ ...link(epoch, seed), backLink: linkTo(epoch) }),
          'back-link-not-for-key',
        )
    }
  })

  it('[E9] [E16] whoever has the seed opens the epoch and goes back to the first', async () => {
    let seed = seedOf(4)
    for (let epoch = 4; epoch >= 1; epoch--) {
      const key = epochKeyFor({ seed, epoch, recipientHash: hashAt(epoch) })
      assert.deepEqual(
        (await openRecord({ ...(await sealedIn(epoch)), seed: key })).body,
        utf8(`epoch ${epoch}`),
      )
      if (epoch > 1) seed = openBackLink({ ...link(epoch, seed), backLink: linkTo(epoch) })
    }
  })

  it('[E16] an epoch from before this rule opens by its seed', async () => {
    const recipientHash = recipientHashOf(recipientOf(seedOf(3)))
    assert.deepEqual(epochKeyFor({ seed: seedOf(3), epoch: 3, recipientHash }), seedOf(3))
    const old = await wrapEpochSeed({ seed: seedOf(3), readerRecipient: osei.recipient, context })
    const args = { wrap: old, readerSeed: osei.recipientSeed, context }
    for (const expectedRecipientHash of [recipientHash, hashAt(3)])
      assert.deepEqual(await unwrapEpochSeed({ ...args, expectedRecipientHash }), seedOf(3))
    await assertRefused(() => epochKeyFor({ seed: seedOf(2), epoch: 3, recipientHash }), 'wrap-seed-mismatch')
  })

  it('[E16] attack: replayed to another reader, patient, compartment, epoch, contract or chain', async () => {
    const replays = [
      { reader: mallory.account },
      { patient: mallory.account },
      { compartment: imaging },
      { epoch: 2 },
      { epoch: 4 },
      { consent: '0x00000000000000000000000000000000000c0de2' },
      { chainId: 1 },
    ] as const
    for (const change of replays) await assertRefused(() => unwrap(change), 'wrap-not-for-reader')
    await assertRefused(() => unwrap({}, mallory.recipientSeed), 'wrap-not-for-reader')
  })

  it('[E16] attack: taken for a seed, or a seed for it', async () => {
    const args = { readerSeed: osei.recipientSeed, context }
    await assertRefused(() => unwrapEpochSeed({ ...args, wrap }), 'wrap-malformed', { sizeBytes: 1169 })
    const seedWrap = await wrapEpochSeed({ seed: seedOf(3), readerRecipient: osei.recipient, context })
    await assertRefused(() => unwrapEpochKey({ ...args, wrap: seedWrap }), 'wrap-malformed', {
      sizeBytes: 1168,
    })
  })

  it('[E16] the key of another epoch, and another form, are refused', async () => {
    const other = await wrapEpochKey({ epochKey: keyOf(2), readerRecipient: osei.recipient, context })
    const args = { readerSeed: osei.recipientSeed, context, expectedRecipientHash: hashAt(3) }
    await assertRefused(() => unwrapEpochKey({ ...args, wrap: other }), 'wrap-seed-mismatch')
    const strange = await hpkeSeal({
      plaintext: new Uint8Array(33),
      recipient: osei.recipient,
      info: labels.epochKeyWrap(context),
      random: platformRandom,
    })
    await assertRefused(() => unwrapEpochKey({ ...args, wrap: strange }), 'wrap-malformed')
  })

  it('[E16] the first epoch cannot be given from now on, nor to what is no public key', async () => {
    const first = { ...context, epoch: 1 }
    const args = { epochKey: keyOf(3), readerRecipient: osei.recipient }
    await assertRefused(() => wrapEpochKey({ ...args, context: first }), 'argument-invalid')
    for (const readerRecipient of badRecipients)
      await assertRefused(() => wrapEpochKey({ ...args, readerRecipient, context }), 'recipient-refused')
  })
})
