import type * as NodeCrypto from 'node:crypto'
import { concatBytes } from './hex.ts'
import type { Primitives } from './primitives.ts'
import { xwingLabel, xwingSizes } from './xwing.ts'

// The only file that knows Node. The import above is a type and leaves nothing behind; the module itself is asked for at
// run time, so that a bundle for browsers carries no polyfill and every other platform finds nothing here.

const kem = 'ml-kem-768'
const curve = 'x25519'
const cipher = 'chacha20-poly1305'
const tagBytes = 16
/** Keys of recipients one seals to again and again. Public, so keeping them costs only memory: 64 of some 10 KiB. */
const recipientsMax = 64

let tried: { found: Primitives | undefined } | undefined

/** Undefined where `node:crypto` is missing or lacks raw ML-KEM-768, raw X25519 or ChaCha20-Poly1305. */
export function nodePrimitives(): Primitives | undefined {
  if (!tried) {
    let found: Primitives | undefined
    try {
      const platform = (globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } }).process
      const crypto = platform?.getBuiltinModule?.('node:crypto') as typeof NodeCrypto | undefined
      if (crypto) found = primitivesOf(crypto)
      // One whole turn: an older Node has the module and not the algorithms or the raw key formats.
      if (found) {
        const publicKey = found.xwingPublicKey(new Uint8Array(32))
        const { share } = found.xwingEncapsulate(publicKey) as { share: Uint8Array }
        found.aeadSeal(
          found.xwingDecapsulate(new Uint8Array(32), share) as Uint8Array,
          new Uint8Array(12),
          share,
        )
      }
    } catch {
      found = undefined
    }
    tried = { found }
  }
  return tried.found
}

function primitivesOf(crypto: typeof NodeCrypto): Primitives {
  const recipients = new Map<string, { mlkem: NodeCrypto.KeyObject; x25519: NodeCrypto.KeyObject }>()
  const plain = (buffer: Uint8Array) => new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
  /**
   * Gives memory back now. The collector does not see how much hangs on a buffer and lets hundreds of them wait, and fresh
   * memory for the next chunk costs more than encrypting it: this makes sealing twice as fast in half of the memory.
   */
  const release = (buffer: Uint8Array) => {
    const { buffer: memory, length } = buffer
    if (length === memory.byteLength && memory instanceof ArrayBuffer) memory.transfer(0)
  }
  const rawPublic = (key: Uint8Array, type: string) =>
    crypto.createPublicKey({ key, format: 'raw-public', asymmetricKeyType: type } as never)
  const rawPrivate = (key: Uint8Array, format: string, type: string) =>
    crypto.createPrivateKey({ key, format, asymmetricKeyType: type } as never)
  const exported = (key: NodeCrypto.KeyObject) =>
    key.export({ format: 'raw-public' } as never) as unknown as Uint8Array

  /** OpenSSL refuses a point of low order by throwing. */
  const agree = (privateKey: NodeCrypto.KeyObject, publicKey: NodeCrypto.KeyObject) =>
    crypto.diffieHellman({ privateKey, publicKey })
  const combine = (...parts: Uint8Array[]) =>
    plain(crypto.hash('sha3-256', concatBytes(...parts, xwingLabel), 'buffer'))

  function recipientKeys(publicKey: Uint8Array) {
    const id = crypto.hash('sha256', publicKey, 'latin1' as never)
    let keys = recipients.get(id)
    if (!keys) {
      keys = {
        mlkem: rawPublic(publicKey.subarray(0, xwingSizes.mlkemPublic), kem),
        x25519: rawPublic(publicKey.subarray(xwingSizes.mlkemPublic), curve),
      }
      if (recipients.size >= recipientsMax) recipients.delete(recipients.keys().next().value!)
      recipients.set(id, keys)
    }
    return keys
  }

  function expand(seed: Uint8Array) {
    const wide = crypto.createHash('shake256', { outputLength: 96 }).update(seed).digest()
    const mlkem = rawPrivate(wide.subarray(0, 64), 'raw-seed', kem)
    const x25519 = rawPrivate(wide.subarray(64), 'raw-private', curve)
    wide.fill(0)
    return { mlkem, x25519, x25519Public: exported(crypto.createPublicKey(x25519)) }
  }

  /** RFC 2104 over the one-shot hash, which costs an eighth of `createHmac` on inputs this short. */
  function hmacSha256(key: Uint8Array, ...parts: Uint8Array[]): Uint8Array {
    let sizeBytes = 64
    for (const part of parts) sizeBytes += part.length
    const inner = new Uint8Array(sizeBytes).fill(0x36, 0, 64)
    const outer = new Uint8Array(96).fill(0x5c, 0, 64)
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
    return plain(crypto.hash('sha256', outer, 'buffer'))
  }

  return {
    name: 'native',
    createSha256: () => crypto.createHash('sha256'),
    createHmacSha256: (key) => crypto.createHmac('sha256', key),
    hmacSha256,
    aeadSeal(key, nonce, plaintext, into) {
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
      if (end < 0) return undefined
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
    xwingPublicKey(seed) {
      const { mlkem, x25519Public } = expand(seed)
      const publicKey = new Uint8Array(xwingSizes.mlkemPublic + 32)
      publicKey.set(exported(crypto.createPublicKey(mlkem)))
      publicKey.set(x25519Public, xwingSizes.mlkemPublic)
      return publicKey
    },
    xwingEncapsulate(publicKey) {
      const { mlkem, x25519 } = recipientKeys(publicKey)
      const { sharedKey, ciphertext } = crypto.encapsulate(mlkem)
      const ephemeral = crypto.generateKeyPairSync(curve)
      const ephemeralPublic = exported(ephemeral.publicKey)
      const share = new Uint8Array(xwingSizes.share)
      share.set(ciphertext)
      share.set(ephemeralPublic, xwingSizes.mlkemShare)
      const agreed = agree(ephemeral.privateKey, x25519)
      const shared = combine(sharedKey, agreed, ephemeralPublic, publicKey.subarray(xwingSizes.mlkemPublic))
      return { share, shared }
    },
    xwingDecapsulate(seed, share) {
      const { mlkem, x25519, x25519Public } = expand(seed)
      const ephemeralPublic = share.subarray(xwingSizes.mlkemShare)
      const sharedKey = crypto.decapsulate(mlkem, share.subarray(0, xwingSizes.mlkemShare))
      return combine(
        sharedKey,
        agree(x25519, rawPublic(ephemeralPublic, curve)),
        ephemeralPublic,
        x25519Public,
      )
    },
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
}
