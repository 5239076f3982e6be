import { VaultError } from './errors.ts'
import { assertBytes, encodeHex, utf8, type Hex32 } from './hex.ts'
import { derive, labels } from './labels.ts'
import { primitives } from './primitives.ts'

const textBytesMax = 256

/**
 * The key under which an organisation keeps its own patient numbers (S12). Derived from its root seed, so a copy of its
 * database answers no guess.
 *
 * @param rootSeed - the organisation's, 32 bytes.
 * @throws VaultError `argument-invalid`.
 */
export function patientNumberKeyOf(rootSeed: Uint8Array): Uint8Array {
  assertBytes(rootSeed, 'rootSeed', 32)
  return derive(rootSeed, labels.patientNumber())
}

/**
 * A keyed commitment to one of an organisation's own patient numbers: what its gateway keeps beside the account, instead of
 * the number (S12). Never for the chain.
 *
 * @param key - {@link patientNumberKeyOf}. A plain hash would not do: there are too few numbers.
 * @param number - `system`: who gave it, a FHIR `Identifier.system`; `value`: 1 to 256 bytes. Compared in Unicode NFKC without
 * surrounding white space; leading zeros and capitals count.
 * @throws VaultError `argument-invalid`.
 * @see http://hl7.org/fhir/R4/datatypes.html#Identifier
 */
export function patientNumberLookupOf(key: Uint8Array, number: { system: string; value: string }): Hex32 {
  assertBytes(key, 'key', 32)
  const message = JSON.stringify([textOf(number?.system, 'system'), textOf(number?.value, 'value')])
  return encodeHex(primitives().hmacSha256(key, utf8(message)))
}

function textOf(text: unknown, argument: string): string {
  const normal = typeof text === 'string' && text.isWellFormed() ? text.normalize('NFKC').trim() : ''
  if (normal === '' || utf8(normal).length > textBytesMax) {
    throw new VaultError('argument-invalid', { argument, expected: `1 to ${textBytesMax} bytes of text` })
  }
  return normal
}
