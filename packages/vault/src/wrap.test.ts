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
import { isNotForMe, recipientHashOf, recipientOf, unwrapEpochSeed, wrapEpochSeed } from './index.ts'

const seed = ana.epochSeed(labs, 1)
const expectedRecipientHash = recipientHashOf(recipientOf(seed))
let wrap: Uint8Array

before(async () => {
  wrap = await wrapEpochSeed({ seed, readerRecipient: osei.recipient, context: grantToOsei })
})

describe('grant wrap', () => {
  it('[E7] is 1,168 bytes and the reader opens it', async () => {
    assert.equal(wrap.length, 1168)
    const opened = await unwrapEpochSeed({
      wrap,
      readerSeed: osei.recipientSeed,
      context: grantToOsei,
      expectedRecipientHash,
    })
    assert.deepEqual(opened, seed)
  })

  it('[E7] nobody else opens it: not another doctor, not the patient', async () => {
    for (const { recipientSeed } of [mallory, ana]) {
      await assert.rejects(
        unwrapEpochSeed({ wrap, readerSeed: recipientSeed, context: grantToOsei }),
        isNotForMe,
      )
    }
  })

  it('[E7] replayed for another reader, patient, compartment, epoch, contract or chain it opens nothing', async () => {
    const replays = [
      { reader: mallory.account },
      { patient: mallory.account },
      { compartment: imaging },
      { epoch: 2 },
      { epoch: 11 },
      { consent: '0x00000000000000000000000000000000000c0de2' },
      { chainId: 1 },
    ] as const
    for (const change of replays) {
      await assertRefused(
        () =>
          unwrapEpochSeed({ wrap, readerSeed: osei.recipientSeed, context: { ...grantToOsei, ...change } }),
        'wrap-not-for-reader',
      )
    }
  })

  it('[E7] the spelling of an address does not matter', async () => {
    const context = {
      ...grantToOsei,
      consent: grantToOsei.consent.toUpperCase().replace('0X', '0x') as `0x${string}`,
      patient: grantToOsei.patient.toUpperCase().replace('0X', '0x') as `0x${string}`,
    }
    assert.deepEqual(await unwrapEpochSeed({ wrap, readerSeed: osei.recipientSeed, context }), seed)
  })

  it('[E7] a seed that does not make the epoch’s recipient is refused', async () => {
    const wrong = await wrapEpochSeed({
      seed: ana.epochSeed(labs, 2),
      readerRecipient: osei.recipient,
      context: grantToOsei,
    })
    await assertRefused(
      () =>
        unwrapEpochSeed({
          wrap: wrong,
          readerSeed: osei.recipientSeed,
          context: grantToOsei,
          expectedRecipientHash,
        }),
      'wrap-seed-mismatch',
      { expected: expectedRecipientHash, actual: recipientHashOf(recipientOf(ana.epochSeed(labs, 2))) },
    )
  })

  it('[E7] altered anywhere it opens nothing', async () => {
    for (let index = 0; index < wrap.length; index += 29) {
      const altered = wrap.slice()
      altered[index]! ^= 0x80
      await assertRefused(
        () => unwrapEpochSeed({ wrap: altered, readerSeed: osei.recipientSeed, context: grantToOsei }),
        'wrap-not-for-reader',
      )
    }
  })

  it('[E7] another size is refused', async () => {
    for (const sizeBytes of [0, 1167, 1169, 1136]) {
      await assertRefused(
        () =>
          unwrapEpochSeed({
            wrap: new Uint8Array(sizeBytes),
            readerSeed: osei.recipientSeed,
            context: grantToOsei,
          }),
        'wrap-malformed',
        { sizeBytes },
      )
    }
  })

  it('[E7] a reader key that is no public key is refused', async () => {
    for (const bad of badRecipients) {
      await assertRefused(
        () => wrapEpochSeed({ seed, readerRecipient: bad, context: grantToOsei }),
        'recipient-refused',
      )
    }
  })

  it('[E7] a context that is not fully given is refused', async () => {
    const bad = [
      { chainId: 0 },
      { chainId: 1.5 },
      { consent: '0x' },
      { patient: 'ana' },
      { epoch: 0 },
      { reader: '0x12' },
    ]
    for (const change of bad) {
      const context = { ...grantToOsei, ...change } as typeof grantToOsei
      await assertRefused(
        () => wrapEpochSeed({ seed, readerRecipient: osei.recipient, context }),
        'argument-invalid',
      )
    }
  })

  it('[E7] two wraps of one seed have nothing in common', async () => {
    const again = await wrapEpochSeed({ seed, readerRecipient: osei.recipient, context: grantToOsei })
    assert.notDeepEqual(again.slice(0, 1120), wrap.slice(0, 1120))
    assert.notDeepEqual(again.slice(1120), wrap.slice(1120))
  })

  it('[E7] many wraps made at once all open', async () => {
    const wraps = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        wrapEpochSeed({
          seed,
          readerRecipient: osei.recipient,
          context: { ...grantToOsei, epoch: n + 1 },
        }),
      ),
    )
    const opened = await Promise.all(
      wraps.map((each, n) =>
        unwrapEpochSeed({
          wrap: each,
          readerSeed: osei.recipientSeed,
          context: { ...grantToOsei, epoch: n + 1 },
        }),
      ),
    )
    for (const each of opened) assert.deepEqual(each, seed)
  })
})
