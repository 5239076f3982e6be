import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import fc from 'fast-check'
import { damaged, fuzzSeed, holds, wild } from '../test/fuzz.ts'
import { dealGuardians, guardians } from '../test/guardians.ts'
import { ana, assertRefused, grantToOsei, labs, osei } from '../test/people.ts'
import { dealTrustees, trustees } from '../test/trustees.ts'
import {
  approveRecovery,
  assertKeystore,
  createRecoveryPhrase,
  createRecoveryRequest,
  createUnlockDocument,
  emergencyCardOf,
  epochKeyOf,
  openRecordStream,
  parseEmergencyEntry,
  parseEmergencyShare,
  parseGuardianShare,
  parseRecoveryApproval,
  parseRecoveryRequest,
  parseShareSet,
  parseUnlockDocument,
  recipientHashOf,
  recipientOf,
  rewrapToStaff,
  sealKeystore,
  sealRecord,
  unwrapEpochKey,
  unwrapStaffWrap,
  wrapEpochKey,
  wrapEpochSeed,
  type VaultErrorCode,
} from './index.ts'

const seed = ana.epochSeed(labs, 2)
const readerSeed = osei.recipientSeed
const context = { ...grantToOsei, epoch: 2 }
const epochKey = epochKeyOf(seed, 2)
const body = Uint8Array.from({ length: 150_000 }, (_, index) => index % 253)
const chunkStart = (index: number) => 1643 + index * 65_552

let sealed: Uint8Array
before(async () => {
  const recipient = recipientOf(seed)
  sealed = (await sealRecord({ body, mediaType: 'text/plain', recipient })).sealed
})

describe(`streams and wraps of what was granted succeed or throw a VaultError (seed ${fuzzSeed})`, () => {
  it('[E14] of a damaged file nothing comes out but the beginning of what was sealed', async () => {
    // Mostly of whole chunks, which is what an attacker would move.
    const chunks = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 5 }).map((order) => {
      const parts = order.map((index) => [...sealed.subarray(chunkStart(index), chunkStart(index + 1))])
      return Uint8Array.from([...sealed.subarray(0, 1643), ...parts.flat()])
    })
    const files = fc.oneof(chunks, damaged(sealed), fc.uint8Array(), wild)
    await holds(
      fc.tuple(files, fc.integer({ min: 1, max: 100_000 }), fc.boolean()),
      async ([file, pieceBytes, reuseMemory]) => {
        async function* pieces(): AsyncGenerator<Uint8Array, void, void> {
          if (!(file instanceof Uint8Array)) return void (yield file as never)
          // Never a byte at a time for long: it is the edges that matter.
          const step = Math.max(pieceBytes, Math.ceil(file.length / 200))
          for (let at = 0; at < file.length; at += step) yield file.subarray(at, at + step)
        }
        let doneBytes = 0
        const opened = await openRecordStream({ sealed: pieces(), seed, reuseMemory })
        for await (const piece of opened.body) {
          assert.ok(Buffer.from(body.buffer, doneBytes, piece.length).equals(piece), `at ${doneBytes}`)
          doneBytes += piece.length
        }
        assert.equal(doneBytes, body.length, 'an end that was not the end')
      },
      300,
    )
  })

  it('[E1] attack: a header that never ends, of ever more stanzas, is given up within a chunk', async () => {
    for (const line of ['-> X25519 AAAA\nAAAA\n', 'A'.repeat(64), '-> mlkem768x25519 ', '\n']) {
      let givenBytes = 0
      async function* endless() {
        const text = `${givenBytes === 0 ? 'age-encryption.org/v1\n' : ''}${line.repeat(10_000)}`
        for (;;) {
          const piece = new TextEncoder().encode(text)
          givenBytes += piece.length
          yield piece
        }
      }
      await assertRefused(() => openRecordStream({ sealed: endless(), seed }), 'sealed-header-refused')
      assert.ok(givenBytes < 2_000_000, `${givenBytes} bytes taken`)
    }
  })

  it('[E16] [E17] wraps of one epoch and of an organisation', async () => {
    const made = await wrapEpochKey({ epochKey, readerRecipient: osei.recipient, context })
    const any = (good: Uint8Array) => fc.oneof(damaged(good), wild) as fc.Arbitrary<Uint8Array>
    const contexts = fc
      .record(
        { chainId: wild, consent: wild, patient: wild, compartment: wild, epoch: wild, reader: wild },
        { requiredKeys: [] },
      )
      .map((changed) => ({ ...context, ...changed }) as typeof context)
    await holds(any(made), (wrap) => unwrapEpochKey({ wrap, readerSeed, context }), 150)
    await holds(contexts, (each) => unwrapEpochKey({ wrap: made, readerSeed, context: each }), 150)

    const granted = await wrapEpochSeed({ seed, readerRecipient: osei.recipient, context })
    const staff = [{ account: ana.account, recipient: ana.recipient, role: 2 }]
    const good = {
      organisationSeed: readerSeed,
      context,
      expectedRecipientHash: recipientHashOf(recipientOf(seed)),
      staff,
      permittedRoles: [2],
    }
    await holds(any(granted), (wrap) => rewrapToStaff({ ...good, wrap }), 150)
    const [handed] = await rewrapToStaff({
      ...good,
      expectedRecipientHash: recipientHashOf(recipientOf(epochKey)),
      wrap: granted,
    })
    const staffContext = { ...context, organisation: osei.account, reader: ana.account }
    const opening = { readerSeed: ana.recipientSeed, context: staffContext }
    assert.ok(await unwrapStaffWrap({ ...opening, wrap: handed!.wrap }))
    await holds(any(handed!.wrap), (wrap) => unwrapStaffWrap({ ...opening, wrap }), 150)
  })
})

describe('attack: a suite that is older, newer or none', () => {
  it('is refused by every structure that names its suite', async () => {
    const rootSeed = new Uint8Array(32).fill(3)
    const { shares, secret } = await dealGuardians()
    const paper = { kind: 'phrase', phrase: createRecoveryPhrase() } as const
    const { chainId, directory, account } = shares[0]!.context
    const { request } = createRecoveryRequest({ chainId, directory, account })
    const guardianSeed = guardians[0]!.recipientSeed
    const structures: [object, (value: never) => unknown, VaultErrorCode][] = [
      [await sealKeystore(rootSeed, 'password'), assertKeystore, 'keystore-refused'],
      [await createUnlockDocument(rootSeed, [paper, secret]), parseUnlockDocument, 'keystore-refused'],
      [shares[0]!, parseGuardianShare, 'message-refused'],
      [shares[0]!.set, parseShareSet, 'message-refused'],
      [request, parseRecoveryRequest, 'message-refused'],
      [
        await approveRecovery({ share: shares[0]!, guardianSeed, request }),
        parseRecoveryApproval,
        'message-refused',
      ],
      [(await dealTrustees()).shares[0]!, parseEmergencyShare, 'message-refused'],
      [
        emergencyCardOf({ gateway: 'city.example', account: trustees[0]!.account }).entry,
        parseEmergencyEntry,
        'message-refused',
      ],
    ]
    for (const [good, parse, code] of structures) {
      assert.doesNotThrow(() => parse(good as never))
      for (const suite of [0, 2, -1, 1.5, '1', 1n, [1], true, null, undefined]) {
        await assertRefused(() => parse({ ...good, suite } as never), code)
      }
    }
  })
})
