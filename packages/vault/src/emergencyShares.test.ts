import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { ana, assertRefused, badRecipients, labs, mallory, osei } from '../test/people.ts'
import {
  dealTrustees,
  declaration,
  emergencyContext,
  epochSeed,
  now,
  seenOf,
  trustees,
} from '../test/trustees.ts'
import { encodeHex } from './hex.ts'
import { hpkeSeal } from './hpke.ts'
import {
  choosePrimitives,
  epochKeyOf,
  openEmergency,
  openEmergencyShare,
  recipientHashOf,
  recipientOf,
  releaseHashOf,
  releaseShare,
  type EmergencyRelease,
  type EmergencyShare,
  type Hex32,
} from './index.ts'
import { labels } from './labels.ts'
import { platformRandom } from './random.ts'

const expectedRecipientHash = recipientHashOf(recipientOf(epochSeed))
let sharesHash: Hex32
let shares: EmergencyShare[]
let releases: EmergencyRelease[]

const release = (index: number, change: object = {}) =>
  releaseShare({
    share: shares[index - 1]!,
    trusteeSeed: trustees[index - 1]!.recipientSeed,
    declaration,
    clinicianRecipient: osei.recipient,
    seen: seenOf(sharesHash),
    now,
    ...change,
  })
const open = (given: EmergencyRelease[], change: object = {}) =>
  openEmergency({
    context: emergencyContext,
    declaration,
    clinician: osei.account,
    clinicianSeed: osei.recipientSeed,
    sharesHash,
    expectedRecipientHash,
    releases: given,
    ...change,
  })

before(async () => {
  ;({ sharesHash, shares } = await dealTrustees())
  releases = await Promise.all([1, 2, 3, 4].map(async (index) => (await release(index)).release))
})

