import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { hashRecovery } from '@hre/protocol'
import { ana, assertRefused, badRecipients, mallory } from '../test/people.ts'
import { dealGuardians, directory, guardianContext, guardians } from '../test/guardians.ts'
import { encodeHex } from './hex.ts'
import { hpkeSeal } from './hpke.ts'
import {
  addUnlockWay,
  approveRecovery,
  choosePrimitives,
  completeRecovery,
  createRecoveryPhrase,
  createRecoveryRequest,
  createUnlockDocument,
  openGuardianShare,
  openKeyring,
  recoveryOf,
  recoveryRequestHashOf,
  recoveryWordsOf,
  replaceUnlockWay,
  shareSetHashOf,
  unlock,
  type GuardianShare,
  type GuardianWay,
  type RecoveryApproval,
  type RecoveryRequest,
  type UnlockDocument,
  type UnlockSecret,
} from './index.ts'
import { labels } from './labels.ts'
import { platformRandom } from './random.ts'

const rootSeed = new Uint8Array(32).fill(0xa1)
const paper: UnlockSecret = { kind: 'phrase', phrase: createRecoveryPhrase() }
const place = { chainId: guardianContext.chainId, directory, account: ana.account } as const

let document: UnlockDocument
let way: GuardianWay
let secret: UnlockSecret & { kind: 'guardians' }
let shares: GuardianShare[]
let request: RecoveryRequest
let freshSeed: Uint8Array
let approvals: RecoveryApproval[]

const guardianWayOf = ({ ways }: UnlockDocument) =>
  ways.find(({ kind }) => kind === 'guardians') as GuardianWay
const approve = (index: number, change: object = {}) =>
  approveRecovery({
    share: shares[index - 1]!,
    guardianSeed: guardians[index - 1]!.recipientSeed,
    request,
    ...change,
  })
const complete = (given: RecoveryApproval[], change: object = {}) =>
  completeRecovery({ request, rootSeed: freshSeed, way, approvals: given, ...change })

before(async () => {
  ;({ secret, shares } = await dealGuardians())
  document = await createUnlockDocument(rootSeed, [paper, secret])
  way = guardianWayOf(document)
  ;({ request, rootSeed: freshSeed } = createRecoveryRequest(place))
  approvals = await Promise.all([1, 2, 3, 4, 5].map((index) => approve(index)))
})

