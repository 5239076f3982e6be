import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { combine, split } from 'shamir-secret-sharing'
import { assertRefused } from '../test/people.ts'
import { guardians } from '../test/guardians.ts'
import { decodeHex, type Hex } from './hex.ts'
import { shareSetHashOf, type ShareSet } from './index.ts'
import { assertShare, combineShares, shareBytes, splitSecret } from './secretSharing.ts'

const secret = Uint8Array.from({ length: 32 }, (_, n) => n * 7)
const holders = guardians.slice(0, 4).map(({ account }) => account)
const purpose = 'a test'
let set: ShareSet
let shares: Uint8Array[]
before(async () => {
  ;({ set, shares } = await splitSecret({ secret, holders, threshold: 3, purpose }))
})
const some = (...indexes: number[]) => new Map(indexes.map((index) => [index, shares[index - 1]!]))

describe('secret sharing', () => {
  it('[S1] any threshold of the shares make the secret, in any order, more of them too', async () => {
    for (const indexes of [
      [1, 2, 3],
      [1, 2, 4],
      [4, 3, 1],
      [2, 3, 4],
      [1, 2, 3, 4],
    ]) {
      assert.deepEqual(await combineShares(set, purpose, some(...indexes)), secret)
    }
    assert.ok(shares.every((share) => share.length === shareBytes))
  })

  it('[S2] below the threshold every secret is equally likely: each fits exactly one value of the next share', async () => {
    // Over the library's own field. Shares 1 and 2 are known; the third is tried with all 256 values in each byte.
    const unused = [1, 2, 3].find((x) => !shares.slice(0, 2).some((share) => share.at(-1) === x))!
    const seen = Array.from({ length: shareBytes - 1 }, () => new Set<number>())
    for (let value = 0; value < 256; value++) {
      const guess = new Uint8Array(shareBytes).fill(value)
      guess[shareBytes - 1] = unused
      const candidate = await combine([shares[0]!, shares[1]!, guess])
      candidate.forEach((byte, index) => seen[index]!.add(byte))
    }
    for (const bytes of seen) assert.equal(bytes.size, 256)
  })

  it('[S2] a single share says nothing about the secret: its bytes are spread evenly whatever was split', async () => {
    // 256 values, 1,000 deals of 64 bytes: 250 of each expected; the limits are 9 standard deviations away.
    const counts = new Uint32Array(256)
    for (let deal = 0; deal < 1000; deal++) {
      const [share] = await split(new Uint8Array(64), 2, 2)
      for (const byte of share!.subarray(0, 64)) counts[byte]!++
    }
    assert.ok(Math.min(...counts) > 108 && Math.max(...counts) < 392, `${counts}`)
  })

  it('[S2] too few shares with an invented one make nothing', async () => {
    const invented = new Map([...some(1, 2), [3, Uint8Array.from(shares[2]!, (byte) => byte ^ 1)]])
    await assertRefused(() => combineShares(set, purpose, invented), 'shares-inconsistent')
    await assertRefused(() => combineShares(set, purpose, some(1, 2)), 'shares-inconsistent')
    await assertRefused(() => combineShares(set, purpose, some(1)), 'shares-inconsistent')
  })

  it('[S3] the same secret dealt twice has nothing in common, hashes included', async () => {
    const again = (await splitSecret({ secret, holders, threshold: 3, purpose })).set
    assert.notEqual(again.secretHash, set.secretHash)
    again.holders.forEach(({ shareHash }, place) => assert.notEqual(shareHash, set.holders[place]!.shareHash))
  })

  it('[S3] a share with any byte changed, moved to another place or purpose, cut or too long is refused by index', async () => {
    for (let offset = 0; offset < shareBytes; offset++) {
      const changed = shares[1]!.slice()
      changed[offset]! ^= 0x10
      await assertRefused(() => assertShare(set, purpose, 2, changed), 'share-refused', {
        index: 2,
        reason: 'altered',
      })
    }
    const bad: [number, Uint8Array, string][] = [
      [1, shares[1]!, 'altered'],
      [2, shares[1]!.subarray(1), 'altered'],
      [2, Uint8Array.from([...shares[1]!, 0]), 'altered'],
      [0, shares[1]!, 'unknown-index'],
      [5, shares[1]!, 'unknown-index'],
      [1.5, shares[1]!, 'unknown-index'],
    ]
    for (const [index, share, reason] of bad) {
      await assertRefused(() => assertShare(set, purpose, index, share), 'share-refused', { index, reason })
    }
    await assertRefused(() => assertShare(set, 'another', 2, shares[1]!), 'share-refused')
    assertShare(set, purpose, 2, shares[1]!)
  })

  it('[S3] a dealer whose shares do not make what he committed to is found out', async () => {
    const other = await splitSecret({ secret: new Uint8Array(32), holders, threshold: 3, purpose })
    const lying = { ...set, holders: other.set.holders }
    const dealt = new Map(other.shares.slice(0, 3).map((share, place) => [place + 1, share]))
    await assertRefused(() => combineShares(lying, purpose, dealt), 'shares-inconsistent')
    const same = new Map([1, 2, 3].map((index) => [index, shares[0]!]))
    await assertRefused(() => combineShares(set, purpose, same), 'shares-inconsistent')
  })

  it('[S3] the hash of a set covers purpose, threshold, every holder, their order and every hash', () => {
    const [first, second, ...rest] = set.holders
    const hash = `0x${'00'.repeat(32)}` as Hex
    const others: ShareSet[] = [
      { ...set, threshold: 2 },
      { ...set, secretHash: hash },
      { ...set, holders: [second!, first!, ...rest] },
      { ...set, holders: [first!, second!, rest[0]!] },
      { ...set, holders: [{ ...first!, shareHash: hash }, second!, ...rest] },
      { ...set, holders: [{ ...first!, account: `0x${'00'.repeat(20)}` }, second!, ...rest] },
    ]
    const hashes = new Set([
      shareSetHashOf(set, purpose),
      shareSetHashOf(set, 'other'),
      ...others.map((each) => shareSetHashOf(each, purpose)),
    ])
    assert.equal(hashes.size, others.length + 2)
    for (const each of hashes) assert.equal(decodeHex(each, 'hash', 32).length, 32)
  })

  it('[S1] a threshold of one, above the number, no number; one holder, ten, or one twice are refused', async () => {
    const many = Array.from({ length: 10 }, (_, n) => `0x${`${n + 10}`.repeat(20)}` as Hex)
    const bad: { threshold?: unknown; holders?: unknown }[] = [
      ...[1, 0, -1, 5, 2.5, NaN, '3', undefined].map((threshold) => ({ threshold })),
      { holders: holders.slice(1, 2), threshold: 2 },
      { holders: many, threshold: 2 },
      { holders: [holders[0], holders[0]!.toUpperCase().replace('0X', '0x'), holders[1]], threshold: 2 },
      { holders: ['0x12', holders[0]], threshold: 2 },
      { holders: undefined },
    ]
    for (const change of bad) {
      const args = { secret, holders, threshold: 3, purpose, ...change } as never
      await assertRefused(() => splitSecret(args), 'argument-invalid')
    }
    const short = { secret: new Uint8Array(31), holders, threshold: 3, purpose }
    await assertRefused(() => splitSecret(short), 'argument-invalid')
  })
})
