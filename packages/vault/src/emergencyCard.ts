import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { base32 } from '@scure/base'
import { VaultError, type EmergencyCardReason } from './errors.ts'
import { fieldsOf } from './fields.ts'
import {
  assertBytes,
  concatBytes,
  decodeHex,
  encodeHex,
  equalBytes,
  utf8,
  type Address,
  type Hex,
  type Hex32,
} from './hex.ts'
import { derive, labels } from './labels.ts'
import { platformRandom, type RandomBytes } from './random.ts'

/** What a card says: where to ask, and the secret that finds and opens the entry. Neither a name nor an account. */
export interface EmergencyCard {
  /** Host and port of a gateway that keeps the entry; any other may keep it too. */
  gateway: string
  /** 20 random bytes. Secret as a house key is: who finds the card learns nothing without a session of a clinician. */
  secret: Uint8Array
}

/** What gateways keep for a card. It tells them nothing: neither whose it is nor what it opens. */
export interface EmergencyEntry {
  suite: 1
  /** What a clinician's machine asks for. */
  lookup: Hex32
  nonce: Hex
  /** The account, sealed. */
  box: Hex
}

const secretBytes = 20
const checkBytes = 5
/** Longer than any card: not looked at. */
const cardCharactersMax = 400
const gatewayCharactersMax = 253
const prefix = 'HRE'
const version = '1'

/**
 * Makes an emergency card and the entry that gateways keep for it (S11).
 *
 * @param args.gateway - host and, where it is not 443, port: `city.example`, `city.example:8443`.
 * @param args.account - the patient's.
 * @returns `text` for a QR code (capitals and digits, so that it stays small) and for paper; `entry` for gateways. A new
 * card replaces a lost one when the old entry is deleted.
 * @throws VaultError `argument-invalid`, `emergency-card-malformed`.
 * @see spec/break-glass.md S11; vectors/break-glass/card.json
 */
export function emergencyCardOf(args: { gateway: string; account: Hex; random?: RandomBytes }): {
  text: string
  entry: EmergencyEntry
} {
  const random = args.random ?? platformRandom
  const account = decodeHex(args.account, 'account', 20)
  const secret = random(secretBytes)
  const gateway = gatewayOf(args.gateway)
  const parts = [prefix, version, base32.encode(secret), base32.encode(checkOf(secret, gateway)), gateway]
  const nonce = random(24)
  return {
    text: parts.join(':').toUpperCase(),
    entry: {
      suite: 1,
      lookup: emergencyLookupOf(secret),
      nonce: encodeHex(nonce),
      box: encodeHex(xchacha20poly1305(entryKeyOf(secret), nonce).encrypt(account)),
    },
  }
}

/**
 * Reads a card, scanned or typed: capitals and white space do not matter, and a slip of the pen is found.
 *
 * @throws VaultError `emergency-card-malformed` with `data.reason`, never with what was read.
 */
export function parseEmergencyCard(text: string): EmergencyCard {
  const given = typeof text === 'string' && text.length <= cardCharactersMax ? text : ''
  const [first, second, secretText = '', checkText = '', ...gatewayParts] = given
    .replace(/\s+/g, '')
    .toUpperCase()
    .split(':')
  if (first !== prefix) throw malformed('form')
  if (second !== version) throw malformed('version')
  const secret = decodeBase32(secretText, secretBytes)
  const check = decodeBase32(checkText, checkBytes)
  const gateway = gatewayOf(gatewayParts.join(':'))
  if (!equalBytes(check, checkOf(secret, gateway))) throw malformed('checksum')
  return { gateway, secret }
}

/** What to ask a gateway for: HKDF of the card's secret, so that asking does not show the secret. */
export function emergencyLookupOf(secret: Uint8Array): Hex32 {
  assertBytes(secret, 'secret', secretBytes)
  return encodeHex(derive(secret, labels.emergencyLookup()))
}

/**
 * The patient's account.
 *
 * @throws VaultError `emergency-entry-not-for-card`, `message-refused`, `argument-invalid`.
 */
export function openEmergencyEntry(entry: EmergencyEntry, secret: Uint8Array): Address {
  const { lookup, nonce, box } = parseEmergencyEntry(entry)
  if (lookup !== emergencyLookupOf(secret)) throw new VaultError('emergency-entry-not-for-card', {})
  const cipher = xchacha20poly1305(entryKeyOf(secret), decodeHex(nonce, 'nonce', 24))
  try {
    return encodeHex(cipher.decrypt(decodeHex(box, 'box', 36)))
  } catch (cause) {
    throw new VaultError('emergency-entry-not-for-card', {}, cause)
  }
}

/** Checks the form and returns a copy with these members only. @throws VaultError `message-refused`. */
export function parseEmergencyEntry(value: unknown): EmergencyEntry {
  const entry = fieldsOf('emergency entry', value)
  return {
    suite: entry.integer('suite', 1, 1) as 1,
    lookup: entry.hex('lookup', 32),
    nonce: entry.hex('nonce', 24),
    box: entry.hex('box', 36),
  }
}

const entryKeyOf = (secret: Uint8Array) => derive(secret, labels.emergencyEntry())

function checkOf(secret: Uint8Array, gateway: string): Uint8Array {
  return sha256(concatBytes(utf8(labels.emergencyCard(gateway)), secret)).subarray(0, checkBytes)
}

/** A host name or IPv4 address and perhaps a port: no path, user or scheme that would send a clinician elsewhere. */
function gatewayOf(text: string): string {
  const gateway = typeof text === 'string' ? text.toLowerCase() : ''
  const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
  const pattern = new RegExp(`^${label}(?:\\.${label})*(?::([1-9][0-9]{0,4}))?$`)
  const port = gateway.length <= gatewayCharactersMax ? pattern.exec(gateway) : null
  if (!port || Number(port[1] ?? 443) > 65_535) throw malformed('gateway')
  return gateway
}

/** Of exactly this size; unused bits cannot be varied, because neither 20 nor 5 bytes leave any. */
function decodeBase32(text: string, sizeBytes: number): Uint8Array {
  if (text.length !== (sizeBytes * 8) / 5 || !/^[A-Z2-7]*$/.test(text)) throw malformed('form')
  return base32.decode(text)
}

const malformed = (reason: EmergencyCardReason) => new VaultError('emergency-card-malformed', { reason })
