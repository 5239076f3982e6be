import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { x25519 } from '@noble/curves/ed25519.js'
import { sha3_256, shake256 } from '@noble/hashes/sha3.js'
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js'
import { concatBytes } from './hex.ts'
import type { Encapsulated, Primitives } from './primitives.ts'
import { platformRandom } from './random.ts'
import { xwingLabel, xwingSizes } from './xwing.ts'

/** Runs everywhere. The reference for the others. */
export const javascriptPrimitives: Primitives = {
  name: 'javascript',
  createSha256: () => sha256.create(),
  createHmacSha256: (key) => hmac.create(sha256, key),
  hmacSha256(key, ...parts) {
    const running = hmac.create(sha256, key)
    for (const part of parts) running.update(part)
    return running.digest()
  },
  aeadSeal(key, nonce, plaintext, into) {
    const sealed = chacha20poly1305(key, nonce).encrypt(plaintext)
    // Its own `output` must be aligned to four bytes, which a chunk in the middle of a file is not.
    into?.set(sealed)
    return into ?? sealed
  },
  aeadOpen(key, nonce, sealed, into) {
    try {
      const plaintext = chacha20poly1305(key, nonce).decrypt(sealed)
      into?.set(plaintext)
      return into ?? plaintext
    } catch {
      return undefined
    }
  },
  xwingPublicKey(seed) {
    const { mlkem, x25519Public } = expand(seed)
    return concatBytes(mlkem.publicKey, x25519Public)
  },
  xwingEncapsulate: (publicKey) => encapsulateFrom(publicKey, platformRandom(64)),
  xwingDecapsulate(seed, share) {
    const { mlkem, x25519Secret, x25519Public } = expand(seed)
    const theirs = share.subarray(xwingSizes.mlkemShare)
    const sharedKey = ml_kem768.decapsulate(share.subarray(0, xwingSizes.mlkemShare), mlkem.secretKey)
    return combine(sharedKey, x25519.getSharedSecret(x25519Secret, theirs), theirs, x25519Public)
  },
}

// X-Wing put together from its two halves rather than taken from noble's `hybrid.js`, which brings all of its other hybrids
// and their curves along: 15 KB of a phone's download. Vectors and an HPKE library hold it to the draft.

/** Both key pairs of a 32-byte secret seed (draft-connolly-cfrg-xwing-kem section 5.2). */
function expand(seed: Uint8Array) {
  const wide = shake256(seed, { dkLen: 96 })
  const x25519Secret = wide.subarray(64)
  return {
    mlkem: ml_kem768.keygen(wide.subarray(0, 64)),
    x25519Secret,
    x25519Public: x25519.getPublicKey(x25519Secret),
  }
}

/** Section 5.3 of the draft. */
const combine = (mlkemShared: Uint8Array, agreed: Uint8Array, share: Uint8Array, publicKey: Uint8Array) =>
  sha3_256(concatBytes(mlkemShared, agreed, share, publicKey, xwingLabel))

/**
 * X-Wing encapsulation from the draft's 64-byte eseed, which platforms do not let one choose: for vectors.
 *
 * @see draft-connolly-cfrg-xwing-kem section 5.4
 */
export function encapsulateFrom(publicKey: Uint8Array, eseed: Uint8Array): Encapsulated {
  const theirs = publicKey.subarray(xwingSizes.mlkemPublic)
  const mlkem = ml_kem768.encapsulate(publicKey.subarray(0, xwingSizes.mlkemPublic), eseed.subarray(0, 32))
  const ours = x25519.getPublicKey(eseed.subarray(32))
  const agreed = x25519.getSharedSecret(eseed.subarray(32), theirs)
  return {
    share: concatBytes(mlkem.cipherText, ours),
    shared: combine(mlkem.sharedSecret, agreed, ours, theirs),
  }
}
