import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { assertRefused } from '../test/people.ts'
import { decodeHex, encodeHex, type Hex } from './hex.ts'
import {
  choosePrimitives,
  emergencyLookupOf,
  openEmergency,
  openEmergencyEntry,
  openEmergencyShare,
  parseEmergencyCard,
  patientNumberKeyOf,
  patientNumberLookupOf,
  releaseHashOf,
} from './index.ts'

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../vectors/break-glass/${name}.json`, import.meta.url), 'utf8'))
const bytesOf = (hex: Hex) => decodeHex(hex, 'vector', (hex.length - 2) / 2)

/** Those that this platform has: the answers are the same. */
const implementations = (['native', 'web', 'javascript'] as const).filter((name) => choosePrimitives(name))
choosePrimitives()

describe('vectors/break-glass/release.json', () => {
  const file = read('release')
  for (const { share, trusteeSeed } of file.shares) {
    it(`[S4] [S5] trustee ${share.index} opens the own share`, async () => {
      assert.equal((await openEmergencyShare(share, bytesOf(trusteeSeed), file.sharesHash)).length, 65)
    })
  }
  it('[S7] what trustees sign', () => {
    assert.deepEqual(file.releases.map(releaseHashOf), file.releaseHashes)
  })
  for (const { what, epochSeed, refused, code, data, ...given } of file.cases) {
    for (const implementation of implementations) {
      it(`[S7] [S9] ${what} (${implementation})`, async () => {
        choosePrimitives(implementation)
        const each = { ...file, ...given }
        const open = () =>
          openEmergency({
            context: each.context,
            declaration: BigInt(each.declaration),
            clinician: each.clinician,
            clinicianSeed: bytesOf(each.clinicianSeed),
            sharesHash: each.sharesHash,
            expectedRecipientHash: each.expectedRecipientHash,
            releases: each.releases.map((place: number) => file.releases[place]),
          })
        if (code) return assertRefused(open, code, data)
        const answer = await open()
        assert.deepEqual([encodeHex(answer.epochSeed), answer.refused], [epochSeed, refused])
      })
    }
  }
})

describe('vectors/break-glass/card.json', () => {
  const { cases, entries, patientNumbers } = read('card')
  for (const { what, text, gateway, secret, lookup, entry, account, code, data } of cases) {
    it(`[S11] ${what}`, async () => {
      if (code) return assertRefused(() => parseEmergencyCard(text), code, data)
      const card = parseEmergencyCard(text)
      assert.deepEqual([card.gateway, encodeHex(card.secret)], [gateway, secret])
      assert.equal(emergencyLookupOf(card.secret), lookup)
      assert.equal(openEmergencyEntry(entry, card.secret), account)
    })
  }
  for (const { what, text, entry, code } of entries) {
    it(`[S11] an entry: ${what}`, () =>
      assertRefused(() => openEmergencyEntry(entry, parseEmergencyCard(text).secret), code))
  }
  for (const { system, value, lookup } of patientNumbers.numbers) {
    it(`[S12] the number ${JSON.stringify(value)}`, () => {
      const key = patientNumberKeyOf(bytesOf(patientNumbers.rootSeed))
      assert.equal(encodeHex(key), patientNumbers.key)
      assert.equal(patientNumberLookupOf(key, { system, value }), lookup)
    })
  }
})
