import { javascriptPrimitives } from './primitivesJavascript.ts'
import { nodePrimitives } from './primitivesNode.ts'
import { webPrimitives } from './primitivesWeb.ts'

/** A digest fed piece by piece. */
export interface RunningDigest {
  update(bytes: Uint8Array): void
  /** 32 bytes; call it once. */
  digest(): Uint8Array
}

/** What X-Wing hands to both sides: 1,120 bytes to send, 32 to keep. */
export interface Encapsulated {
  share: Uint8Array
  shared: Uint8Array
}

/**
 * The few operations that cost time. Every implementation makes the same bytes; nothing else in this package knows
 * which one runs.
 */
export interface Primitives {
  readonly name: 'native' | 'web' | 'javascript'
  createSha256(): RunningDigest
  createHmacSha256(key: Uint8Array): RunningDigest
  /** HMAC-SHA256 of the parts in order; a key of at most 64 bytes. */
  hmacSha256(key: Uint8Array, ...parts: Uint8Array[]): Uint8Array
  /** ChaCha20-Poly1305, empty aad: ciphertext and 16 bytes of tag, in `into` where it is given (of exactly that size). */
  aeadSeal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, into?: Uint8Array): Uint8Array
  /** The plaintext, in `into` where it is given (of exactly its size), or undefined when the tag is wrong: `into` is then untouched. */
  aeadOpen(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, into?: Uint8Array): Uint8Array | undefined
  /** 1,216 bytes of public key for 32 of secret seed. */
  xwingPublicKey(seed: Uint8Array): Uint8Array
  /** With fresh randomness of the platform's. Throws when the X25519 half is of low order. */
  xwingEncapsulate(publicKey: Uint8Array): Encapsulated | Promise<Encapsulated>
  /** Throws when the X25519 half of the share is of low order. */
  xwingDecapsulate(seed: Uint8Array, share: Uint8Array): Uint8Array | Promise<Uint8Array>
  /** Argon2id where the platform has it: 32 bytes. */
  argon2id?(password: Uint8Array, salt: Uint8Array, cost: Argon2Cost): Promise<Uint8Array>
}

export interface Argon2Cost {
  memoryKiB: number
  iterations: number
  parallelism: number
}

let chosen: Primitives | undefined

/** The fastest implementation that this platform can run, found by trying and remembered. */
export function primitives(): Primitives {
  return (chosen ??= nodePrimitives() ?? webPrimitives() ?? javascriptPrimitives)
}

/** Which implementation runs: for diagnostics. */
export const primitivesInUse = (): Primitives['name'] => primitives().name

/**
 * For benches and tests that compare implementations: from now on use this one. Undefined returns to the fastest.
 *
 * @returns false when the platform lacks it; the choice is then unchanged.
 */
export function choosePrimitives(name?: Primitives['name']): boolean {
  if (name === undefined) {
    chosen = undefined
    return true
  }
  const found = name === 'native' ? nodePrimitives() : name === 'web' ? webPrimitives() : javascriptPrimitives
  if (found) chosen = found
  return found !== undefined
}