describe('shares for an emergency', () => {
  it('[S5] [S9] any two of four trustees let the clinician in, the others are offline', async () => {
    for (let first = 0; first < 4; first++) {
      for (let second = 0; second < 4; second++) {
        if (first === second) continue
        const given = JSON.parse(JSON.stringify([releases[first]!, releases[second]!]))
        assert.deepEqual(await open(given), { epochSeed, refused: [] })
      }
    }
  })

  it('[S9] [E16] a later epoch opens by its own key’s recipient, one from before that rule by its seed’s', async () => {
    const seed = ana.epochSeed(labs, 2)
    const context = { ...emergencyContext, epoch: 2 }
    const dealt = await dealTrustees({ epochSeed: seed, context })
    const seen = seenOf(dealt.sharesHash)
    const given = await Promise.all(
      [0, 1].map(async (place) => {
        const asked = {
          share: dealt.shares[place]!,
          seen: { ...seen, compartment: { ...seen.compartment, epoch: 2 } },
        }
        return (await release(place + 1, asked)).release
      }),
    )
    const change = { context, sharesHash: dealt.sharesHash }
    const ofKey = recipientHashOf(recipientOf(epochKeyOf(seed, 2)))
    assert.deepEqual((await open(given, { ...change, expectedRecipientHash: ofKey })).epochSeed, seed)
    const ofSeed = recipientHashOf(recipientOf(seed))
    assert.deepEqual((await open(given, { ...change, expectedRecipientHash: ofSeed })).epochSeed, seed)
    await assertRefused(() => open(given, change), 'emergency-seed-mismatch')
  })

  it('[S5] a trustee finds a bad share, or one of another set than the chain’s, when it comes', async () => {
    const seed = trustees[0]!.recipientSeed
    assert.equal((await openEmergencyShare(shares[0]!, seed, sharesHash)).length, 65)
    const other = await dealTrustees()
    await assertRefused(() => openEmergencyShare(other.shares[0]!, seed, sharesHash), 'share-set-mismatch', {
      expected: sharesHash,
      actual: other.sharesHash,
    })
    const swapped = { ...shares[0]!, box: other.shares[0]!.box }
    await assertRefused(() => openEmergencyShare(swapped, seed, sharesHash), 'wrap-not-for-reader')
    const neighbour = trustees[1]!.recipientSeed
    await assertRefused(() => openEmergencyShare(shares[0]!, neighbour, sharesHash), 'wrap-not-for-reader')
  })

  it('[S5] a share moved to another chain, contract, patient, compartment or epoch opens nothing', async () => {
    const changes = [
      { chainId: 1 },
      { emergency: mallory.account },
      { patient: mallory.account },
      { compartment: ana.compartmentId('imaging') },
      { epoch: 2 },
    ]
    for (const change of changes) {
      const moved = { ...shares[0]!, context: { ...emergencyContext, ...change } }
      const hash = sharesHash
      await assertRefused(
        () => openEmergencyShare(moved, trustees[0]!.recipientSeed, hash),
        'share-set-mismatch',
      )
      const given = releases.map((each) => ({ ...each, context: moved.context }))
      await assertRefused(() => open(given), 'shares-too-few')
      await assertRefused(() => open(releases, { context: moved.context }), 'shares-too-few')
    }
  })

  it('[S7] a release replayed to another declaration or clinician opens nothing, relabelled or not', async () => {
    const elsewhere = await Promise.all(
      [1, 2, 3].map(async (index) => {
        const seen = seenOf(sharesHash)
        const asked = { declaration: 8n, seen: { ...seen, declaration: { ...seen.declaration, id: 8n } } }
        return (await release(index, asked)).release
      }),
    )
    await assertRefused(() => open(elsewhere), 'shares-too-few', {
      needed: 2,
      valid: 0,
      refused: elsewhere.map(({ index }, position) => ({ position, index, reason: 'other-request' })),
    })
    const relabelled = elsewhere.map((each) => ({ ...each, declaration: '7' }))
    await assertRefused(() => open(relabelled), 'shares-too-few')
    const hers = { clinician: mallory.account, clinicianSeed: mallory.recipientSeed }
    await assertRefused(() => open(releases, hers), 'shares-too-few')
    const stolen = releases.map((each) => ({ ...each, clinician: mallory.account }))
    await assertRefused(() => open(stolen, hers), 'shares-too-few')
    await assertRefused(() => open(stolen, { clinician: mallory.account }), 'shares-too-few')
  })

  it('[S9] one trustee, twice, with an invented second or with another set’s, is too few', async () => {
    const [first, second] = releases as [EmergencyRelease, EmergencyRelease]
    await assertRefused(() => open([first]), 'shares-too-few', { needed: 2, valid: 1, refused: [] })
    await assertRefused(() => open([first, first]), 'shares-too-few')
    await assertRefused(() => open([first, { ...first, index: 2 }]), 'shares-too-few')
    const lowered = { ...second, set: { ...second.set, threshold: 3 } }
    await assertRefused(() => open([first, lowered]), 'shares-too-few', {
      needed: 2,
      valid: 1,
      refused: [{ position: 1, index: 2, reason: 'other-set' }],
    })
    await assertRefused(() => open([]), 'shares-too-few')
  })

  it('[S9] a trustee that seals something else is named, and the others suffice', async () => {
    const { set } = shares[0]!
    const info = labels.emergencyRelease(labels.emergencyShares(emergencyContext), set, 1, sharesHash, {
      declaration,
      clinician: osei.account,
    })
    const plaintext = new Uint8Array(65).fill(1)
    const box = encodeHex(
      await hpkeSeal({ plaintext, recipient: osei.recipient, info, random: platformRandom }),
    )
    const given = [{ ...releases[0]!, box }, null as never, ...releases.slice(1, 3)]
    assert.deepEqual(await open(given), {
      epochSeed,
      refused: [
        { position: 1, index: 0, reason: 'malformed' },
        { position: 0, index: 1, reason: 'altered' },
      ],
    })
  })

  it('[S9] shares of something else than the epoch’s seed are found out by the chain', async () => {
    const wrong = await dealTrustees({ epochSeed: new Uint8Array(32) })
    const given = await Promise.all(
      [1, 2].map(async (index) => {
        const change = { share: wrong.shares[index - 1]!, seen: seenOf(wrong.sharesHash) }
        return (await release(index, change)).release
      }),
    )
    await assertRefused(() => open(given, { sharesHash: wrong.sharesHash }), 'emergency-seed-mismatch')
  })

  it('[S7] what the trustee signs on chain is the hash of what it released', async () => {
    const made = await release(1)
    assert.equal(made.releaseHash, releaseHashOf(made.release))
    assert.notEqual(releaseHashOf(releases[0]!), made.releaseHash)
    await assertRefused(() => releaseHashOf({ ...made.release, declaration: '07' }), 'message-refused')
  })

  it('[S7] nothing is sealed to a key that is none, nor when the chain was not asked', async () => {
    for (const clinicianRecipient of badRecipients) {
      await assertRefused(() => release(1, { clinicianRecipient }), 'recipient-refused')
    }
    const seen = { ...seenOf(sharesHash), finalBlock: 98 }
    await assertRefused(() => release(1, { seen }), 'emergency-release-refused', { reason: 'not-final' })
  })

  it('[S5] [S9] JavaScript and the platform open what the other sealed', async () => {
    try {
      choosePrimitives('javascript')
      const given = [releases[0]!, (await release(2)).release]
      assert.deepEqual((await open(given)).epochSeed, epochSeed)
      choosePrimitives()
      assert.deepEqual((await open(given)).epochSeed, epochSeed)
    } finally {
      choosePrimitives()
    }
  })

  it('[S9] ten thousand releases are refused before any is looked at', async () => {
    const untouchable = new Proxy(releases[0]!, { get: () => assert.fail('looked at') })
    await assertRefused(() => open(new Array(10_000).fill(untouchable)), 'argument-invalid')
  })

  it('[S5] a seed of another size, one trustee, a threshold of one, an epoch of zero are refused', async () => {
    const bad = [
      { epochSeed: new Uint8Array(31) },
      { trustees: trustees.slice(0, 1) },
      { threshold: 1 },
      { threshold: 5 },
      { trustees: [trustees[0]!, trustees[0]!] },
      { context: { ...emergencyContext, epoch: 0 } },
      { context: { ...emergencyContext, compartment: labs.slice(0, 20) as Hex32 } },
    ]
    for (const change of bad) await assertRefused(() => dealTrustees(change), 'argument-invalid')
    await assertRefused(() => open(releases, { declaration: -1n }), 'argument-invalid')
    await assertRefused(() => open(releases, { declaration: 7 }), 'argument-invalid')
  })
})
