import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import fc from 'fast-check'
import { ageFile } from '../test/ageFiles.ts'
import { ana, assertRefused, badRecipients, labs, mallory } from '../test/people.ts'
import {
  commitmentOf,
  contentIdOf,
  isNotForMe,
  isVaultError,
  openRecord,
  recipientOf,
  sealRecord,
  sealedHeaderBytes,
  type SealedRecord,
} from './index.ts'

const seed = ana.epochSeed(labs, 1)
const recipient = recipientOf(seed)
const body = new TextEncoder().encode('{"resourceType":"Observation"}\n')
const mediaType = 'application/fhir+json; fhirVersion=4.0'
const chunkBytes = 64 * 1024 + 16
const nonceBytes = 16

let record: SealedRecord
let large: SealedRecord

before(async () => {
  record = await sealRecord({ body, mediaType, recipient })
  // Three chunks: two full ones and a rest.
  large = await sealRecord({ body: new Uint8Array(150_000).fill(0x5a), mediaType, recipient })
})

/** Whatever went wrong, it must be a listed refusal. */
async function refusalOf(args: Parameters<typeof openRecord>[0]): Promise<string> {
  try {
    await openRecord(args)
    return 'opened'
  } catch (error) {
    assert.ok(isVaultError(error), String(error))
    return error.code
  }
}

