import { VaultError } from './errors.ts'
import { concatBytes, equalBytes, utf8 } from './hex.ts'
import { hpkeOpen, hpkeSeal } from './hpke.ts'
import { primitives, type Primitives } from './primitives.ts'
import { platformRandom } from './random.ts'
import { assertSealedHeader, sealedHeaderBytes } from './sealedHeader.ts'

// The header of the age v1 format with the one stanza that E1 allows, and nothing else of age.

/** Header and the payload's 16-byte nonce: where the chunks begin. */
export const ageHeadBytes = sealedHeaderBytes + 16

const info = 'age-encryption.org/mlkem768x25519'
const shareBytes = 1120

/** A file key of its own for every file, sealed to one recipient. `head` is what the file begins with. */
export async function sealAgeHead(
  recipient: Uint8Array,
): Promise<{ head: Uint8Array; chunkKey: Uint8Array }> {
  const fileKey = platformRandom(16)
  const wrap = await hpkeSeal({ plaintext: fileKey, recipient, info, random: platformRandom })
  const use = primitives()
  const share = base64Of(wrap.subarray(0, shareBytes))
  const covered = utf8(
    `age-encryption.org/v1\n-> mlkem768x25519 ${share}\n${base64Of(wrap.subarray(shareBytes))}\n---`,
  )
  const mac = utf8(` ${base64Of(macOf(use, fileKey, covered))}\n`)
  const nonce = platformRandom(16)
  const chunkKey = hkdf(use, nonce, fileKey, 'payload')
  fileKey.fill(0)
  return { head: concatBytes(covered, mac, nonce), chunkKey }
}

/** What opens a file: the X-Wing secret seed that it was sealed to, or the 16-byte key of this one file. */
export type OpeningKey = { seed: Uint8Array } | { fileKey: Uint8Array }

/**
 * The 16-byte key of one file, checked against its header.
 *
 * @param head - at least the first 1,627 bytes.
 * @throws VaultError `sealed-header-refused`, `record-not-for-key`, `record-damaged` (the header was altered).
 */
export async function fileKeyOf(head: Uint8Array, key: OpeningKey): Promise<Uint8Array> {
  assertSealedHeader(head)
  if ('seed' in key) return openFileKey(head, key.seed)
  // Nothing says whether the key is another file's or the header was altered (E12).
  if (!hasMacOf(head, key.fileKey)) throw new VaultError('record-not-for-key', {})
  return key.fileKey
}

async function openFileKey(head: Uint8Array, seed: Uint8Array): Promise<Uint8Array> {
  const [, stanza, body] = latin1Of(head.subarray(0, sealedHeaderBytes)).split('\n') as [
    string,
    string,
    string,
  ]
  const wrap = concatBytes(bytesOf(stanza.split(' ')[2]!), bytesOf(body))
  let fileKey: Uint8Array
  try {
    fileKey = await hpkeOpen({ wrap, seed, info })
  } catch (cause) {
    if (cause instanceof VaultError && cause.code !== 'wrap-not-for-reader') throw cause
    throw new VaultError('record-not-for-key', {}, cause)
  }
  if (!hasMacOf(head, fileKey)) throw new VaultError('record-damaged', {})
  return fileKey
}

/** The key of the chunks of a file whose header and nonce are `head`, at least 1,643 bytes. */
export function chunkKeyOf(head: Uint8Array, fileKey: Uint8Array): Uint8Array {
  return hkdf(primitives(), head.subarray(sealedHeaderBytes, ageHeadBytes), fileKey, 'payload')
}

/** Whether this is the file key of this header. */
function hasMacOf(head: Uint8Array, fileKey: Uint8Array): boolean {
  const coveredBytes = sealedHeaderBytes - 45
  const mac = bytesOf(latin1Of(head.subarray(coveredBytes + 1, sealedHeaderBytes - 1)))
  return equalBytes(mac, macOf(primitives(), fileKey, head.subarray(0, coveredBytes)))
}

const macOf = (use: Primitives, fileKey: Uint8Array, covered: Uint8Array) =>
  use.hmacSha256(hkdf(use, new Uint8Array(), fileKey, 'header'), covered)

/** HKDF-SHA256 to 32 bytes: one block. */
const hkdf = (use: Primitives, salt: Uint8Array, secret: Uint8Array, label: string) =>
  use.hmacSha256(use.hmacSha256(salt, secret), utf8(label), Uint8Array.of(1))

const latin1Of = (bytes: Uint8Array): string => String.fromCharCode(...bytes)
const base64Of = (bytes: Uint8Array): string => btoa(latin1Of(bytes)).replace(/=+$/, '')
/** The header was checked to be canonical base64 before. */
const bytesOf = (text: string): Uint8Array => Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
