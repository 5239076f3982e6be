import { before, describe, it } from 'node:test'
import fc from 'fast-check'
import { damagedJson, fuzzSeed, holds, wild } from '../test/fuzz.ts'
import { dealGuardians } from '../test/guardians.ts'
import {
  createRecoveryPhrase,
  createUnlockDocument,
  decodeRecoveryPhrase,
  parseUnlockDocument,
  unlock,
  type UnlockDocument,
  type UnlockSecret,
} from './index.ts'

const rootSeed = new Uint8Array(32).fill(7)
const paper: UnlockSecret = { kind: 'phrase', phrase: createRecoveryPhrase() }
const passkey: UnlockSecret = { kind: 'passkey', credential: '0xAB01', prf: new Uint8Array(32).fill(1) }
let document: UnlockDocument
let near: fc.Arbitrary<unknown>
before(async () => {
  const { secret } = await dealGuardians()
  document = await createUnlockDocument(rootSeed, [passkey, paper, secret])
  near = fc.oneof(documents(), damagedJson(document), wild)
})

describe(`every decoder of ways to unlock succeeds or throws a VaultError (seed ${fuzzSeed})`, () => {
  it('[K1] documents', async () => {
    await holds(near, (value) => parseUnlockDocument(value), 1500)
    await holds(near, (value) => unlock(value as never, paper), 700)
  })

  it('[K2] [K3] [K7] secrets', async () => {
    const secrets = fc.record(
      {
        kind: fc.constantFrom('passkey', 'phrase', 'guardians', 'x'),
        credential: wild,
        prf: wild,
        phrase: wild,
      },
      { requiredKeys: ['kind'] },
    )
    await holds(secrets, (secret) => unlock(document, secret as never), 500)
    const guardians = fc.record({ context: wild, set: wild, secret: wild }, { requiredKeys: [] })
    await holds(guardians, (given) => unlock(document, { kind: 'guardians', ...given } as never), 300)
    await holds(fc.oneof(fc.string(), wild), (text) => decodeRecoveryPhrase(text as never), 500)
  })
})

/** Documents of nearly the right form, put together from good and bad members. */
function documents(): fc.Arbitrary<unknown> {
  const hex = (sizeBytes: number) =>
    fc
      .uint8Array({ minLength: sizeBytes, maxLength: sizeBytes })
      .map((bytes) => `0x${Buffer.from(bytes).toString('hex')}`)
  const way = fc.record(
    {
      id: fc.oneof(hex(16), wild),
      kind: fc.oneof(fc.constantFrom('password', 'passkey', 'phrase', 'guardians'), wild),
      credential: fc.oneof(hex(3), wild),
      keystore: wild,
      nonce: fc.oneof(hex(24), wild),
      box: fc.oneof(hex(48), wild),
    },
    { requiredKeys: [] },
  )
  return fc.record({
    suite: fc.constantFrom(1, 2),
    revision: fc.oneof(fc.nat(), wild),
    ways: fc.oneof(fc.array(fc.oneof(way, fc.constantFrom(...document.ways)), { maxLength: 20 }), wild),
    mac: fc.oneof(hex(32), wild),
  })
}
