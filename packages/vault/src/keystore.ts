import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { VaultError } from './errors.ts'
import { assertBytes, decodeHex, encodeHex, utf8, type Hex } from './hex.ts'
import { assertKeystore, keystoreDefaults, type Keystore } from './keystoreForm.ts'
import { primitives } from './primitives.ts'
import { platformRandom, type RandomBytes } from './random.ts'

const passwordBytesMax = 1024

/**
 * Seals a root seed by a password: Argon2id, then XChaCha20-Poly1305 (E11). Takes about a quarter of a second and 64 MiB.
 *
 * @param rootSeed - 32 bytes. Copied, never kept.
 * @param password - any text up to 1,024 bytes; compared in Unicode NFKC. Its strength is the caller's concern.
 * @returns plain JSON, safe to store where nobody should guess at it undisturbed.
 * @throws VaultError `argument-invalid`, `platform-unavailable`.
 * @see RFC 9106; draft-irtf-cfrg-xchacha-03; vectors/envelope/keystore.json
 */
export async function sealKeystore(
  rootSeed: Uint8Array,
  password: string,
  random: RandomBytes = platformRandom,
): Promise<Keystore> {
  assertBytes(rootSeed, 'rootSeed', 32)
  const salt = encodeHex(random(16))
  const nonce = random(24)
  const key = await passwordKeyOf(password, keystoreDefaults, salt)
  const box = encodeHex(xchacha20poly1305(key, nonce).encrypt(rootSeed))
  return { suite: 1, kdf: keystoreDefaults, salt, nonce: encodeHex(nonce), box }
}

/**
 * Opens a keystore. Its parameters are checked before any work is done, so a forged one can neither weaken the password
 * nor exhaust the machine.
 *
 * @returns the root seed, 32 bytes.
 * @throws VaultError `keystore-refused`, `keystore-not-opened`, `argument-invalid`, `platform-unavailable`.
 */
export async function openKeystore(keystore: Keystore, password: string): Promise<Uint8Array> {
  assertKeystore(keystore)
  const key = await passwordKeyOf(password, keystore.kdf, keystore.salt)
  const nonce = decodeHex(keystore.nonce, 'nonce', 24)
  try {
    return xchacha20poly1305(key, nonce).decrypt(decodeHex(keystore.box, 'box', 48))
  } catch (cause) {
    throw new VaultError('keystore-not-opened', {}, cause)
  }
}

/** The key that a password makes under these parameters. @throws VaultError `argument-invalid`, `platform-unavailable`. */
export async function passwordKeyOf(password: string, kdf: Keystore['kdf'], salt: Hex): Promise<Uint8Array> {
  const secret = passwordBytes(password)
  const saltBytes = decodeHex(salt, 'salt', 16)
  const { memoryKiB, iterations, parallelism } = kdf
  try {
    const native = primitives().argon2id
    if (native) return await native(secret, saltBytes, { memoryKiB, iterations, parallelism })
    // 15 kB gzipped that only a password needs.
    const { argon2id } = await import('./argon2.ts')
    return await argon2id({
      password: secret,
      salt: saltBytes,
      memorySize: memoryKiB,
      iterations,
      parallelism,
      hashLength: 32,
      outputType: 'binary',
    })
  } catch (cause) {
    throw new VaultError(
      'platform-unavailable',
      { needed: `WebAssembly and ${kdf.memoryKiB} KiB of memory` },
      cause,
    )
  }
}

/** NFKC, so that one password typed on two keyboards is one password (NIST SP 800-63B section 3.1.1.2). */
function passwordBytes(password: string): Uint8Array {
  const bytes =
    typeof password === 'string' && password.isWellFormed()
      ? utf8(password.normalize('NFKC'))
      : new Uint8Array()
  if (bytes.length === 0 || bytes.length > passwordBytesMax) {
    throw new VaultError('argument-invalid', {
      argument: 'password',
      expected: `1 to ${passwordBytesMax} bytes of text`,
    })
  }
  return bytes
}
