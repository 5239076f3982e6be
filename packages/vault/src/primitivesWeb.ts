import { sha3_256, shake256 } from '@noble/hashes/sha3.js'
import { concatBytes } from './hex.ts'
import type { Primitives } from './primitives.ts'
import { javascriptPrimitives } from './primitivesJavascript.ts'
import { xwingLabel, xwingSizes } from './xwing.ts'

// Modern Algorithms in the Web Cryptography API (WICG draft): Chromium has ML-KEM, Node too.

const kem = { name: 'ML-KEM-768' }
const curve = { name: 'X25519' }
/** PKCS #8 of an X25519 private key, up to the key (RFC 8410 section 7). */
const x25519Prefix = Uint8Array.from([0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20])

/** The draft's two methods, which TypeScript's DOM does not know yet. */
interface KemCrypto {
  importKey(
    format: string,
    key: Uint8Array,
    algorithm: object,
    extractable: boolean,
    usages: string[],
  ): Promise<CryptoKey>
  encapsulateBits(
    algorithm: object,
    key: CryptoKey,
  ): Promise<{ sharedKey: ArrayBuffer; ciphertext: ArrayBuffer }>
  decapsulateBits(algorithm: object, key: CryptoKey, ciphertext: Uint8Array): Promise<ArrayBuffer>
  generateKey(algorithm: object, extractable: boolean, usages: string[]): Promise<CryptoKeyPair>
  exportKey(format: string, key: CryptoKey): Promise<ArrayBuffer>
  deriveBits(algorithm: object, key: CryptoKey, bits: number): Promise<ArrayBuffer>
}

/** X-Wing by the platform's WebCrypto, the rest in JavaScript; undefined where it says that it has no ML-KEM. */
export function webPrimitives(): Primitives | undefined {
  const subtle = globalThis.crypto?.subtle as unknown as KemCrypto | undefined
  const supports = (
    globalThis as {
      SubtleCrypto?: { supports?: (operation: string, algorithm: unknown, extra?: unknown) => boolean }
    }
  ).SubtleCrypto
  const able =
    typeof subtle?.encapsulateBits === 'function' &&
    typeof subtle.decapsulateBits === 'function' &&
    supports?.supports?.('encapsulateBits', kem) === true &&
    supports.supports('generateKey', curve) === true
  return able ? primitivesOf(subtle) : undefined
}

function primitivesOf(subtle: KemCrypto): Primitives {
  const mlkemPublic = (key: Uint8Array) =>
    subtle.importKey('raw-public', key, kem, false, ['encapsulateBits'])
  const mlkemPrivate = (seed: Uint8Array) =>
    subtle.importKey('raw-seed', seed, kem, false, ['decapsulateBits'])
  const curvePublic = (key: Uint8Array) => subtle.importKey('raw', key, curve, false, [])
  const curvePrivate = (key: Uint8Array) =>
    subtle.importKey('pkcs8', concatBytes(x25519Prefix, key), curve, false, ['deriveBits'])

  async function agree(privateKey: CryptoKey, publicKey: CryptoKey): Promise<Uint8Array> {
    const agreed = new Uint8Array(await subtle.deriveBits({ ...curve, public: publicKey }, privateKey, 256))
    // Not every platform refuses a point of low order by itself.
    if (agreed.every((byte) => byte === 0)) throw new RangeError('a point of low order')
    return agreed
  }
  const combine = (...parts: Uint8Array[]) => sha3_256(concatBytes(...parts, xwingLabel))

  return {
    ...javascriptPrimitives,
    name: 'web',
    async xwingEncapsulate(publicKey) {
      const theirs = publicKey.slice(xwingSizes.mlkemPublic)
      const [mlkem, x25519, ephemeral] = await Promise.all([
        mlkemPublic(publicKey.slice(0, xwingSizes.mlkemPublic)),
        curvePublic(theirs),
        subtle.generateKey(curve, true, ['deriveBits']),
      ])
      const [{ sharedKey, ciphertext }, agreed, exported] = await Promise.all([
        subtle.encapsulateBits(kem, mlkem),
        agree(ephemeral.privateKey, x25519),
        subtle.exportKey('raw', ephemeral.publicKey),
      ])
      const ours = new Uint8Array(exported)
      const share = concatBytes(new Uint8Array(ciphertext), ours)
      return { share, shared: combine(new Uint8Array(sharedKey), agreed, ours, theirs) }
    },
    async xwingDecapsulate(seed, share) {
      const wide = shake256(seed, { dkLen: 96 })
      const theirs = share.slice(xwingSizes.mlkemShare)
      // 9 is the base point: agreeing with it gives one's own public key, so no private key need be exportable.
      const [mlkem, x25519, ephemeral, base] = await Promise.all([
        mlkemPrivate(wide.slice(0, 64)),
        curvePrivate(wide.slice(64)),
        curvePublic(theirs),
        curvePublic(Uint8Array.from({ length: 32 }, (_, index) => (index === 0 ? 9 : 0))),
      ])
      wide.fill(0)
      const [sharedKey, agreed, ours] = await Promise.all([
        subtle.decapsulateBits(kem, mlkem, share.slice(0, xwingSizes.mlkemShare)),
        agree(x25519, ephemeral),
        agree(x25519, base),
      ])
      return combine(new Uint8Array(sharedKey), agreed, theirs, ours)
    },
  }
}
