import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { assertRefused } from '../test/people.ts'
import { decodeHex, encodeHex } from './hex.ts'
import {
  assertSealedHeader,
  choosePrimitives,
  commitmentOf,
  contentIdOf,
  decodeAgeIdentity,
  encodeAgeIdentity,
  encodeAgeRecipient,
  epochKeyOf,
  openBackLink,
  openKeyring,
  openKeystore,
  openRecord,
  openRecordWithKey,
  recipientHashOf,
  recipientOf,
  sealBackLink,
  sealKeystore,
  unwrapCompartmentMap,
  unwrapEpochKey,
  unwrapEpochSeed,
  unwrapRecordKey,
  wrapCompartmentMap,
  wrapEpochKey,
  wrapEpochSeed,
  wrapRecordKey,
  type Hex,
  type RandomBytes,
  type VaultErrorCode,
} from './index.ts'

// Fields are as the generator wrote them; a missing one fails its assertion.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Case = { what: string; code?: VaultErrorCode } & Record<string, any>

const read = (name: string): { rules: string[]; cases: Case[]; refused?: Case[] } =>
  JSON.parse(readFileSync(new URL(`../../../vectors/envelope/${name}.json`, import.meta.url), 'utf8'))

const bytesOf = (hex: Hex): Uint8Array => decodeHex(hex, 'vector', (hex.length - 2) / 2)

/** Hands out the bytes of a vector in order. */
function randomOf(hex: Hex): RandomBytes {
  let offset = 0
  return (sizeBytes) => bytesOf(hex).slice(offset, (offset += sizeBytes))
}

/** Those that this platform has: the bytes are the same. */
const implementations = (['native', 'web', 'javascript'] as const).filter((name) => choosePrimitives(name))
choosePrimitives()

/** One test per case and implementation: the good ones run `good`, the others must be refused by `open` with their code. */
function walk(name: string, open: (each: Case) => unknown, good: (each: Case) => unknown): void {
  const { rules, cases } = read(name)
  describe(`vectors/envelope/${name}.json`, () => {
    for (const each of cases) {
      for (const implementation of implementations) {
        it(`[${rules.join(', ')}] ${each.what} (${implementation})`, async () => {
          choosePrimitives(implementation)
          if (each.code) await assertRefused(() => open(each), each.code)
          else await good(each)
        })
      }
    }
  })
}

describe('vectors/envelope/keyring.json', () => {
  const { cases, refused } = read('keyring')
  for (const each of cases) {
    it(`[E6] [E10] [O2] root seed ${each.rootSeed.slice(0, 10)}`, () => {
      const ring = openKeyring(bytesOf(each.rootSeed))
      assert.equal(encodeHex(ring.signingKey), each.signingKey)
      assert.equal(ring.signer, each.signer)
      assert.equal(ring.account, each.account)
      assert.equal(encodeHex(ring.recipientSeed), each.recipientSeed)
      assert.equal(recipientHashOf(ring.recipient), each.recipientHash)
      assert.equal(encodeAgeIdentity(ring.recipientSeed), each.ageIdentity)
      assert.equal(encodeAgeRecipient(recipientOf(decodeAgeIdentity(each.ageIdentity))), each.ageRecipient)
      for (const { name, id, epochs } of each.compartments) {
        assert.equal(ring.compartmentId(name), id)
        for (const { epoch, seed, recipientHash } of epochs) {
          assert.equal(encodeHex(ring.epochSeed(id, epoch)), seed)
          assert.equal(recipientHashOf(recipientOf(bytesOf(seed))), recipientHash)
        }
      }
    })
  }
  for (const { what, name, epoch, sameAs, code } of refused!) {
    it(`[E10] ${what}`, async () => {
      const ring = openKeyring(new Uint8Array(32))
      if (sameAs) assert.equal(ring.compartmentId(name), ring.compartmentId(sameAs))
      else await assertRefused(() => ring.epochSeed(ring.compartmentId(name), epoch ?? 1), code!)
    })
  }
})

const backLinkArgs = (each: Case) => ({
  ...(each as never as { patient: Hex; compartment: Hex; newEpoch: number }),
  newSeed: bytesOf(each.newSeed),
})
const openLink = (each: Case) => openBackLink({ ...backLinkArgs(each), backLink: bytesOf(each.backLink) })
walk('back-link', openLink, (each) => {
  assert.equal(encodeHex(openLink(each)), each.oldSeed)
  const made = sealBackLink({
    ...backLinkArgs(each),
    oldSeed: bytesOf(each.oldSeed),
    random: randomOf(each.nonce),
  })
  assert.equal(encodeHex(made), each.backLink)
})

