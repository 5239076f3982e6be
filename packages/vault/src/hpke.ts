import { CipherSuite, HkdfSha256, type AeadInterface } from '@hpke/core'
import { XWing } from '@hpke/hybridkem-x-wing'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { VaultError } from './errors.ts'
import { assertBytes, concatBytes, utf8 } from './hex.ts'
import { webCrypto } from './platform.ts'
import type { RandomBytes } from './random.ts'
import { assertRecipient } from './recipient.ts'

// The only file that knows the HPKE library. The platform's own X-Wing, where there is one, takes its place here.

/** Bytes that a wrap adds to what it carries: 1,120 encapsulation and 16 tag. */
export const hpkeOverheadBytes = 1136
const encapsulationBytes = 1120

/** RFC 9180 AEAD 0x0003, which @hpke/core names but leaves to others; the cipher is noble's. */
const chacha20Poly1305: AeadInterface = {
  id: 0x0003,
  keySize: 32,
  nonceSize: 12,
  tagSize: 16,
  createEncryptionContext(key) {
    const keyBytes = copyOf(key)
    return {
      seal: (iv, data, aad) =>
        attempt(() => chacha20poly1305(keyBytes, copyOf(iv), copyOf(aad)).encrypt(copyOf(data))),
      open: (iv, data, aad) =>
        attempt(() => chacha20poly1305(keyBytes, copyOf(iv), copyOf(aad)).decrypt(copyOf(data))),
    }
  },
}

const suite = new CipherSuite({ kem: new XWing(), kdf: new HkdfSha256(), aead: chacha20Poly1305 })

/**
 * One-shot HPKE base mode (RFC 9180 section 6.1): X-Wing, HKDF-SHA256, ChaCha20-Poly1305, empty aad.
 *
 * @returns encapsulation ++ ciphertext: 1,136 bytes more than `plaintext`.
 * @throws VaultError `recipient-refused`, `platform-unavailable`.
 */
export async function hpkeSeal(args: {
  plaintext: Uint8Array
  recipient: Uint8Array
  info: string
  random: RandomBytes
}): Promise<Uint8Array> {
  assertRecipient(args.recipient)
  webCrypto()
  try {
    const recipientPublicKey = await suite.kem.deserializePublicKey(copyOf(args.recipient).buffer)
    const sender = await suite.createSenderContext({
      recipientPublicKey,
      info: utf8(args.info),
      // The draft's eseed: 32 bytes for ML-KEM, 32 for X25519. Given, so that vectors can be reproduced.
      ekm: copyOf(args.random(64)).buffer,
    })
    const ciphertext = await sender.seal(copyOf(args.plaintext))
    return concatBytes(new Uint8Array(sender.enc), new Uint8Array(ciphertext))
  } catch (cause) {
    throw new VaultError('recipient-refused', {}, cause)
  }
}

/**
 * Opens what {@link hpkeSeal} made. Another key, another `info` and altered bytes are one failure: HPKE cannot tell.
 *
 * @throws VaultError `wrap-malformed`, `wrap-not-for-reader`, `platform-unavailable`.
 */
export async function hpkeOpen(args: {
  wrap: Uint8Array
  seed: Uint8Array
  info: string
}): Promise<Uint8Array> {
  const { wrap, seed } = args
  assertBytes(wrap, 'wrap')
  assertBytes(seed, 'readerSeed', 32)
  if (wrap.length <= hpkeOverheadBytes) throw new VaultError('wrap-malformed', { sizeBytes: wrap.length })
  webCrypto()
  try {
    const recipientKey = await suite.kem.deserializePrivateKey(copyOf(seed).buffer)
    const recipient = await suite.createRecipientContext({
      recipientKey,
      enc: wrap.slice(0, encapsulationBytes).buffer as ArrayBuffer,
      info: utf8(args.info),
    })
    return new Uint8Array(await recipient.open(wrap.slice(encapsulationBytes)))
  } catch (cause) {
    throw new VaultError('wrap-not-for-reader', {}, cause)
  }
}

/** The library keeps and hands on whole buffers, so each gets one of its own. */
function copyOf(source: ArrayBufferLike | ArrayBufferView): Uint8Array<ArrayBuffer> {
  const view = ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source)
  return Uint8Array.from(view)
}

/** The interface is asynchronous; noble is not. */
function attempt(work: () => Uint8Array): Promise<ArrayBuffer> {
  return new Promise((resolve) => resolve(copyOf(work()).buffer))
}
