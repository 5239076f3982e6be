import { VaultError } from './errors.ts'
import { decodeHex, encodeHex, utf8, type Hex } from './hex.ts'

/** The header line, without its line feed (E3). */
export const recordHeaderBytesMax = 1024

export interface RecordHeader {
  /** 32 bytes. */
  salt: Hex
  /** RFC 6838 media type with parameters, in visible ASCII. */
  mediaType: string
}

// RFC 9110 section 8.3.1: type "/" subtype *( OWS ";" OWS name "=" ( token / quoted-string ) ).
const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const mediaTypePattern = new RegExp(`^${token}/${token}(?: ?; ?${token}=(?:${token}|"[ !#-\\[\\]-~]*"))*$`)
const mediaTypeBytesMax = 255

/**
 * The first line of a record's plaintext, with its line feed:
 * `{"hre":1,"salt":"<64 hex>","type":"<media type>"}`.
 *
 * @throws VaultError `argument-invalid`.
 */
export function encodeRecordHeader({ salt, mediaType }: RecordHeader): Uint8Array<ArrayBuffer> {
  if (!isMediaType(mediaType)) {
    throw new VaultError('argument-invalid', {
      argument: 'mediaType',
      expected: 'a media type such as text/plain',
    })
  }
  return utf8(`${lineOf({ salt: encodeHex(decodeHex(salt, 'salt', 32)), mediaType })}\n`)
}

/**
 * Splits a plaintext into header and body. Only the one spelling that {@link encodeRecordHeader} writes is accepted.
 *
 * @returns `body`, a copy: it never shares memory with the salt.
 * @throws VaultError `record-plaintext-malformed`.
 */
export function decodeRecordHeader(plaintext: Uint8Array): RecordHeader & { body: Uint8Array } {
  const end = plaintext.subarray(0, recordHeaderBytesMax + 1).indexOf(0x0a)
  if (end < 0) throw new VaultError('record-plaintext-malformed', { reason: 'no-header-line' })
  const line = String.fromCharCode(...plaintext.subarray(0, end))
  const header = parseLine(line)
  if (!header || lineOf(header) !== line) {
    throw new VaultError('record-plaintext-malformed', { reason: 'not-canonical' })
  }
  return { ...header, body: plaintext.slice(end + 1) }
}

const lineOf = ({ salt, mediaType }: RecordHeader): string =>
  JSON.stringify({ hre: 1, salt: salt.slice(2), type: mediaType })

function parseLine(line: string): RecordHeader | undefined {
  let value: { salt?: unknown; type?: unknown } | null
  try {
    value = JSON.parse(line)
  } catch {
    // The parser quotes what it read, and that was sealed: no cause.
    return undefined
  }
  const { salt, type } = value ?? {}
  if (typeof salt !== 'string' || !/^[0-9a-f]{64}$/.test(salt) || !isMediaType(type)) return undefined
  return { salt: `0x${salt}`, mediaType: type }
}

function isMediaType(text: unknown): text is string {
  return typeof text === 'string' && text.length <= mediaTypeBytesMax && mediaTypePattern.test(text)
}