describe('guardians', () => {
  it('[K7] each guardian opens the own share, also after JSON; nobody else does', async () => {
    for (const [at, share] of shares.entries()) {
      const stored = JSON.parse(JSON.stringify(share)) as GuardianShare
      assert.equal((await openGuardianShare(stored, guardians[at]!.recipientSeed)).length, 65)
      await assertRefused(() => openGuardianShare(stored, mallory.recipientSeed), 'wrap-not-for-reader')
      const neighbour = guardians[(at + 1) % 5]!.recipientSeed
      await assertRefused(() => openGuardianShare(stored, neighbour), 'wrap-not-for-reader')
    }
  })

  it('[K7] a share shown for another chain, Directory, account, term, place or set opens nothing', async () => {
    const [share] = shares as [GuardianShare]
    const { context, set } = share
    const other = (await dealGuardians()).shares[0]!
    const moved: Partial<GuardianShare>[] = [
      { context: { ...context, chainId: 1 } },
      { context: { ...context, directory: mallory.account } },
      { context: { ...context, account: mallory.account } },
      { context: { ...context, term: 2 } },
      { index: 2 },
      { set: { ...set, threshold: 2 } },
      { set: other.set },
      { box: other.box },
    ]
    for (const change of moved) {
      const shown = { ...share, ...change }
      await assertRefused(() => openGuardianShare(shown, guardians[0]!.recipientSeed), 'wrap-not-for-reader')
    }
  })

  it('[S4] a guardian finds on the first day that the owner dealt a share that is not the committed one', async () => {
    const { set } = shares[0]!
    const purpose = labels.guardians(guardianContext)
    const info = labels.sealedShare(purpose, set, 1, shareSetHashOf(set, purpose))
    const { recipient, recipientSeed } = guardians[0]!
    const plaintext = new Uint8Array(65).fill(3)
    const box = encodeHex(await hpkeSeal({ plaintext, recipient, info, random: platformRandom }))
    await assertRefused(() => openGuardianShare({ ...shares[0]!, box }, recipientSeed), 'share-refused', {
      index: 1,
      reason: 'altered',
    })
  })

  it('[K7] fewer than two, more than nine, oneself, one twice, or a key that is none are refused', async () => {
    const ten = Array.from({ length: 10 }, (_, n) => openKeyring(new Uint8Array(32).fill(n + 1)))
    const bad = [
      { guardians: guardians.slice(0, 1), threshold: 2 },
      { guardians: ten },
      { guardians: [...guardians, ana] },
      { guardians: [...guardians, guardians[0]!] },
      { threshold: 1 },
      { threshold: 6 },
      { guardians: undefined as never },
      { guardians: [null, null] as never },
      { context: { ...guardianContext, term: 0 } },
      { context: { ...guardianContext, chainId: 0 } },
    ]
    for (const change of bad) await assertRefused(() => dealGuardians(change), 'argument-invalid')
    const { account } = mallory
    for (const recipient of badRecipients) {
      const given = [...guardians.slice(0, 2), { account, recipient }]
      await assertRefused(() => dealGuardians({ guardians: given, threshold: 2 }), 'recipient-refused')
    }
  })

  it('[K7] they are a way to unlock among others; what they hold together opens it', async () => {
    assert.deepEqual(await unlock(JSON.parse(JSON.stringify(document)), secret), rootSeed)
    assert.deepEqual(await unlock(document, paper), rootSeed)
    const guess = { ...secret, secret: new Uint8Array(32) }
    await assertRefused(() => unlock(document, guess), 'keystore-not-opened')
    await assertRefused(() => unlock(document, { ...secret, secret: new Uint8Array(3) }), 'argument-invalid')
  })

  it('[K7] a second set beside the first is refused, and so is a set that the document’s keeper altered', async () => {
    const next = (await dealGuardians()).secret
    await assertRefused(() => addUnlockWay(document, rootSeed, next), 'keystore-refused')
    const weaker = { ...way, set: { ...way.set, threshold: 2 } }
    const altered = { ...document, ways: [document.ways[0]!, weaker] }
    await assertRefused(() => unlock(altered, paper), 'keystore-altered')
    await assertRefused(() => unlock(altered, { ...secret, set: weaker.set }), 'keystore-not-opened')
    for (const change of [
      { set: null },
      { set: { ...way.set, holders: [] } },
      { context: 7 },
      { box: '0x' },
    ]) {
      const ways = [document.ways[0]!, { ...way, ...change } as never]
      await assertRefused(() => unlock({ ...document, ways }, paper), 'keystore-refused')
    }
  })

  it('[K7] after a new set of guardians the old shares open nothing', async () => {
    const next = await dealGuardians({ context: { ...guardianContext, term: 2 } })
    const rotated = await replaceUnlockWay(document, rootSeed, way.id, next.secret)
    await assertRefused(() => unlock(rotated, secret), 'keystore-not-opened')
    const old = () => complete(approvals, { way: guardianWayOf(rotated) })
    const refused = approvals.map(({ index }, position) => ({ position, index, reason: 'not-opened' }))
    await assertRefused(old, 'shares-too-few', { needed: 3, valid: 0, refused })
    assert.deepEqual(await unlock(rotated, next.secret), rootSeed)
  })
})

