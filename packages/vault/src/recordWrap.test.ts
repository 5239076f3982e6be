import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { ageFile, joinHeader, splitHeader } from '../test/ageFiles.ts'
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
import {
  choosePrimitives,
  contentIdOf,
  isNotForMe,
  openRecord,
  openRecordStream,
  openRecordWithKey,
  recipientOf,
  recordKeyOf,
  recordWrapBytes,
  sealRecord,
  unwrapEpochSeed,
  unwrapRecordKey,
  wrapRecordKey,
  type RecordWrapContext,
  type SealedRecord,
} from './index.ts'

const seed = ana.epochSeed(labs, 1)
const mediaType = 'application/fhir+json'
const sealSome = (text: string) => sealRecord({ body: utf8(text), mediaType, recipient: recipientOf(seed) })

let sealed: SealedRecord
let neighbour: SealedRecord
let recordKey: Uint8Array
let wrap: Uint8Array
let context: RecordWrapContext

before(async () => {
  sealed = await sealSome('{"resourceType":"Observation","id":"granted"}')
  neighbour = await sealSome('{"resourceType":"Observation","id":"neighbour"}')
  recordKey = await recordKeyOf({ sealed: sealed.sealed, seed })
  const record = `0x${'07'.repeat(32)}` as const
  context = { ...grantToOsei, record, contentId: sealed.contentId, purposes: 1 }
  wrap = await wrapRecordKey({ recordKey, readerRecipient: osei.recipient, context })
})

const unwrap = (change: Partial<RecordWrapContext> = {}, readerSeed = osei.recipientSeed) =>
  unwrapRecordKey({ wrap, readerSeed, context: { ...context, ...change } })
const openIt = (key: Uint8Array, { sealed, contentId, commitment } = neighbour) =>
  openRecordWithKey({ sealed, recordKey: key, contentId, commitment })

