import { VaultError } from './errors.ts'
import { assertBytes, concatBytes, utf8 } from './hex.ts'
import { webCrypto } from './platform.ts'
import { primitives, type Primitives } from './primitives.ts'
import { encapsulateFrom } from './primitivesJavascript.ts'
import { platformRandom, type RandomBytes } from './random.ts'
import { assertRecipient } from './recipient.ts'
import { xwingSizes } from './xwing.ts'

/** Bytes that a wrap adds to what it carries: 1,120 encapsulation and 16 tag. */
export const hpkeOverheadBytes = 1136

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
  const use = primitives()
  try {
    // Platforms choose their own randomness. Whoever gives some (the draft's 64-byte eseed: vectors) gets JavaScript.
    const { share, shared } =
      args.random === platformRandom
        ? await use.xwingEncapsulate(args.recipient)
        : encapsulateFrom(args.recipient, args.random(64))
    const { key, nonce } = keySchedule(use, shared, args.info)
    return concatBytes(share, use.aeadSeal(key, nonce, args.plaintext))
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
  const use = primitives()
  let opened: Uint8Array | undefined
  try {
    const shared = await use.xwingDecapsulate(seed, wrap.subarray(0, xwingSizes.share))
    const { key, nonce } = keySchedule(use, shared, args.info)
    opened = use.aeadOpen(key, nonce, wrap.subarray(xwingSizes.share))
  } catch (cause) {
    throw new VaultError('wrap-not-for-reader', {}, cause)
  }
  if (!opened) throw new VaultError('wrap-not-for-reader', {})
  return opened
}

/** "HPKE" ++ KEM 0x647a ++ KDF 0x0001 ++ AEAD 0x0003 (RFC 9180 section 5.1). */
const suiteId = concatBytes(utf8('HPKE'), Uint8Array.of(0x64, 0x7a, 0, 1, 0, 3))
const version = utf8('HPKE-v1')
const nothing = new Uint8Array()
const labelled = (label: string) => concatBytes(version, suiteId, utf8(label))
const infoHashLabel = labelled('info_hash')
const secretLabel = labelled('secret')
// One block of HKDF-Expand is enough for either. Before the label stands the size of what is made.
const keyLabel = concatBytes(Uint8Array.of(0, 32), labelled('key'))
const nonceLabel = concatBytes(Uint8Array.of(0, 12), labelled('base_nonce'))
/** Base mode, and the hash of no psk id: the same for every message. */
let modeAndPskId: Uint8Array | undefined

/** RFC 9180 section 5.1, base mode: no psk, one message, so the nonce is the base nonce. */
function keySchedule(use: Primitives, shared: Uint8Array, info: string) {
  modeAndPskId ??= concatBytes(Uint8Array.of(0), use.hmacSha256(nothing, labelled('psk_id_hash')))
  const infoHash = use.hmacSha256(nothing, infoHashLabel, utf8(info))
  const secret = use.hmacSha256(shared, secretLabel)
  return {
    key: use.hmacSha256(secret, keyLabel, modeAndPskId, infoHash, one),
    nonce: use.hmacSha256(secret, nonceLabel, modeAndPskId, infoHash, one).subarray(0, 12),
  }
}

const one = Uint8Array.of(1)
