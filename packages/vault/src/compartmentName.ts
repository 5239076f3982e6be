import { VaultError } from './errors.ts'
import { utf8 } from './hex.ts'

const nameBytesMax = 64

/**
 * The one spelling of a compartment name: Unicode NFC, 1 to 64 bytes of UTF-8, no control characters (E10). Without it,
 * "pédiatrie" typed on two keyboards would make two compartments.
 *
 * @throws VaultError `argument-invalid`.
 */
export function normalizeCompartmentName(name: string): string {
  const normal = typeof name === 'string' && name.isWellFormed() ? name.normalize('NFC') : ''
  if (normal === '' || utf8(normal).length > nameBytesMax || /\p{Cc}/u.test(normal)) {
    throw new VaultError('argument-invalid', {
      argument: 'name',
      expected: `1 to ${nameBytesMax} bytes of UTF-8 without control characters`,
    })
  }
  return normal
}
