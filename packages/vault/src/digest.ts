import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { assertBytes, decodeHex, encodeHex, type Hex, type Hex32 } from './hex.ts'
import { webCrypto } from './platform.ts'

/** Content id: SHA-256 of the whole sealed file (E2), also the digest of its CIDv1 (raw). */
export function contentIdOf(bytes: Uint8Array): Hex32 {
  assertBytes(bytes, 'bytes')
  return encodeHex(sha256(bytes))
}

/**
 * Commitment: HMAC-SHA256(key = salt, message = body) (E5).
 *
 * @param salt - 32 bytes in hexadecimal, as `sealRecord` returned it.
 * @throws VaultError `argument-invalid`.
 */
export function commitmentOf(body: Uint8Array, salt: Hex): Hex32 {
  assertBytes(body, 'body')
  return encodeHex(hmac(sha256, decodeHex(salt, 'salt', 32), body))
}

/** As {@link contentIdOf} by WebCrypto, several times faster on large files. */
export async function contentIdNative(bytes: Uint8Array): Promise<Hex32> {
  return encodeHex(new Uint8Array(await webCrypto().digest('SHA-256', asSource(bytes))))
}

/** As {@link commitmentOf} by WebCrypto. */
export async function commitmentNative(body: Uint8Array, salt: Uint8Array): Promise<Hex32> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await webCrypto().importKey('raw', asSource(salt), algorithm, false, ['sign'])
  return encodeHex(new Uint8Array(await webCrypto().sign('HMAC', key, asSource(body))))
}

// WebCrypto's types exclude shared memory, which nothing here uses.
const asSource = (bytes: Uint8Array) => bytes as Uint8Array<ArrayBuffer>
