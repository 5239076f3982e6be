import { VaultError } from './errors.ts'

/**
 * The platform's WebCrypto. Browsers hide it from pages that did not come over https (or from localhost).
 *
 * @throws VaultError `platform-unavailable`, rather than a miss or a refusal that would blame a key.
 */
export function webCrypto(): SubtleCrypto {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined
  if (!subtle) throw new VaultError('platform-unavailable', { needed: 'WebCrypto, in a secure context' })
  return subtle
}
