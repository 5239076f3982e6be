import {
  addUnlockWay,
  createUnlockDocument,
  encodeRecoveryPhrase,
  passkeyKeyOf,
  type UnlockDocument,
  type UnlockSecret,
} from '../../src/index.ts'
import { encodeHex } from '../../src/hex.ts'

/** K1 to K4. */
export async function unlockVectors() {
  const rootSeed = Uint8Array.from({ length: 32 }, (_, n) => n)
  const prf = new Uint8Array(32).fill(0x77)
  const credential = '0x0102030405'
  const phrase = encodeRecoveryPhrase(new Uint8Array(32).fill(0x80))
  const secrets: UnlockSecret[] = [
    { kind: 'passkey', credential, prf },
    { kind: 'phrase', phrase },
  ]
  const two = await createUnlockDocument(rootSeed, secrets)
  const document = await addUnlockWay(two, rootSeed, { kind: 'password', password: 'pédiatrie 4711' })
  const [passkey, paper] = document.ways as [never, never]
  const opens = { document, rootSeed: encodeHex(rootSeed) }
  const passkeySecret = (bytes: Uint8Array, id = credential) => ({
    kind: 'passkey',
    credential: id,
    prf: encodeHex(bytes),
  })
  const phraseSecret = (text: string) => ({ kind: 'phrase', phrase: text })
  const altered = (change: Partial<UnlockDocument>) => ({ ...document, ...change })
  const byPhrase = { secret: phraseSecret(phrase) }
  return {
    rules: ['K1', 'K2', 'K3'],
    passkeyKey: encodeHex(passkeyKeyOf(prf)),
    cases: [
      { what: 'the passkey opens it', ...opens, secret: passkeySecret(prf) },
      { what: 'the phrase opens it', ...opens, ...byPhrase },
      {
        what: 'the phrase in capitals and lines',
        ...opens,
        secret: phraseSecret(phrase.toUpperCase().replaceAll(' ', ' \n')),
      },
      { what: 'the password opens it', ...opens, secret: { kind: 'password', password: 'pédiatrie 4711' } },
      {
        what: 'another password',
        document,
        secret: { kind: 'password', password: 'x' },
        code: 'keystore-not-opened',
      },
      { what: 'another passkey', document, secret: passkeySecret(prf, '0x06'), code: 'keystore-not-opened' },
      { what: 'another PRF output', document, secret: passkeySecret(rootSeed), code: 'keystore-not-opened' },
      {
        what: 'another phrase',
        document,
        secret: phraseSecret(encodeRecoveryPhrase(rootSeed)),
        code: 'keystore-not-opened',
      },
      {
        what: 'a slip of the pen',
        document,
        secret: phraseSecret(phrase.replace('letter', 'level')),
        code: 'phrase-malformed',
      },
      {
        what: 'a way was removed',
        document: altered({ ways: [passkey, paper] }),
        ...byPhrase,
        code: 'keystore-altered',
      },
      {
        what: 'ways were swapped',
        document: altered({ ways: [paper, passkey] }),
        ...byPhrase,
        code: 'keystore-altered',
      },
      { what: 'another revision', document: altered({ revision: 9 }), ...byPhrase, code: 'keystore-altered' },
      { what: 'one way only', document: altered({ ways: [paper] }), ...byPhrase, code: 'keystore-refused' },
      {
        what: 'a way twice',
        document: altered({ ways: [paper, paper] }),
        ...byPhrase,
        code: 'keystore-refused',
      },
      { what: 'another suite', document: { ...document, suite: 2 }, ...byPhrase, code: 'keystore-refused' },
    ],
    phrases: [
      { entropy: `0x${'80'.repeat(32)}`, phrase },
      { phrase: phrase.replace('letter', 'lettre'), reason: 'unknown-word', position: 1 },
      { phrase: phrase.replace('letter', 'level'), reason: 'checksum', position: 0 },
      { phrase: phrase.replace('letter ', ''), reason: 'word-count', position: 0 },
    ],
  }
}
