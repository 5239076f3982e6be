import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { ageFile, joinHeader, splitHeader } from '../test/ageFiles.ts'
import { ana, assertRefused, mallory } from '../test/people.ts'
import { assertSealedHeader, openRecord, sealRecord, sealedHeaderBytes } from './index.ts'

const body = new TextEncoder().encode('potassium 4.1 mmol/L')
let sealed: Uint8Array
let classic: string

before(async () => {
  sealed = (await sealRecord({ body, mediaType: 'text/plain', recipient: ana.recipient })).sealed
  classic = await identityToRecipient(await generateX25519Identity())
})

const refused = async (bytes: Uint8Array, reason: string) => {
  await assertRefused(() => assertSealedHeader(bytes), 'sealed-header-refused', { reason })
  await assertRefused(() => openRecord({ sealed: bytes, seed: ana.recipientSeed }), 'sealed-header-refused', {
    reason,
  })
}

describe('sealed header', () => {
  it('[E1] one X-Wing stanza passes, also by its first 4 KiB alone', () => {
    assertSealedHeader(sealed)
    assertSealedHeader(sealed.subarray(0, sealedHeaderBytes))
    assert.equal(splitHeader(sealed).header.length, sealedHeaderBytes)
  })

  it('[E1] a second reader nobody consented to is refused', async () => {
    await refused(await ageFile({ recipients: [ana.recipient, mallory.recipient] }, body), 'stanza-count')
  })

  it('[E1] a classic stanza beside or instead of the post-quantum one is refused', async () => {
    await refused(await ageFile({ recipients: [classic] }, body), 'stanza-type')
    await refused(await ageFile({ recipients: [ana.recipient, classic] }, body), 'stanza-count')
  })

  it('[E1] a password stanza is refused', async () => {
    await refused(await ageFile({ password: 'hunter2' }, body), 'stanza-type')
  })

  it('[E1] no stanza, an empty file and something else altogether are refused', async () => {
    const mac = 'A'.repeat(43)
    await refused(new TextEncoder().encode(`age-encryption.org/v1\n--- ${mac}\n`), 'stanza-count')
    await refused(new Uint8Array(), 'not-age')
    await refused(new Uint8Array(100_000), 'not-age')
    await refused(new TextEncoder().encode('-----BEGIN AGE ENCRYPTED FILE-----\n'), 'not-age')
    await refused(new TextEncoder().encode('age-encryption.org/v2\n'), 'not-age')
  })

  it('[E1] 10,000 stanzas and a header over 4 KiB are refused without being read', async () => {
    const { header, payload } = splitHeader(sealed)
    const many = '-> X25519 AAAA\nAAAA\n'.repeat(10_000)
    await refused(joinHeader(header.replace('\n-> ', `\n${many}-> `), payload), 'too-large')
    const huge = joinHeader(`age-encryption.org/v1\n-> mlkem768x25519 ${'A'.repeat(50_000_000)}`, payload)
    const start = performance.now()
    await assertRefused(() => assertSealedHeader(huge), 'sealed-header-refused', { reason: 'too-large' })
    assert.ok(performance.now() - start < 1000)
  })

  it('[E1] a header cut anywhere is refused', async () => {
    for (let size = 0; size < sealedHeaderBytes; size += 13) {
      await refused(sealed.slice(0, size), size < 22 ? 'not-age' : 'truncated')
    }
  })

  it('[E1] an extra argument, a grown body, a second spelling or a carriage return is refused', async () => {
    const { header, payload } = splitHeader(sealed)
    const lines = header.split('\n')
    const [version, stanza, stanzaBody, mac] = lines as [string, string, string, string]
    const variants = [
      [version, `${stanza} extra`, stanzaBody, mac],
      [version, stanza.slice(0, -4), stanzaBody, mac],
      [version, stanza, `${stanzaBody}AAAA`, mac],
      [version, stanza, stanzaBody, 'AAAA', mac],
      [version, stanza, stanzaBody, `${mac}=`],
      [version, stanza, stanzaBody, mac.slice(0, -1)],
      [version, stanza, stanzaBody, `---${mac.slice(4)}`],
      [version, `${stanza}\r`, stanzaBody, mac],
      [version, stanza, '', mac],
      [version, stanza, mac],
      [version, stanzaBody, stanza, mac],
    ]
    for (const variant of variants) await refused(joinHeader(`${variant.join('\n')}\n`, payload), 'malformed')
    // The last of 43 characters has four bits to spare, which must be zero: `B` never ends a canonical spelling.
    const respelt = [version, stanza, stanzaBody, `${mac.slice(0, -1)}B`]
    await refused(joinHeader(`${respelt.join('\n')}\n`, payload), 'malformed')
  })

  it('[E1] another stanza type is refused, also when it only differs in case', async () => {
    const { header, payload } = splitHeader(sealed)
    for (const type of ['MLKEM768X25519', 'mlkem768p256tag', 'mlkem768x25519-grease']) {
      await refused(joinHeader(header.replace('mlkem768x25519', type), payload), 'stanza-type')
    }
  })
})