describe('vectors/envelope/sealed-header.json', () => {
  for (const { what, bytes, reason } of read('sealed-header').cases) {
    it(`[E1] ${what}`, async () => {
      if (reason === undefined) assertSealedHeader(bytesOf(bytes))
      else await assertRefused(() => assertSealedHeader(bytesOf(bytes)), 'sealed-header-refused', { reason })
    })
  }
})

const openSealed = (each: Case) =>
  openRecord({
    sealed: bytesOf(each.sealed),
    seed: bytesOf(each.seed),
    contentId: each.contentId,
    commitment: each.commitment,
  })
for (const name of ['record', 'record-by-age']) {
  walk(name, openSealed, async (each) => {
    const { body, mediaType, salt } = await openSealed(each)
    assert.deepEqual([encodeHex(body), mediaType, salt], [each.body, each.mediaType, each.salt])
    assert.equal(contentIdOf(bytesOf(each.sealed)), each.contentId ?? contentIdOf(bytesOf(each.sealed)))
    assert.equal(commitmentOf(body, salt), each.commitment ?? commitmentOf(body, salt))
  })
}

const openWrap = (each: Case) =>
  unwrapEpochSeed({
    wrap: bytesOf(each.wrap),
    readerSeed: bytesOf(each.readerSeed),
    context: each.context,
    expectedRecipientHash: each.expectedRecipientHash,
  })
walk('grant-wrap', openWrap, async (each) => {
  assert.equal(encodeHex(await openWrap(each)), each.seed)
  const made = await wrapEpochSeed({
    seed: bytesOf(each.seed),
    readerRecipient: recipientOf(bytesOf(each.readerSeed)),
    context: each.context,
    random: randomOf(each.random),
  })
  assert.equal(encodeHex(made), each.wrap)
})

const openKeyWrap = (each: Case) =>
  unwrapEpochKey({
    wrap: bytesOf(each.wrap),
    readerSeed: bytesOf(each.readerSeed),
    context: each.context,
    expectedRecipientHash: each.expectedRecipientHash,
  })
walk('epoch-key-wrap', openKeyWrap, async (each) => {
  assert.equal(encodeHex(await openKeyWrap(each)), each.epochKey)
  assert.equal(encodeHex(epochKeyOf(bytesOf(each.seed), each.context.epoch)), each.epochKey)
  const made = await wrapEpochKey({
    epochKey: bytesOf(each.epochKey),
    readerRecipient: recipientOf(bytesOf(each.readerSeed)),
    context: each.context,
    random: randomOf(each.random),
  })
  assert.equal(encodeHex(made), each.wrap)
})

const openByRecordWrap = async (each: Case) => {
  const { wrap, readerSeed, context } = each
  const recordKey = await unwrapRecordKey({
    wrap: bytesOf(wrap),
    readerSeed: bytesOf(readerSeed),
    context,
  })
  const { body } = await openRecordWithKey({ sealed: bytesOf(each.sealed), recordKey })
  return { recordKey: encodeHex(recordKey), body: encodeHex(body) }
}
walk('record-wrap', openByRecordWrap, async (each) => {
  assert.deepEqual(await openByRecordWrap(each), { recordKey: each.recordKey, body: each.body })
  const made = await wrapRecordKey({
    recordKey: bytesOf(each.recordKey),
    readerRecipient: recipientOf(bytesOf(each.readerSeed)),
    context: each.context,
    random: randomOf(each.random),
  })
  assert.equal(encodeHex(made), each.wrap)
})

const openMap = (each: Case) =>
  unwrapCompartmentMap({
    wrap: bytesOf(each.wrap),
    readerSeed: bytesOf(each.readerSeed),
    context: each.context,
  })
walk('compartment-map', openMap, async (each) => {
  assert.deepEqual(await openMap(each), each.map)
  const made = await wrapCompartmentMap({
    map: each.map,
    readerRecipient: recipientOf(bytesOf(each.readerSeed)),
    context: each.context,
    random: randomOf(each.random),
  })
  assert.equal(encodeHex(made), each.wrap)
})

const openStore = (each: Case) => openKeystore(each.keystore, each.password)
walk('keystore', openStore, async (each) => {
  assert.equal(encodeHex(await openStore(each)), each.rootSeed)
  if (each.random === undefined) return
  const made = await sealKeystore(bytesOf(each.rootSeed), each.password, randomOf(each.random))
  assert.deepEqual(made, each.keystore)
})
