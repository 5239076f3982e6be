import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hkdf } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { base64nopad } from '@scure/base'
import { ageFile, joinHeader, splitHeader } from '../test/ageFiles.ts'
import { ana } from '../test/people.ts'
import { concatBytes, utf8 } from './hex.ts'
import { hpkeOpen, hpkeSeal } from './hpke.ts'
import { openContainer } from './container.ts'
import { platformRandom } from './random.ts'

// age wraps its file key with the same suite, by another library (noble) and its own key schedule: two ways to one answer.
const info = 'age-encryption.org/mlkem768x25519'
const macOf = (fileKey: Uint8Array, headerNoMac: string) =>
  hmac(sha256, hkdf(sha256, fileKey, undefined, utf8('header'), 32), utf8(headerNoMac))

describe('hpke', () => {
  it('[E7] opens the file key in a stanza that age made', async () => {
    const { header } = splitHeader(await ageFile({ recipients: [ana.recipient] }, utf8('x')))
    const [, stanza, body, mac] = header.split('\n') as [string, string, string, string]
    const wrap = concatBytes(base64nopad.decode(stanza.split(' ')[2]!), base64nopad.decode(body))
    const fileKey = await hpkeOpen({ wrap, seed: ana.recipientSeed, info })
    assert.equal(fileKey.length, 16)
    const covered = header.slice(0, header.lastIndexOf('---') + 3)
    assert.equal(base64nopad.encode(macOf(fileKey, covered)), mac.slice(4))
  })

  it('[E7] age opens a stanza made of a wrap', async () => {
    const fileKey = platformRandom(16)
    const wrap = await hpkeSeal({
      plaintext: fileKey,
      recipient: ana.recipient,
      info,
      random: platformRandom,
    })
    const share = base64nopad.encode(wrap.slice(0, 1120))
    const covered = `age-encryption.org/v1\n-> mlkem768x25519 ${share}\n${base64nopad.encode(wrap.slice(1120))}\n---`
    const header = `${covered} ${base64nopad.encode(macOf(fileKey, covered))}\n`
    const nonce = platformRandom(16)
    const { chacha20poly1305 } = await import('@noble/ciphers/chacha.js')
    const last = Uint8Array.from({ length: 12 }, (_, n) => (n === 11 ? 1 : 0))
    const key = hkdf(sha256, fileKey, nonce, utf8('payload'), 32)
    const payload = concatBytes(nonce, chacha20poly1305(key, last).encrypt(utf8('hello')))
    assert.deepEqual(
      await openContainer(joinHeader(header, payload), { seed: ana.recipientSeed }),
      utf8('hello') as Uint8Array,
    )
  })
})
