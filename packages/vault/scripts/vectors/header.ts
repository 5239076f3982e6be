import { ageFile, joinHeader, splitHeader } from '../../test/ageFiles.ts'
import { openKeyring, sealRecord } from '../../src/index.ts'
import { encodeHex, utf8 } from '../../src/hex.ts'

/** E1. The bytes are the first of a file, up to 4 KiB. */
export async function headerVectors() {
  const ring = openKeyring(new Uint8Array(32))
  const second = openKeyring(new Uint8Array(32).fill(1))
  const body = utf8('x')
  const { sealed } = await sealRecord({ body, mediaType: 'text/plain', recipient: ring.recipient })
  const { header, payload } = splitHeader(sealed)
  const [version, stanza, stanzaBody, mac] = header.split('\n')
  const of = (...lines: (string | undefined)[]) => joinHeader(`${lines.join('\n')}\n`, payload)
  const cases: [string, Uint8Array, string?][] = [
    ['one X-Wing stanza', sealed],
    [
      'two X-Wing stanzas',
      await ageFile({ recipients: [ring.recipient, second.recipient] }, body),
      'stanza-count',
    ],
    ['X-Wing and X25519', of(version, stanza, stanzaBody, '-> X25519 AAAA', 'AAAA', mac), 'stanza-count'],
    ['no stanza', of(version, mac), 'stanza-count'],
    ['X25519 alone', of(version, `-> X25519 ${'A'.repeat(43)}`, stanzaBody, mac), 'stanza-type'],
    ['a password', await ageFile({ password: 'x' }, body), 'stanza-type'],
    ['10,000 stanzas', of(version, ...Array(10_000).fill('-> a b\n'), stanza, stanzaBody, mac), 'too-large'],
    ['another version', of('age-encryption.org/v2', stanza, stanzaBody, mac), 'not-age'],
    ['armored', utf8('-----BEGIN AGE ENCRYPTED FILE-----\n'), 'not-age'],
    ['empty', new Uint8Array(), 'not-age'],
    ['cut in the stanza', sealed.slice(0, 500), 'truncated'],
    ['an extra argument', of(version, `${stanza} x`, stanzaBody, mac), 'malformed'],
    ['a short encapsulation', of(version, stanza!.slice(0, -4), stanzaBody, mac), 'malformed'],
    ['a MAC with padding', of(version, stanza, stanzaBody, `${mac}=`), 'malformed'],
    [
      'a MAC in another spelling of base64',
      of(version, stanza, stanzaBody, `${mac!.slice(0, -1)}B`),
      'malformed',
    ],
    ['carriage returns', of(version, `${stanza}\r`, stanzaBody, mac), 'malformed'],
  ]
  return {
    rules: ['E1'],
    cases: cases.map(([what, bytes, reason]) => ({ what, bytes: encodeHex(bytes.slice(0, 4096)), reason })),
  }
}
