import { assertBytes, decodeHex, encodeHex, type Hex, type Hex32 } from './hex.ts'
import { webCrypto } from './platform.ts'
import { primitives } from './primitives.ts'

/** Content id: SHA-256 of the whole sealed file (E2), also the digest of its CIDv1 (raw). */
export function contentIdOf(bytes: Uint8Array): Hex32 {
  assertBytes(bytes, 'bytes')
  const running = primitives().createSha256()
  running.update(bytes)
  return encodeHex(running.digest())
}

/**
 * Commitment: HMAC-SHA256(key = salt, message = body) (E5).
 *
 * @param salt - 32 bytes in hexadecimal, as `sealRecord` returned it.
 * @throws VaultError `argument-invalid`.
 */
export function commitmentOf(body: Uint8Array, salt: Hex): Hex32 {
  assertBytes(body, 'body')
  const running = primitives().createHmacSha256(decodeHex(salt, 'salt', 32))
  running.update(body)
  return encodeHex(running.digest())
}

/** Up to here a native digest is over before WebCrypto has asked another thread. */
const shortBytesMax = 16 * 1024 * 1024
const isShort = (bytes: Uint8Array) => bytes.length <= shortBytesMax && primitives().name === 'native'

/** As {@link contentIdOf} by the platform, several times faster. */
export async function contentIdNative(bytes: Uint8Array): Promise<Hex32> {
  if (isShort(bytes)) return contentIdOf(bytes)
  return encodeHex(new Uint8Array(await webCrypto().digest('SHA-256', asSource(bytes))))
}

/** As {@link commitmentOf} by WebCrypto, on another thread. */
export async function commitmentNative(body: Uint8Array, salt: Uint8Array): Promise<Hex32> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await webCrypto().importKey('raw', asSource(salt), algorithm, false, ['sign'])
  return encodeHex(new Uint8Array(await webCrypto().sign('HMAC', key, asSource(body))))
}

// WebCrypto's types exclude shared memory, which nothing here uses.
const asSource = (bytes: Uint8Array) => bytes as Uint8Array<ArrayBuffer>
