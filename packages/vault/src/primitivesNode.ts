import type * as NodeCrypto from 'node:crypto'
import type { Primitives } from './primitives.ts'
import { javascriptPrimitives } from './primitivesJavascript.ts'
import { xwingOf } from './xwingNode.ts'

// This file and xwingNode.ts know Node. The import above is a type and leaves nothing behind; the module itself is asked for at
// run time, so that a bundle for browsers carries no polyfill and every other platform finds nothing here.

const cipher = 'chacha20-poly1305'
const tagBytes = 16
/**
 * Up to here JavaScript encrypts: making a cipher object costs 12 us, twice of what that costs. Besides, OpenSSL's ChaCha20 leaves
 * the upper halves of AVX-512's registers in use, and then the compiled loops of its ML-KEM and of its X25519 key generation take
 * twice as long, for as long as nothing clears them: a wrap of 32 bytes took 122 us, of which 36 were due to this.
 */
const shortBytesMax = 1024

let tried: { found: Primitives | undefined } | undefined

/** Undefined where `node:crypto` is missing or lacks raw ML-KEM-768, raw X25519 or ChaCha20-Poly1305. */
export function nodePrimitives(): Primitives | undefined {
  if (!tried) {
    let found: Primitives | undefined
    try {
      const platform = (globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } }).process
      const crypto = platform?.getBuiltinModule?.('node:crypto') as typeof NodeCrypto | undefined
      if (crypto) found = primitivesOf(crypto)
    } catch {
      found = undefined
    }
    tried = { found }
  }
  return tried.found
}

function primitivesOf(crypto: typeof NodeCrypto): Primitives {
  const xwing = xwingOf(crypto)
  const plain = (buffer: Uint8Array) => new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
  /**
   * Gives memory back now. The collector does not see how much hangs on a buffer and lets hundreds of them wait, and fresh
   * memory for the next chunk costs more than encrypting it: this makes sealing twice as fast in half of the memory.
   */
  const release = (buffer: Uint8Array) => {
    const { buffer: memory, length } = buffer
    if (length === memory.byteLength && memory instanceof ArrayBuffer) memory.transfer(0)
  }

  // Kept for the two messages of short HMACs and wiped after each: whatever is larger than 64 bytes V8 asks of the C library.
  const outer = new Uint8Array(96)
  const short = new Uint8Array(8192)

  /** RFC 2104 over the one-shot hash, which costs an eighth of `createHmac` on inputs this short. */
  function hmacSha256(key: Uint8Array, ...parts: Uint8Array[]): Uint8Array {
    let sizeBytes = 64
    for (const part of parts) sizeBytes += part.length
    const inner = sizeBytes > short.length ? new Uint8Array(sizeBytes) : short.subarray(0, sizeBytes)
    inner.fill(0x36, 0, 64)
    outer.fill(0x5c, 0, 64)
    for (let index = 0; index < key.length; index++) {
      inner[index]! ^= key[index]!
      outer[index]! ^= key[index]!
    }
    let offset = 64
    for (const part of parts) {
      inner.set(part, offset)
      offset += part.length
    }
    outer.set(crypto.hash('sha256', inner, 'buffer'), 64)
    const code = plain(crypto.hash('sha256', outer, 'buffer'))
    inner.fill(0)
    outer.fill(0)
    return code
  }

  const native: Primitives = {
    name: 'native',
    createSha256: () => crypto.createHash('sha256'),
    createHmacSha256: (key) => crypto.createHmac('sha256', key),
    hmacSha256,
    aeadSeal(key, nonce, plaintext, into) {
      if (plaintext.length <= shortBytesMax) return javascriptPrimitives.aeadSeal(key, nonce, plaintext, into)
      const running = crypto.createCipheriv(cipher, key, nonce, { authTagLength: tagBytes })
      const sealed = into ?? new Uint8Array(plaintext.length + tagBytes)
      const ciphertext = running.update(plaintext)
      sealed.set(ciphertext)
      release(ciphertext)
      running.final()
      sealed.set(running.getAuthTag(), plaintext.length)
      return sealed
    },
    aeadOpen(key, nonce, sealed, into) {
      const end = sealed.length - tagBytes
      if (end <= shortBytesMax) return javascriptPrimitives.aeadOpen(key, nonce, sealed, into)
      const running = crypto.createDecipheriv(cipher, key, nonce, { authTagLength: tagBytes })
      running.setAuthTag(sealed.subarray(end))
      const plaintext = running.update(sealed.subarray(0, end))
      try {
        running.final()
      } catch {
        plaintext.fill(0)
        return undefined
      }
      if (!into) return plain(plaintext)
      into.set(plaintext)
      release(plaintext)
      return into
    },
    ...xwing,
    ...(typeof crypto.argon2 === 'function' &&
      ({
        argon2id: (message: Uint8Array, nonce: Uint8Array, cost) =>
          new Promise<Uint8Array>((resolve, reject) =>
            crypto.argon2(
              'argon2id',
              {
                message,
                nonce,
                parallelism: cost.parallelism,
                memory: cost.memoryKiB,
                passes: cost.iterations,
                tagLength: 32,
              },
              (error, key) => (error ? reject(error) : resolve(plain(key))),
            ),
          ),
      } satisfies Partial<Primitives>)),
  }
  // One whole turn: an older Node has the module and not the algorithms or the raw key formats.
  const seed = new Uint8Array(32)
  const { share } = xwing.xwingEncapsulate(xwing.xwingPublicKey(seed))
  const chunk = new Uint8Array(shortBytesMax + 1)
  native.aeadSeal(xwing.xwingDecapsulate(seed, share), chunk.subarray(0, 12), chunk)
  return native
}