describe('record', () => {
  it('[E3] body and media type come back exactly, with and without the checks', async () => {
    const { sealed, contentId, commitment, salt } = record
    assert.deepEqual(await openRecord({ sealed, seed }), { body, mediaType, salt })
    assert.deepEqual(await openRecord({ sealed, seed, contentId, commitment }), { body, mediaType, salt })
  })

  it('[E3] any body and salt round-trip, empty and longer than a chunk included', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom(...[0, 65_536, 65_537].map((n) => new Uint8Array(n))),
    )
    await fc.assert(
      fc.asyncProperty(bytes, fc.uint8Array({ minLength: 32, maxLength: 32 }), async (any, saltBytes) => {
        const sealed = await sealRecord({ body: any, mediaType, recipient, random: () => saltBytes })
        assert.deepEqual((await openRecord({ ...sealed, seed })).body, any)
      }),
      { numRuns: 25 },
    )
  })

  it('[E2] [E5] content id and commitment are those of the one-shot functions', () => {
    assert.equal(contentIdOf(record.sealed), record.contentId)
    assert.equal(commitmentOf(body, record.salt), record.commitment)
  })

  it('[E5] a given salt reproduces the commitment, and a fresh one hides the body', async () => {
    const again = await sealRecord({ body, mediaType, recipient, salt: record.salt })
    assert.equal(again.commitment, record.commitment)
    assert.notEqual(again.contentId, record.contentId)
    assert.notEqual((await sealRecord({ body, mediaType, recipient })).commitment, record.commitment)
  })

  it('[E4] the content id is checked first, before header and key', async () => {
    const garbage = new Uint8Array(10)
    const { contentId } = record
    await assertRefused(() => openRecord({ sealed: garbage, seed, contentId }), 'content-id-mismatch', {
      expected: contentId,
      actual: contentIdOf(garbage),
    })
    await assertRefused(
      () => openRecord({ ...large, contentId, seed: mallory.recipientSeed }),
      'content-id-mismatch',
    )
  })

  it('[E4] the header is checked before the key, and the tags before the commitment', async () => {
    const twoReaders = await ageFile({ recipients: [recipient, mallory.recipient] }, body)
    await assertRefused(() => openRecord({ sealed: twoReaders, seed }), 'sealed-header-refused')
    const sealed = large.sealed.slice()
    sealed[sealed.length - 1]! ^= 1
    await assertRefused(() => openRecord({ sealed, seed, commitment: record.commitment }), 'record-damaged')
  })

  it('[E5] another commitment is refused, and the contents stay inside', async () => {
    await assertRefused(
      () => openRecord({ sealed: record.sealed, seed, commitment: large.commitment }),
      'commitment-mismatch',
      { expected: large.commitment, actual: record.commitment },
    )
  })

  it('[E6] the seed of another epoch or of another person is "not for me", not "broken"', async () => {
    for (const other of [ana.epochSeed(labs, 2), mallory.recipientSeed]) {
      await assert.rejects(openRecord({ ...record, seed: other }), (error) => {
        assert.ok(isVaultError(error, 'record-not-for-key'))
        assert.ok(error.cause instanceof Error)
        return isNotForMe(error)
      })
    }
  })

  it('[E4] a file cut at and around every chunk edge is refused', async () => {
    const start = sealedHeaderBytes + nonceBytes
    const edges = [sealedHeaderBytes, start, start + chunkBytes, start + 2 * chunkBytes, large.sealed.length]
    for (const edge of edges) {
      for (const size of [edge - 1, edge, edge + 1].filter((n) => n < large.sealed.length)) {
        const code = await refusalOf({ sealed: large.sealed.slice(0, size), seed })
        assert.equal(code, size < sealedHeaderBytes ? 'sealed-header-refused' : 'record-damaged', `${size}`)
      }
    }
  })

  it('[E4] chunks swapped, repeated or dropped, and bytes appended, are refused', async () => {
    const start = sealedHeaderBytes + nonceBytes
    const head = large.sealed.slice(0, start)
    const [a, b, c] = [0, 1, 2].map((n) =>
      large.sealed.slice(start + n * chunkBytes, start + (n + 1) * chunkBytes),
    )
    const arrangements = [
      [b, a, c],
      [a, a, c],
      [a, c],
      [b, c],
      [c],
      [a, b, c, c],
      [a, b, c, new Uint8Array(1)],
    ]
    for (const chunks of arrangements) {
      const sealed = Uint8Array.from([head, ...chunks].flatMap((part) => [...part!]))
      assert.equal(await refusalOf({ sealed, seed }), 'record-damaged')
    }
  })

  it('[E4] a payload under the header of another file is refused', async () => {
    const sealed = large.sealed.slice()
    sealed.set(record.sealed.subarray(0, sealedHeaderBytes))
    assert.equal(await refusalOf({ sealed, seed }), 'record-damaged')
  })

  it('[E4] any byte changed anywhere is refused', async () => {
    const { sealed } = record
    await fc.assert(
      fc.asyncProperty(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), async (index, mask) => {
        const changed = sealed.slice()
        changed[index]! ^= mask
        assert.notEqual(await refusalOf({ sealed: changed, seed }), 'opened')
      }),
      { numRuns: 150 },
    )
    // Everything but the encapsulation, byte by byte.
    for (let index = sealedHeaderBytes - 92; index < sealed.length; index++) {
      const changed = sealed.slice()
      changed[index]! ^= 1
      assert.notEqual(await refusalOf({ sealed: changed, seed }), 'opened', `${index}`)
    }
  })

  it('[E3] what age opens but is not a record is refused', async () => {
    const salt = 'ab'.repeat(32)
    const plaintexts: [string, string][] = [
      ['', 'no-header-line'],
      ['just text', 'no-header-line'],
      [`${'x'.repeat(1025)}\nbody`, 'no-header-line'],
      ['\nbody', 'not-canonical'],
      ['null\nbody', 'not-canonical'],
      [`{"hre":2,"salt":"${salt}","type":"text/plain"}\n`, 'not-canonical'],
      [`{"hre":1,"salt":"${salt.toUpperCase()}","type":"text/plain"}\n`, 'not-canonical'],
      [`{"hre":1,"salt":"${salt}","type":"text/plain"} \n`, 'not-canonical'],
      [`{"salt":"${salt}","hre":1,"type":"text/plain"}\n`, 'not-canonical'],
      [`{"hre":1,"salt":"${salt}","type":"text/plain","to":"me"}\n`, 'not-canonical'],
      [`{"hre":1,"salt":"${salt}","salt":"${salt}","type":"text/plain"}\n`, 'not-canonical'],
      [`{"hre":1,"salt":"${salt}","type":"plain"}\n`, 'not-canonical'],
      [`{"hre":1,"salt":"${salt.slice(2)}","type":"text/plain"}\n`, 'not-canonical'],
      [`{"hre":1,"salt":"${salt}","type":"text/plain"}\r\n`, 'not-canonical'],
    ]
    for (const [plaintext, reason] of plaintexts) {
      const sealed = await ageFile({ recipients: [recipient] }, new TextEncoder().encode(plaintext))
      await assertRefused(() => openRecord({ sealed, seed }), 'record-plaintext-malformed', { reason })
    }
  })

  it('[E3] a media type is checked when sealing', async () => {
    const bad = [
      '',
      'text',
      'text/',
      'text/pl ain',
      'text/plain\n',
      'text/plain; a',
      'tëxt/plain',
      `a/${'b'.repeat(300)}`,
    ]
    for (const wrong of bad) {
      await assertRefused(() => sealRecord({ body, mediaType: wrong, recipient }), 'argument-invalid')
    }
    for (const good of ['application/dicom', 'text/plain;charset=utf-8', 'a/b; c="d; e"']) {
      const sealed = await sealRecord({ body, mediaType: good, recipient })
      assert.equal((await openRecord({ ...sealed, seed })).mediaType, good)
    }
  })

  it('[E1] a recipient of the right size that is no public key is refused', async () => {
    for (const bad of badRecipients) {
      await assertRefused(() => sealRecord({ body, mediaType, recipient: bad }), 'recipient-refused')
    }
    await assertRefused(
      () => sealRecord({ body, mediaType, recipient: new Uint8Array(1215) }),
      'argument-invalid',
    )
  })

  it('[E3] the released body shares no memory with the salt', async () => {
    const opened = await openRecord({ ...record, seed })
    assert.equal(opened.body.buffer.byteLength, body.length)
  })
})
