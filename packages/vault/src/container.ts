import { Decrypter, Encrypter } from 'age-encryption'
import { encodeAgeIdentity, encodeAgeRecipient } from './ageKeys.ts'
import { VaultError } from './errors.ts'

// The only file that knows the age library. An implementation that uses the platform's own ML-KEM and ChaCha20 takes
// the place of these two functions and must pass the same vectors.

/**
 * Encrypts to one X-Wing recipient in the age v1 format.
 *
 * @throws VaultError `recipient-refused`: 1,216 bytes, but not a public key.
 */
export async function sealContainer(plaintext: Uint8Array, recipient: Uint8Array): Promise<Uint8Array> {
  const encrypter = new Encrypter()
  encrypter.addRecipient(encodeAgeRecipient(recipient))
  try {
    return await encrypter.encrypt(plaintext)
  } catch (cause) {
    throw new VaultError('recipient-refused', {}, cause)
  }
}

/**
 * Decrypts a file that passed `assertSealedHeader`. Returns only after the last chunk's tag was checked.
 *
 * @throws VaultError `record-not-for-key` or `record-damaged`.
 */
export async function openContainer(sealed: Uint8Array, seed: Uint8Array): Promise<Uint8Array> {
  const decrypter = new Decrypter()
  decrypter.addIdentity(encodeAgeIdentity(seed))
  // Identities are asked in order, so this one is reached only if the real one found nothing for it: that tells "not
  // for me" from "broken" without reading the words of an error message.
  let missed = false
  decrypter.addIdentity({
    unwrapFileKey: () => {
      missed = true
      return null
    },
  })
  try {
    return await decrypter.decrypt(sealed)
  } catch (cause) {
    throw new VaultError(missed ? 'record-not-for-key' : 'record-damaged', {}, cause)
  }
}
