import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { assertRefused } from '../test/people.ts'
import { decodeHex, encodeHex, type Hex } from './hex.ts'
import {
  choosePrimitives,
  completeRecovery,
  openGuardianShare,
  parseUnlockDocument,
  recoveryOf,
  recoveryRequestHashOf,
  recoveryWordsOf,
  unlock,
  type GuardianWay,
  type ShareSet,
} from './index.ts'
import { assertShare, combineShares } from './secretSharing.ts'

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../vectors/guardians/${name}.json`, import.meta.url), 'utf8'))
const bytesOf = (hex: Hex) => decodeHex(hex, 'vector', (hex.length - 2) / 2)

/** Those that this platform has: the answers are the same. */
const implementations = (['native', 'web', 'javascript'] as const).filter((name) => choosePrimitives(name))
choosePrimitives()

describe('vectors/guardians/shares.json', () => {
  const { purpose, set: dealt, cases } = read('shares')
  const combineAll = async (set: ShareSet, shares: { index: number; share: Hex }[]) => {
    const byIndex = new Map(shares.map(({ index, share }) => [index, bytesOf(share)]))
    for (const [index, share] of byIndex) assertShare(set, purpose, index, share)
    return combineShares(set, purpose, byIndex)
  }
  for (const { what, set = dealt, shares, secret, code, data } of cases) {
    it(`[S1] [S2] [S3] ${what}`, async () => {
      if (code) await assertRefused(() => combineAll(set, shares), code, data)
      else assert.equal(encodeHex(await combineAll(set, shares)), secret)
    })
  }
})

describe('vectors/guardians/recovery.json', () => {
  const { document, secret, shares, requests, rootSeed, approvals, cases } = read('recovery')
  const way = parseUnlockDocument(document).ways.find(({ kind }) => kind === 'guardians') as GuardianWay
  it('[K7] what the guardians hold together opens the document', async () => {
    const { context, set } = way
    const opened = await unlock(document, { kind: 'guardians', context, set, secret: bytesOf(secret) })
    assert.equal(encodeHex(opened), cases[0].recovered)
  })
  for (const { what, share, guardianSeed, opened, code } of shares) {
    it(`[S4] [K7] a guardian’s share: ${what}`, async () => {
      const open = () => openGuardianShare(share, bytesOf(guardianSeed))
      if (code) await assertRefused(open, code)
      else assert.equal(encodeHex(await open()), opened)
    })
  }
  for (const { request, hash, recovery, words } of requests) {
    it(`[K8] [D17] the request ${hash.slice(0, 10)}`, () => {
      assert.deepEqual(
        [recoveryRequestHashOf(request), recoveryOf(request), recoveryWordsOf(request)],
        [hash, recovery, words],
      )
    })
  }
  for (const { what, approvals: places, recovered, refused, code, data } of cases) {
    for (const implementation of implementations) {
      it(`[K8] ${what} (${implementation})`, async () => {
        choosePrimitives(implementation)
        const complete = () =>
          completeRecovery({
            request: requests[0].request,
            rootSeed: bytesOf(rootSeed),
            way,
            approvals: places.map((place: number) => approvals[place]),
          })
        if (code) return assertRefused(complete, code, data)
        const answer = await complete()
        assert.deepEqual([encodeHex(answer.rootSeed), answer.refused], [recovered, refused])
      })
    }
  }
})
