import {
  encodeRecoveryPhrase,
  openKeyring,
  passwordParametersOf,
  unlockProofsOf,
  unlockVerifierOf,
  type UnlockSecret,
} from '../../src/index.ts'
import { encodeHex } from '../../src/hex.ts'

/** K10: what shows a keeper that one opens a way, and what it compares this with. */
export async function proofVectors() {
  const { account } = openKeyring(new Uint8Array(32).fill(1))
  const prf = new Uint8Array(32).fill(0x77)
  const parameters = [0x11, 0x22].map((byte) =>
    passwordParametersOf(`0x${byte.toString(16).padStart(2, '0').repeat(16)}`),
  )
  const phrase = encodeRecoveryPhrase(new Uint8Array(32).fill(0x80))
  const secrets: [string, UnlockSecret][] = [
    ['a passkey', { kind: 'passkey', credential: '0x0102030405', prf }],
    ['a phrase', { kind: 'phrase', phrase }],
    ['a password, under each of two parameters', { kind: 'password', password: 'pédiatrie 4711' }],
  ]
  const cases = []
  for (const [what, secret] of secrets) {
    const proofs = await unlockProofsOf(account, secret, parameters)
    const written = secret.kind === 'passkey' ? { ...secret, prf: encodeHex(prf) } : secret
    cases.push({ what, account, secret: written, proofs, verifiers: proofs.map(unlockVerifierOf) })
  }
  const phraseSecret = { kind: 'phrase', phrase: phrase.replace('letter', 'level') }
  const guardians = { kind: 'guardians', secret: `0x${'01'.repeat(32)}` }
  return {
    rules: ['K10'],
    parameters,
    cases: [
      ...cases,
      { what: 'a slip of the pen', account, secret: phraseSecret, code: 'phrase-malformed' },
      { what: 'guardians prove nothing', account, secret: guardians, code: 'argument-invalid' },
      {
        what: 'an account that is none',
        account: account.slice(0, -2),
        secret: { kind: 'phrase', phrase },
        code: 'argument-invalid',
      },
    ],
  }
}