describe('recovery to a new device', () => {
  it('[K8] any three of five guardians give it back, in any order, and never see the seed', async () => {
    for (const indexes of [
      [1, 2, 3],
      [5, 3, 1],
      [2, 4, 5],
      [1, 2, 3, 4, 5],
    ]) {
      const given = indexes.map((index) => JSON.parse(JSON.stringify(approvals[index - 1]!)))
      const recovered = await complete(given)
      assert.deepEqual(recovered, { rootSeed, refused: [] })
    }
  })

  it('[K8] JavaScript and the platform open what the other sealed', async () => {
    try {
      choosePrimitives('javascript')
      const mixed = [approvals[0]!, approvals[1]!, await approve(3)]
      assert.deepEqual((await complete(mixed)).rootSeed, rootSeed)
      choosePrimitives()
      assert.deepEqual((await complete(mixed)).rootSeed, rootSeed)
    } finally {
      choosePrimitives()
    }
  })

  it('[K8] two guardians are too few, also twice, also with a third that was invented', async () => {
    const few = approvals.slice(0, 2)
    await assertRefused(() => complete(few), 'shares-too-few', { needed: 3, valid: 2, refused: [] })
    await assertRefused(() => complete([...few, ...few]), 'shares-too-few')
    const invented = { ...approvals[0]!, index: 3 }
    const refused = [{ position: 2, index: 3, reason: 'not-opened' }]
    await assertRefused(() => complete([...few, invented]), 'shares-too-few', {
      needed: 3,
      valid: 2,
      refused,
    })
    await assertRefused(() => complete([]), 'shares-too-few')
  })

  it('[K8] a guardian who seals another share under his own place is named, and the others suffice', async () => {
    // Guardian 2 deals a set of his own and answers from it.
    const his = await dealGuardians()
    const forged = await approve(2, { share: { ...his.shares[1]! } })
    const given = [approvals[0]!, forged, approvals[2]!, approvals[3]!]
    const { rootSeed: opened, refused } = await complete(given)
    assert.deepEqual(opened, rootSeed)
    assert.deepEqual(refused, [{ position: 1, index: 2, reason: 'not-opened' }])
    // His good one, sent too, still counts.
    assert.deepEqual((await complete([forged, ...approvals.slice(0, 3)])).rootSeed, rootSeed)
  })

  it('[K8] junk among the approvals is passed over and named by its place', async () => {
    const junk = [null, 7, {}, { ...approvals[0]!, box: '0x00' }, { ...approvals[0]!, index: 0 }] as never[]
    const { refused } = await complete([...junk, ...approvals.slice(0, 3)])
    assert.deepEqual(
      refused,
      junk.map((_, position) => ({ position, index: 0, reason: 'malformed' })),
    )
    const stranger = { ...approvals[0]!, index: 6 }
    assert.deepEqual((await complete([stranger, ...approvals])).refused, [
      { position: 0, index: 6, reason: 'unknown-index' },
    ])
  })

  it('[K8] an approval for another request opens nothing, also relabelled', async () => {
    const other = createRecoveryRequest(place).request
    const elsewhere = await approve(1, { request: other })
    const given = [
      elsewhere,
      { ...elsewhere, request: recoveryRequestHashOf(request) },
      ...approvals.slice(1, 3),
    ]
    const refused = [
      { position: 0, index: 1, reason: 'other-request' },
      { position: 1, index: 1, reason: 'not-opened' },
    ]
    await assertRefused(() => complete(given), 'shares-too-few', { needed: 3, valid: 2, refused })
  })

  it('[K8] another device cannot complete it, nor can this one for another account', async () => {
    const device = new Uint8Array(32).fill(9)
    await assertRefused(() => complete(approvals, { rootSeed: device }), 'recovery-request-refused', {
      reason: 'other-keys',
    })
    const moved = { ...way, context: { ...way.context, account: mallory.account } }
    await assertRefused(() => complete(approvals, { way: moved }), 'recovery-request-refused', {
      reason: 'other-account',
    })
    await assertRefused(() => complete(approvals, { way: document.ways[0]! }), 'keystore-refused')
    await assertRefused(
      () => complete(approvals, { way: { ...way, box: `0x${'00'.repeat(48)}` } }),
      'keystore-not-opened',
    )
  })

  it('[K8] a guardian refuses a request about another account, chain or Directory', async () => {
    const bad = [
      [{ account: mallory.account }, 'other-account'],
      [{ chainId: 1 }, 'other-chain'],
      [{ directory: mallory.account }, 'other-directory'],
    ] as const
    for (const [change, reason] of bad) {
      const other = { ...request, ...change }
      await assertRefused(() => approve(1, { request: other }), 'recovery-request-refused', { reason })
    }
    const noKey = { ...request, recipient: encodeHex(badRecipients[0]!) }
    await assertRefused(() => approve(1, { request: noKey }), 'recipient-refused')
    await assertRefused(() => approve(1, { request: { ...request, nonce: '0x' } }), 'message-refused')
    for (const signer of [
      `0x${'11'.repeat(19)}`,
      `0x${'11'.repeat(1025)}`,
      `0x${'11'.repeat(20)}1`,
      '0xAB',
    ]) {
      await assertRefused(() => approve(1, { request: { ...request, signer } }), 'message-refused', {
        form: 'recovery request',
        field: 'signer',
        expected: '0x and 20 to 1024 bytes in lower-case digits',
      })
    }
  })

  it('[K8] what is approved on chain is the pair of keys that the shares are sealed to', () => {
    const { signer, recipient } = openKeyring(freshSeed)
    assert.equal(recoveryOf(request), hashRecovery(signer, encodeHex(recipient)))
    assert.notEqual(recoveryOf({ ...request, signer: mallory.signer }), recoveryOf(request))
  })

  it('[K8] the words differ for whatever is changed on the way', () => {
    const words = recoveryWordsOf(request)
    assert.match(words, /^([a-z]+ ){7}[a-z]+$/)
    const changes: Partial<RecoveryRequest>[] = [
      { chainId: 1 },
      { directory: mallory.account },
      { account: mallory.account },
      { signer: mallory.signer },
      { recipient: encodeHex(mallory.recipient) },
      { nonce: `0x${'00'.repeat(32)}` },
    ]
    const all = new Set([words, ...changes.map((change) => recoveryWordsOf({ ...request, ...change }))])
    assert.equal(all.size, changes.length + 1)
  })

  it('[K8] a guardian who seals something else under his own place is named', async () => {
    const purpose = labels.guardians(guardianContext)
    const setHash = shareSetHashOf(way.set, purpose)
    const info = labels.recoveryShare(purpose, way.set, 2, setHash, recoveryRequestHashOf(request))
    const { recipient } = openKeyring(freshSeed)
    const plaintext = new Uint8Array(65).fill(3)
    const wrong = encodeHex(await hpkeSeal({ plaintext, recipient, info, random: platformRandom }))
    const given = [approvals[0]!, { ...approvals[1]!, box: wrong }, approvals[2]!]
    const refused = [{ position: 1, index: 2, reason: 'altered' }]
    await assertRefused(() => complete(given), 'shares-too-few', { needed: 3, valid: 2, refused })
    assert.deepEqual((await complete([...given, approvals[4]!])).refused, refused)
    // Once his good one was opened, others under his place are not looked at.
    const later = [...approvals.slice(0, 3), { ...approvals[1]!, box: wrong }]
    assert.deepEqual((await complete(later)).refused, [])
  })

  it('[K8] ten thousand approvals are refused before any is looked at', async () => {
    const untouchable = new Proxy(approvals[0]!, { get: () => assert.fail('looked at') })
    await assertRefused(() => complete(new Array(10_000).fill(untouchable)), 'argument-invalid')
    await assertRefused(() => complete({ length: 3 } as never), 'argument-invalid')
  })
})
