import { CipherSuite, HkdfSha256, type AeadInterface } from '@hpke/core'
import { XWing } from '@hpke/hybridkem-x-wing'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'

const bufferOf = (bytes: Uint8Array) => Uint8Array.from(bytes).buffer
const viewOf = (source: ArrayBufferLike | ArrayBufferView) =>
  ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source)

/** RFC 9180 AEAD 0x0003, which the library names but leaves to others. */
const aead: AeadInterface = {
  id: 0x0003,
  keySize: 32,
  nonceSize: 12,
  tagSize: 16,
  createEncryptionContext: (key) => ({
    seal: async (iv, data) => bufferOf(chacha20poly1305(viewOf(key), viewOf(iv)).encrypt(viewOf(data))),
    open: async (iv, data) => bufferOf(chacha20poly1305(viewOf(key), viewOf(iv)).decrypt(viewOf(data))),
  }),
}
const suite = new CipherSuite({ kem: new XWing(), kdf: new HkdfSha256(), aead })

/** HPKE as somebody else wrote it: the second opinion on every wrap. */
export async function librarySeal(
  plaintext: Uint8Array,
  recipient: Uint8Array,
  info: string,
  eseed?: Uint8Array,
) {
  const sender = await suite.createSenderContext({
    recipientPublicKey: await suite.kem.deserializePublicKey(bufferOf(recipient)),
    info: new TextEncoder().encode(info),
    ...(eseed && { ekm: bufferOf(eseed) }),
  })
  const ciphertext = await sender.seal(bufferOf(plaintext))
  return new Uint8Array([...new Uint8Array(sender.enc), ...new Uint8Array(ciphertext)])
}

export async function libraryOpen(wrap: Uint8Array, seed: Uint8Array, info: string) {
  const recipient = await suite.createRecipientContext({
    recipientKey: await suite.kem.deserializePrivateKey(bufferOf(seed)),
    enc: bufferOf(wrap.subarray(0, 1120)),
    info: new TextEncoder().encode(info),
  })
  return new Uint8Array(await recipient.open(bufferOf(wrap.subarray(1120))))
}