describe('single-record wrap', () => {
  for (const name of ['native', 'javascript'] as const) {
    it(`[E15] the reader opens the one record, by ${name} primitives`, async (test) => {
      if (!choosePrimitives(name)) return test.skip(`no ${name} primitives here`)
      try {
        assert.equal(wrap.length, 1152)
        assert.equal(recordWrapBytes, 1152)
        const byKey = await openIt(await unwrap(), sealed)
        assert.deepEqual(byKey, await openRecord({ ...sealed, seed }))
      } finally {
        choosePrimitives()
      }
    })
  }

  it('[E15] attack: the neighbour record of the same compartment and epoch is opened with it', async () => {
    await assertRefused(() => openIt(recordKey, neighbour), 'record-not-for-key')
    // Nor with the leaf of the granted record, nor without any.
    await assertRefused(
      () => openIt(recordKey, { ...neighbour, contentId: sealed.contentId }),
      'content-id-mismatch',
    )
    await assertRefused(
      () => openRecordWithKey({ sealed: neighbour.sealed, recordKey }),
      'record-not-for-key',
    )
  })

  it('[E14] [E15] as a stream, too: the one record opens, the neighbour does not', async () => {
    const source = async function* ({ sealed }: SealedRecord) {
      yield sealed
    }
    const { commitment, contentId } = sealed
    const { body } = await openRecordStream({ sealed: source(sealed), recordKey, contentId, commitment })
    const pieces: Uint8Array[] = []
    for await (const piece of body) pieces.push(piece)
    assert.match(Buffer.concat(pieces).toString(), /granted/)
    await assertRefused(
      () => openRecordStream({ sealed: source(neighbour), recordKey }),
      'record-not-for-key',
    )
  })

  it('[E15] attack: the payload of the neighbour under the header of the granted record', async () => {
    const { header } = splitHeader(sealed.sealed)
    const grafted = joinHeader(header, splitHeader(neighbour.sealed).payload)
    await assertRefused(() => openRecordWithKey({ sealed: grafted, recordKey }), 'record-damaged')
  })

  it('[E15] attack: replayed to another reader, patient, record, file, epoch, compartment, purpose, contract or chain', async () => {
    const replays: Partial<RecordWrapContext>[] = [
      { reader: mallory.account },
      { patient: mallory.account },
      { record: `0x${'08'.repeat(32)}` },
      { contentId: neighbour.contentId },
      { epoch: 2 },
      { compartment: imaging },
      { purposes: 2 },
      { purposes: 3 },
      { consent: '0x00000000000000000000000000000000000c0de2' },
      { chainId: 1 },
    ]
    for (const change of replays) await assertRefused(() => unwrap(change), 'wrap-not-for-reader')
    for (const { recipientSeed } of [mallory, ana])
      await assert.rejects(unwrap({}, recipientSeed), isNotForMe)
  })

  it('[E15] attack: passed off as a grant of the whole epoch', async () => {
    const args = { wrap, readerSeed: osei.recipientSeed, context: grantToOsei }
    await assertRefused(() => unwrapEpochSeed(args), 'wrap-malformed', { sizeBytes: 1152 })
  })

  it('[E15] altered anywhere, or of another size, it opens nothing', async () => {
    for (let index = 0; index < wrap.length; index += 37) {
      const altered = wrap.slice()
      altered[index]! ^= 1
      const args = { wrap: altered, readerSeed: osei.recipientSeed, context }
      await assertRefused(() => unwrapRecordKey(args), 'wrap-not-for-reader')
    }
    for (const sizeBytes of [0, 1136, 1151, 1153, 1168]) {
      const args = { wrap: new Uint8Array(sizeBytes), readerSeed: osei.recipientSeed, context }
      await assertRefused(() => unwrapRecordKey(args), 'wrap-malformed', { sizeBytes })
    }
  })

  it('[E1] [E15] header rules hold with a record key: a second stanza, an altered MAC, a cut header', async () => {
    const two = await ageFile({ recipients: [recipientOf(seed), mallory.recipient] }, utf8('x'))
    await assertRefused(() => openRecordWithKey({ sealed: two, recordKey }), 'sealed-header-refused')
    const altered = sealed.sealed.slice()
    altered[1600] = altered[1600] === 0x41 ? 0x42 : 0x41
    await assertRefused(() => openRecordWithKey({ sealed: altered, recordKey }), 'record-not-for-key')
    for (const end of [0, 1000, 1627, 1643]) {
      await assert.rejects(openRecordWithKey({ sealed: sealed.sealed.slice(0, end), recordKey }), {
        name: 'VaultError',
      })
    }
  })

  it('[E5] [E15] an author who committed to something else is found out', async () => {
    await assertRefused(
      () => openRecordWithKey({ ...sealed, recordKey, commitment: neighbour.commitment }),
      'commitment-mismatch',
    )
  })

  it('[E15] only who can open the record makes its wrap', async () => {
    const seedOf = mallory.epochSeed(labs, 1)
    await assertRefused(() => recordKeyOf({ sealed: sealed.sealed, seed: seedOf }), 'record-not-for-key')
    for (const bad of badRecipients)
      await assertRefused(
        () => wrapRecordKey({ recordKey, readerRecipient: bad, context }),
        'recipient-refused',
      )
  })

  it('[E15] a context that is not fully given is refused', async () => {
    const bad = [
      { purposes: 0 },
      { purposes: 65_536 },
      { purposes: 1.5 },
      { record: '0x12' },
      { contentId: '0x' },
    ]
    for (const change of bad)
      await assertRefused(() => unwrap(change as Partial<RecordWrapContext>), 'argument-invalid')
  })

  it('[E15] nothing of the file’s key is in the file', () => {
    assert.equal(Buffer.from(sealed.sealed).includes(Buffer.from(recordKey)), false)
    assert.equal(contentIdOf(sealed.sealed), sealed.contentId)
  })
})
