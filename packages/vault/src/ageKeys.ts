import { bech32 } from '@scure/base'
import { VaultError } from './errors.ts'
import { assertBytes } from './hex.ts'
import { recipientBytes } from './recipient.ts'

const recipientPrefix = 'age1pq'
const identityPrefix = 'age-secret-key-pq-'
// Bech32's limit of 90 characters is for human eyes; age lifts it for keys of 1,216 bytes.
const noLengthLimit = false

/** An X-Wing public key as stock age writes it: `age1pq1...`, 1,959 characters. */
export function encodeAgeRecipient(publicKey: Uint8Array): string {
  assertBytes(publicKey, 'publicKey', recipientBytes)
  return bech32.encode(recipientPrefix, bech32.toWords(publicKey), noLengthLimit)
}

/** @throws VaultError `age-key-malformed`: another kind of key, a typing error or not whole. */
export function decodeAgeRecipient(text: string): Uint8Array {
  return decode('recipient', text, recipientPrefix, recipientBytes)
}

/** An epoch seed as stock age reads it: `AGE-SECRET-KEY-PQ-1...` (E6). It is a secret. */
export function encodeAgeIdentity(seed: Uint8Array): string {
  assertBytes(seed, 'seed', 32)
  return bech32.encode(identityPrefix, bech32.toWords(seed), noLengthLimit).toUpperCase()
}

/** @throws VaultError `age-key-malformed`. The error never carries the text. */
export function decodeAgeIdentity(text: string): Uint8Array {
  // Bech32 forbids mixed case; age writes identities in capitals and recipients in small letters, and reads nothing else.
  const lowered = typeof text === 'string' && text === text.toUpperCase() ? text.toLowerCase() : ''
  return decode('identity', lowered, identityPrefix, 32)
}

function decode(form: 'recipient' | 'identity', text: string, prefix: string, sizeBytes: number): Uint8Array {
  // The library's errors quote the text, which may be a secret, so they are not passed on as causes.
  const isLower = typeof text === 'string' && text === text.toLowerCase()
  const decoded = isLower ? bech32.decodeUnsafe(text, noLengthLimit) : undefined
  const bytes = decoded?.prefix === prefix ? bech32.fromWordsUnsafe(decoded.words) : undefined
  if (!bytes || bytes.length !== sizeBytes) throw new VaultError('age-key-malformed', { form })
  return Uint8Array.from(bytes)
}
