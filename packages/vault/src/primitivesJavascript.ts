import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { x25519 } from '@noble/curves/ed25519.js'
import { sha3_256 } from '@noble/hashes/sha3.js'
import { XWing } from '@noble/post-quantum/hybrid.js'
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js'
import { concatBytes } from './hex.ts'
import type { Encapsulated, Primitives } from './primitives.ts'
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
  aeadOpen(key, nonce, sealed) {
    try {
      return chacha20poly1305(key, nonce).decrypt(sealed)
    } catch {
      return undefined
    }
  },
  xwingPublicKey: (seed) => XWing.getPublicKey(seed),
  xwingEncapsulate(publicKey) {
    const { cipherText, sharedSecret } = XWing.encapsulate(publicKey)
    return { share: cipherText, shared: sharedSecret }
  },
  xwingDecapsulate: (seed, share) => XWing.decapsulate(share, seed),
}

/**
 * X-Wing encapsulation from the draft's 64-byte eseed, which platforms do not let one choose: for vectors. Written out,
 * because noble takes other bytes for the X25519 half than the draft does.
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
    shared: sha3_256(concatBytes(mlkem.sharedSecret, agreed, ours, theirs, xwingLabel)),
  }
}
