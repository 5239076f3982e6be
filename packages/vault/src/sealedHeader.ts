import { VaultError, type SealedHeaderReason } from './errors.ts'
import { assertBytes } from './hex.ts'

/** No more than this is looked at, whatever a file claims. */
export const sealedHeaderBytesMax = 4096
/** The only size that a header with one X-Wing stanza can have: 22 + 1,513 + 44 + 48. */
export const sealedHeaderBytes = 1627

const stanzaType = 'mlkem768x25519'
const encapsulationBytes = 1120

/**
 * Refuses a file whose header is not that of E1: age v1, binary, exactly one stanza, of type `mlkem768x25519`. Decrypts
 * nothing and reads at most 4 KiB, so a gateway can refuse an upload by its first bytes.
 *
 * Why so strict: a second stanza is a second reader nobody consented to; a classic one undoes the post-quantum promise;
 * a password stanza makes the reader work for as long as its author likes.
 *
 * @param bytes - the file, or at least its first 4,096 bytes.
 * @throws VaultError `sealed-header-refused` with `data.reason`.
 * @see https://c2sp.org/age; vectors/envelope/sealed-header.json
 */
export function assertSealedHeader(bytes: Uint8Array): void {
  assertBytes(bytes, 'bytes')
  const lines = headerLines(bytes)
  const stanzas = lines.filter((line) => line.startsWith('-> '))
  if (stanzas.length !== 1) refuse('stanza-count')
  const [type, share, ...rest] = stanzas[0]!.slice(3).split(' ')
  if (type !== stanzaType) refuse('stanza-type')
  // With one stanza the shape is fixed: version, stanza, its 32-byte body, MAC.
  const [, stanza, body, mac, ...more] = lines
  if (stanza !== stanzas[0] || rest.length > 0 || more.length > 0 || !mac?.startsWith('--- '))
    refuse('malformed')
  if (!isBase64Of(share, encapsulationBytes) || !isBase64Of(body, 32) || !isBase64Of(mac?.slice(4), 32)) {
    refuse('malformed')
  }
}

/** The lines of the header, the one with the MAC last. */
function headerLines(bytes: Uint8Array): string[] {
  const version = 'age-encryption.org/v1'
  const head = bytes.subarray(0, sealedHeaderBytesMax)
  const lines: string[] = []
  let start = 0
  for (;;) {
    const end = head.indexOf(0x0a, start)
    if (end < 0) break
    const line = String.fromCharCode(...head.subarray(start, end))
    if (lines.length === 0 && line !== version) refuse('not-age')
    lines.push(line)
    if (line.startsWith('---')) return lines
    start = end + 1
  }
  // The header did not end in what was looked at.
  if (lines.length === 0) refuse('not-age')
  return refuse(bytes.length >= sealedHeaderBytesMax ? 'too-large' : 'truncated')
}

/** Canonical base64 without padding, as age demands: one spelling per file, so the content id cannot be varied. */
function isBase64Of(text: string | undefined, sizeBytes: number): boolean {
  if (text === undefined || text.length !== Math.ceil((sizeBytes * 4) / 3)) return false
  if (!/^[A-Za-z0-9+/]+$/.test(text)) return false
  // Bits beyond the last byte must be zero: then, and only then, encoding again gives the same text.
  return btoa(atob(text)).replace(/=+$/, '') === text
}

function refuse(reason: SealedHeaderReason): never {
  throw new VaultError('sealed-header-refused', { reason })
}
