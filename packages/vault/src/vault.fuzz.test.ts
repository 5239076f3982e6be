import { before, describe, it } from 'node:test'
import fc from 'fast-check'
import { damaged, damagedText, fuzzSeed, holds, wild } from '../test/fuzz.ts'
import { ana, grantToOsei, labs, osei } from '../test/people.ts'
import { decodeHex } from './hex.ts'
import {
  accountOfSigner,
  assertRecipient,
  assertSealedHeader,
  commitmentOf,
  contentIdOf,
  decodeAgeIdentity,
  decodeAgeRecipient,
  encodeAgeIdentity,
  encodeAgeRecipient,
  normalizeCompartmentName,
  openBackLink,
  openKeyring,
  openKeystore,
  openRecord,
  openRecordWithKey,
  recipientOf,
  recordKeyOf,
  sealBackLink,
  sealRecord,
  unwrapCompartmentMap,
  unwrapEpochSeed,
  unwrapRecordKey,
  wrapCompartmentMap,
  wrapEpochSeed,
  wrapRecordKey,
  type Keystore,
} from './index.ts'
import { decodeRecordHeader } from './recordHeader.ts'

const epochSeed = ana.epochSeed(labs, 1)
const link = { patient: ana.account, compartment: labs, newEpoch: 2, newSeed: ana.epochSeed(labs, 2) }
const mapContext = { chainId: 1, consent: grantToOsei.consent, patient: ana.account, reader: osei.account }

let sealed: Uint8Array
let wrap: Uint8Array
let map: Uint8Array
before(async () => {
  const body = new Uint8Array(100)
  sealed = (await sealRecord({ body, mediaType: 'text/plain', recipient: recipientOf(epochSeed) })).sealed
  wrap = await wrapEpochSeed({ seed: epochSeed, readerRecipient: osei.recipient, context: grantToOsei })
  map = await wrapCompartmentMap({ map: { labs }, readerRecipient: osei.recipient, context: mapContext })
})

