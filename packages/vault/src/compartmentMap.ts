import { normalizeCompartmentName } from './compartmentName.ts'
import { VaultError } from './errors.ts'
import { lowerHex, utf8, type Hex32 } from './hex.ts'
import { hpkeOpen, hpkeSeal } from './hpke.ts'
import { labels, type CompartmentMapContext } from './labels.ts'
import { platformRandom, type RandomBytes } from './random.ts'

/** From a compartment's name to its id: what a writer needs to file a record in the right place. */
export type CompartmentMap = Readonly<Record<string, Hex32>>

const compartmentsMax = 256
/** Padding hides from whoever keeps the wrap how many compartments there are and how long their names. */
const paddingBytes = 1024

/**
 * Wraps a compartment map to one writer (E8).
 *
 * @param args.map - 1 to 256 names to 32-byte ids. Names are kept in Unicode NFC.
 * @returns 1,136 bytes more than a multiple of 1,024.
 * @throws VaultError `argument-invalid`, `recipient-refused`.
 * @see vectors/envelope/compartment-map.json
 */
export async function wrapCompartmentMap(args: {
  map: CompartmentMap
  readerRecipient: Uint8Array
  context: CompartmentMapContext
  random?: RandomBytes
}): Promise<Uint8Array> {
  return hpkeSeal({
    plaintext: encodeCompartmentMap(args.map),
    recipient: args.readerRecipient,
    info: labels.compartmentMap(args.context),
    random: args.random ?? platformRandom,
  })
}

/**
 * Opens a compartment map.
 *
 * @throws VaultError `wrap-malformed`, `wrap-not-for-reader`, `compartment-map-malformed`, `argument-invalid`.
 */
export async function unwrapCompartmentMap(args: {
  wrap: Uint8Array
  readerSeed: Uint8Array
  context: CompartmentMapContext
}): Promise<CompartmentMap> {
  const info = labels.compartmentMap(args.context)
  return decodeCompartmentMap(await hpkeOpen({ wrap: args.wrap, seed: args.readerSeed, info }))
}

function encodeCompartmentMap(map: CompartmentMap): Uint8Array {
  const entries = Object.entries(map ?? {})
    .map(([name, id]) => [normalizeCompartmentName(name), lowerHex(id, 'map', 32)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const names = new Set(entries.map(([name]) => name))
  if (entries.length === 0 || entries.length > compartmentsMax || names.size !== entries.length) {
    throw new VaultError('argument-invalid', {
      argument: 'map',
      expected: `1 to ${compartmentsMax} compartments of different names`,
    })
  }
  const json = utf8(JSON.stringify(Object.fromEntries(entries)))
  // White space after a JSON value is still JSON.
  const padded = new Uint8Array(Math.ceil(json.length / paddingBytes) * paddingBytes).fill(0x20)
  padded.set(json)
  return padded
}

function decodeCompartmentMap(plaintext: Uint8Array): CompartmentMap {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(plaintext))
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new TypeError('not an object')
    const entries = Object.entries(value).map(([name, id]) => {
      if (normalizeCompartmentName(name) !== name) throw new TypeError('a name that is not in NFC')
      return [name, lowerHex(id, 'map', 32)] as const
    })
    if (entries.length === 0 || entries.length > compartmentsMax) throw new TypeError('too few or too many')
    return Object.fromEntries(entries)
  } catch {
    // A JSON parser quotes what it read, and that was sealed: no cause.
    throw new VaultError('compartment-map-malformed', {})
  }
}
