import { hashRecovery } from '@hre/protocol'
import { sha256 } from '@noble/hashes/sha2.js'
import { wordlist as english } from '@scure/bip39/wordlists/english'
import { VaultError } from './errors.ts'
import { fieldsOf } from './fields.ts'
import { decodeHex, encodeHex, lowerHex, utf8, type Hex, type Hex32 } from './hex.ts'
import { createRootSeed, openKeyring } from './keyring.ts'
import { labels, type GuardianPlace } from './labels.ts'
import { platformRandom, type RandomBytes } from './random.ts'
import { recipientBytes } from './recipient.ts'

/** What somebody who lost everything asks of the guardians, from a new device. Nothing in it is secret. */
export interface RecoveryRequest extends GuardianPlace {
  suite: 1
  /** ERC-7913 bytes of the new signer (O1). */
  signer: Hex
  /** The new X-Wing recipient, 1,216 bytes: what guardians seal their shares to. */
  recipient: Hex
  /** 32 random bytes. */
  nonce: Hex32
}

/**
 * Begins a recovery: a fresh root seed, and the request to give the account its signer and recipient (K8).
 *
 * @returns `rootSeed`: seal it at once (`createUnlockDocument`), the waiting period takes days. It signs and receives for
 * the account when the Directory has executed the recovery; what guardians give back opens the charts of before.
 * @throws VaultError `argument-invalid`.
 */
export function createRecoveryRequest(
  place: GuardianPlace,
  random: RandomBytes = platformRandom,
): { request: RecoveryRequest; rootSeed: Uint8Array } {
  const rootSeed = createRootSeed(random)
  const { signer, recipient } = openKeyring(rootSeed)
  const request: RecoveryRequest = {
    suite: 1,
    chainId: place.chainId,
    directory: lowerHex(place.directory, 'directory', 20),
    account: lowerHex(place.account, 'account', 20),
    signer,
    recipient: encodeHex(recipient),
    nonce: encodeHex(random(32)),
  }
  // Also checks the chain id.
  recoveryRequestHashOf(request)
  return { request, rootSeed }
}

/** What guardians approve on chain: exactly the keys that they seal to (D17). @throws VaultError `message-refused`. */
export function recoveryOf(request: RecoveryRequest): Hex32 {
  const { signer, recipient } = parseRecoveryRequest(request)
  return hashRecovery(signer, recipient)
}

/** SHA-256 of everything in the request (K8). @throws VaultError `message-refused`, `argument-invalid`. */
export function recoveryRequestHashOf(request: RecoveryRequest): Hex32 {
  return encodeHex(sha256(utf8(labels.recoveryRequest(request, recoveryOf(request)))))
}

/**
 * Eight words that the owner reads to each guardian, over the telephone or face to face: who passed the request on may have
 * put his own in its place. 88 bits, because he can make requests until the words agree; a guardian compares all of them.
 *
 * @throws VaultError `message-refused`.
 */
export function recoveryWordsOf(request: RecoveryRequest): string {
  const digest = decodeHex(recoveryRequestHashOf(request), 'request', 32)
  const bits = [...digest.subarray(0, 11)].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return bits
    .match(/.{11}/g)!
    .map((index) => english[parseInt(index, 2)]!)
    .join(' ')
}

/**
 * The first 11 bytes of the hash of the request that somebody read these words from: what a guardian finds it by.
 *
 * @throws VaultError `phrase-malformed`.
 */
export function recoveryPrefixOf(words: string): Hex {
  const given = typeof words === 'string' ? words.toLowerCase().trim().split(/\s+/) : []
  if (given.length !== 8) throw new VaultError('phrase-malformed', { reason: 'word-count', position: 0 })
  const indexes = given.map((word) => english.indexOf(word))
  const unknown = indexes.indexOf(-1)
  if (unknown >= 0)
    throw new VaultError('phrase-malformed', { reason: 'unknown-word', position: unknown + 1 })
  const bits = indexes.map((index) => index.toString(2).padStart(11, '0')).join('')
  return encodeHex(Uint8Array.from(bits.match(/.{8}/g)!, (byte) => parseInt(byte, 2)))
}

/** Checks the form and returns a copy with these members only. @throws VaultError `message-refused`. */
export function parseRecoveryRequest(value: unknown): RecoveryRequest {
  const request = fieldsOf('recovery request', value)
  return {
    suite: request.integer('suite', 1, 1) as 1,
    chainId: request.integer('chainId', 1, Number.MAX_SAFE_INTEGER),
    directory: request.hex('directory', 20),
    account: request.hex('account', 20),
    signer: request.hex('signer', 20, 1024),
    recipient: request.hex('recipient', recipientBytes),
    nonce: request.hex('nonce', 32),
  }
}