describe(`every decoder succeeds or throws a VaultError (seed ${fuzzSeed})`, () => {
  it('age keys', async () => {
    const texts = (good: string) => fc.oneof(fc.string(), wild, damagedText(good))
    await holds(texts(encodeAgeRecipient(osei.recipient)), (text) => decodeAgeRecipient(text as string), 300)
    await holds(texts(encodeAgeIdentity(epochSeed)), (text) => decodeAgeIdentity(text as string), 300)
  })

  it('sealed headers, also of nearly well-formed lines', async () => {
    const line = fc.oneof(
      fc.constantFrom(
        'age-encryption.org/v1',
        '---',
        '->',
        '',
        '-> mlkem768x25519',
        '-> X25519 a',
        'A'.repeat(43),
      ),
      fc.string(),
      fc.base64String({ maxLength: 1600 }),
    )
    const made = fc
      .array(line, { maxLength: 12 })
      .map((lines) => new TextEncoder().encode(`age-encryption.org/v1\n${lines.join('\n')}\n`))
    await holds(
      fc.oneof(made, damaged(sealed), fc.uint8Array(), wild),
      (bytes) => assertSealedHeader(bytes as Uint8Array),
      1000,
    )
  })

  it('records', async () => {
    await holds(
      fc.oneof(damaged(sealed), fc.uint8Array(), wild),
      (bytes) => openRecord({ sealed: bytes as Uint8Array, seed: epochSeed }),
      200,
    )
    await holds(
      fc.tuple(wild, wild, wild),
      ([a, b, c]) => openRecord({ sealed, seed: a as never, contentId: b as never, commitment: c as never }),
      200,
    )
  })

  it('records and wraps by the key of one file', async () => {
    const recordKey = await recordKeyOf({ sealed, seed: epochSeed })
    const context = {
      ...grantToOsei,
      record: `0x${'07'.repeat(32)}`,
      contentId: `0x${'08'.repeat(32)}`,
      purposes: 1,
    } as const
    const made = await wrapRecordKey({ recordKey, readerRecipient: osei.recipient, context })
    await holds(
      fc.oneof(damaged(sealed), fc.uint8Array(), wild),
      (bytes) => openRecordWithKey({ sealed: bytes as Uint8Array, recordKey }),
      200,
    )
    await holds(
      fc.oneof(damaged(made), fc.uint8Array(), wild),
      (bytes) => unwrapRecordKey({ wrap: bytes as Uint8Array, readerSeed: osei.recipientSeed, context }),
      200,
    )
    await holds(
      fc.tuple(wild, wild, wild),
      ([a, b, c]) => {
        const changed = { ...context, record: b as never, purposes: c as never }
        return unwrapRecordKey({ wrap: made, readerSeed: a as never, context: changed })
      },
      200,
    )
  })

  it('record plaintexts', async () => {
    const good = `{"hre":1,"salt":"${'ab'.repeat(32)}","type":"text/plain"}\nbody`
    const json = fc.json().map((text) => new TextEncoder().encode(`${text}\n`))
    const bytes = fc.oneof(damaged(new TextEncoder().encode(good)), json, fc.uint8Array({ maxLength: 2000 }))
    await holds(bytes, decodeRecordHeader, 1000)
  })

  it('back-links', async () => {
    const good = sealBackLink({ ...link, oldSeed: epochSeed })
    await holds(
      fc.oneof(damaged(good), wild),
      (bytes) => openBackLink({ ...link, backLink: bytes as Uint8Array }),
      300,
    )
    await holds(
      fc.tuple(wild, wild, wild, wild),
      ([patient, compartment, newEpoch, newSeed]) =>
        openBackLink({ patient, compartment, newEpoch, newSeed, backLink: good } as never),
      300,
    )
  })

  it('wraps and compartment maps', async () => {
    const readerSeed = osei.recipientSeed
    await holds(
      fc.oneof(damaged(wrap), wild),
      (bytes) => unwrapEpochSeed({ wrap: bytes as Uint8Array, readerSeed, context: grantToOsei }),
      150,
    )
    await holds(
      fc.oneof(damaged(map), wild),
      (bytes) => unwrapCompartmentMap({ wrap: bytes as Uint8Array, readerSeed, context: mapContext }),
      150,
    )
    const contexts = fc.record(
      { chainId: wild, consent: wild, patient: wild, compartment: wild, epoch: wild, reader: wild },
      { requiredKeys: [] },
    )
    await holds(
      fc.tuple(contexts, wild),
      ([context, hash]) =>
        unwrapEpochSeed({
          wrap,
          readerSeed,
          context: { ...grantToOsei, ...context } as never,
          expectedRecipientHash: hash as never,
        }),
      150,
    )
    await holds(
      wild,
      (any) =>
        wrapCompartmentMap({ map: any as never, readerRecipient: osei.recipient, context: mapContext }),
      150,
    )
  })

  it('keystores', async () => {
    const field = fc.oneof(
      wild,
      fc.integer(),
      fc.constantFrom(1, 3, 65536, 'argon2id', `0x${'00'.repeat(16)}`),
    )
    // `suite` is never right, or every well-formed one would cost 64 MiB and a quarter of a second.
    const near = fc.record(
      {
        suite: fc.constantFrom(0, 2, '1', null),
        kdf: fc.record(
          { name: field, memoryKiB: field, iterations: field, parallelism: field },
          { requiredKeys: [] },
        ),
        salt: field,
        nonce: field,
        box: field,
      },
      { requiredKeys: [] },
    )
    await holds(fc.oneof(near, wild), (any) => openKeystore(any as Keystore, 'password'), 1000)
  })

  it('names, ids, keys and hexadecimal', async () => {
    await holds(
      fc.oneof(fc.string({ unit: 'binary' }), wild),
      (any) => normalizeCompartmentName(any as string),
      500,
    )
    await holds(fc.oneof(fc.string(), wild), (any) => decodeHex(any, 'x', 4), 500)
    await holds(wild, (any) => accountOfSigner(any as never), 300)
    await holds(wild, (any) => openKeyring(any as never), 300)
    await holds(fc.oneof(damaged(osei.recipient), wild), (any) => assertRecipient(any), 300)
    await holds(wild, (any) => recipientOf(any as never), 300)
    await holds(fc.tuple(wild, wild), ([any, salt]) => commitmentOf(any as never, salt as never), 300)
    await holds(wild, (any) => contentIdOf(any as never), 300)
  })
})
