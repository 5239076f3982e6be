import { isVaultError, VaultError } from './errors.ts'
import { fieldsOf as messageFieldsOf } from './fields.ts'
import { parseGuardianContext } from './guardianContext.ts'
import type { Hex } from './hex.ts'
import { assertKeystore, type Keystore } from './keystoreForm.ts'
import { parseShareSet } from './shareSet.ts'
import type { GuardianWay, UnlockWay } from './unlockWay.ts'

/** Every way to one root seed, as JSON. A gateway stores it and cannot open it (K1). */
export interface UnlockDocument {
  suite: 1
  /** 1 and up, one more with every change. */
  revision: number
  ways: UnlockWay[]
  /** HMAC-SHA256 under a key of the root seed: nobody else adds, changes or removes a way. */
  mac: Hex
}

export const unlockWaysMin = 2
export const unlockWaysMax = 16
/** Trying a password costs memory and time, so a forged document must not hold hundreds of them. */
export const passwordWaysMax = 2
/** A second set of guardians would leave the shares of the first one good. */
export const guardianWaysMax = 1

/**
 * Checks the form and nothing else, and returns a copy with these members only, in the order that the MAC covers.
 *
 * @throws VaultError `keystore-refused` with `data.field`.
 */
export function parseUnlockDocument(value: unknown): UnlockDocument {
  const { suite, revision, ways, mac } = fieldsOf(value)
  demand(suite === 1, 'suite', '1')
  demand(Number.isSafeInteger(revision) && (revision as number) >= 1, 'revision', 'an integer of at least 1')
  const inRange = Array.isArray(ways) && ways.length >= unlockWaysMin && ways.length <= unlockWaysMax
  demand(inRange, 'ways', `${unlockWaysMin} to ${unlockWaysMax} ways`)
  // A hole would be passed over by `map` and stay one.
  const parsed = Array.from(ways as unknown[], parseWay)
  demand(new Set(parsed.map(({ id }) => id)).size === parsed.length, 'ways', 'ids that differ')
  const passwords = parsed.filter(({ kind }) => kind === 'password')
  demand(passwords.length <= passwordWaysMax, 'ways', `at most ${passwordWaysMax} passwords`)
  const councils = parsed.filter(({ kind }) => kind === 'guardians')
  demand(councils.length <= guardianWaysMax, 'ways', `at most ${guardianWaysMax} set of guardians`)
  return { suite: 1, revision: revision as number, ways: parsed, mac: hexOf(mac, 'mac', 32) }
}

function parseWay(value: unknown): UnlockWay {
  const { id, kind, keystore, credential, nonce, box } = fieldsOf(value)
  const idHex = hexOf(id, 'ways.id', 16)
  if (kind === 'password') {
    assertKeystore(keystore)
    return { id: idHex, kind, keystore: copyOf(keystore) }
  }
  if (kind === 'guardians') return parseGuardianWay(value)
  demand(kind === 'passkey' || kind === 'phrase', 'ways.kind', 'password, passkey, phrase or guardians')
  const sealed = { nonce: hexOf(nonce, 'ways.nonce', 24), box: hexOf(box, 'ways.box', 48) }
  if (kind === 'phrase') return { id: idHex, kind, ...sealed }
  const isCredential = typeof credential === 'string' && /^0x(?:[0-9a-f]{2}){1,1023}$/.test(credential)
  demand(isCredential, 'ways.credential', '1 to 1023 bytes in hexadecimal')
  return { id: idHex, kind: 'passkey', credential: credential as Hex, ...sealed }
}

/** @throws VaultError `keystore-refused`. */
export function parseGuardianWay(value: unknown): GuardianWay {
  const { id, kind, context, set, nonce, box } = fieldsOf(value)
  demand(kind === 'guardians', 'ways.kind', 'guardians')
  try {
    return {
      id: hexOf(id, 'ways.id', 16),
      kind: 'guardians',
      context: parseGuardianContext(messageFieldsOf('share set', context)),
      set: parseShareSet(set),
      nonce: hexOf(nonce, 'ways.nonce', 24),
      box: hexOf(box, 'ways.box', 48),
    }
  } catch (error) {
    if (!isVaultError(error, 'message-refused')) throw error
    throw new VaultError('keystore-refused', {
      field: `ways.${error.data.field}`,
      expected: error.data.expected,
    })
  }
}

const copyOf = ({ kdf, salt, nonce, box }: Keystore): Keystore => ({
  suite: 1,
  kdf: {
    name: 'argon2id',
    memoryKiB: kdf.memoryKiB,
    iterations: kdf.iterations,
    parallelism: kdf.parallelism,
  },
  salt,
  nonce,
  box,
})

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

function hexOf(value: unknown, field: string, sizeBytes: number): Hex {
  const isHex = typeof value === 'string' && value.length === sizeBytes * 2 + 2 && /^0x[0-9a-f]*$/.test(value)
  demand(isHex, field, `0x and ${sizeBytes * 2} lower-case digits`)
  return value as Hex
}

function demand(holds: boolean, field: string, expected: string): void {
  if (!holds) throw new VaultError('keystore-refused', { field, expected })
}
