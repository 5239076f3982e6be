import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ana, assertRefused, imaging, labs, mallory } from '../test/people.ts'
import { openBackLink, sealBackLink } from './index.ts'

const seedOf = (epoch: number) => ana.epochSeed(labs, epoch)
const step = (newEpoch: number) => ({
  patient: ana.account,
  compartment: labs,
  newEpoch,
  newSeed: seedOf(newEpoch),
})
const linkTo = (newEpoch: number) => sealBackLink({ ...step(newEpoch), oldSeed: seedOf(newEpoch - 1) })

describe('back-link', () => {
  it('[E9] is 60 bytes, and the new seed opens the old one', () => {
    const backLink = linkTo(2)
    assert.equal(backLink.length, 60)
    assert.deepEqual(openBackLink({ ...step(2), backLink }), seedOf(1))
  })

  it('[E9] the newest seed walks back to the first epoch', () => {
    let seed = seedOf(5)
    for (let epoch = 5; epoch > 1; epoch--) {
      seed = openBackLink({ ...step(epoch), newSeed: seed, backLink: linkTo(epoch) })
      assert.deepEqual(seed, seedOf(epoch - 1))
    }
  })

  it('[E9] no older seed opens a newer one', async () => {
    const backLink = linkTo(3)
    for (const older of [1, 2]) {
      await assertRefused(
        () => openBackLink({ ...step(3), newSeed: seedOf(older), backLink }),
        'back-link-not-for-key',
      )
    }
  })

  it('[E9] a back-link moved to another patient, compartment or epoch opens nothing', async () => {
    const backLink = linkTo(2)
    const moved = [{ patient: mallory.account }, { compartment: imaging }, { newEpoch: 3 }]
    for (const change of moved) {
      await assertRefused(() => openBackLink({ ...step(2), ...change, backLink }), 'back-link-not-for-key')
    }
  })

  it('[E9] a flipped bit anywhere opens nothing', async () => {
    for (let index = 0; index < 60; index++) {
      const backLink = linkTo(2)
      backLink[index]! ^= 1
      await assertRefused(() => openBackLink({ ...step(2), backLink }), 'back-link-not-for-key')
    }
  })

  it('[E9] another size is refused', async () => {
    for (const sizeBytes of [0, 59, 61]) {
      const backLink = new Uint8Array(sizeBytes)
      await assertRefused(() => openBackLink({ ...step(2), backLink }), 'back-link-malformed', { sizeBytes })
    }
  })

  it('[E9] nothing precedes the first epoch', async () => {
    await assertRefused(() => sealBackLink({ ...step(1), oldSeed: seedOf(1) }), 'argument-invalid')
  })

  it('[E9] every nonce is fresh', () => {
    assert.notDeepEqual(linkTo(2), linkTo(2))
  })
})
