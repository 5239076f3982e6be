import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ana, assertRefused, mallory } from '../test/people.ts'
import {
  emergencyCardOf,
  emergencyLookupOf,
  openEmergencyEntry,
  parseEmergencyCard,
  patientNumberKeyOf,
  patientNumberLookupOf,
} from './index.ts'

const { text, entry } = emergencyCardOf({ gateway: 'City.example:8443', account: ana.account })
const malformed = (card: unknown, reason: string) =>
  assertRefused(() => parseEmergencyCard(card as string), 'emergency-card-malformed', { reason })

describe('emergency card', () => {
  it('[S11] who scans it finds the entry, and the account in it', () => {
    const { gateway, secret } = parseEmergencyCard(text)
    assert.equal(gateway, 'city.example:8443')
    assert.equal(emergencyLookupOf(secret), entry.lookup)
    assert.equal(openEmergencyEntry(JSON.parse(JSON.stringify(entry)), secret), ana.account)
  })

  it('[S11] it fits a small QR code of capitals and digits, and tells neither name nor account', () => {
    assert.match(text, /^HRE:1:[A-Z2-7]{32}:[A-Z2-7]{8}:CITY\.EXAMPLE:8443$/)
    assert.ok(!text.toLowerCase().includes(ana.account.slice(2)))
    assert.ok(!JSON.stringify(entry).includes(ana.account.slice(2)))
  })

  it('[S11] two cards of one patient have nothing in common', () => {
    const other = emergencyCardOf({ gateway: 'city.example:8443', account: ana.account })
    assert.notEqual(other.entry.lookup, entry.lookup)
    const { secret } = parseEmergencyCard(other.text)
    return assertRefused(() => openEmergencyEntry(entry, secret), 'emergency-entry-not-for-card')
  })

  it('[S11] typed in small letters and groups it reads the same', () => {
    const typed = ` ${text.toLowerCase().replace(/(.{4})/g, '$1 ')}\n`
    assert.deepEqual(parseEmergencyCard(typed), parseEmergencyCard(text))
  })

  it('[S11] any character typed wrong is found', async () => {
    for (let at = 0; at < text.length; at++) {
      if (text[at] === ':') continue
      const slip = `${text.slice(0, at)}${text[at] === '3' ? '4' : '3'}${text.slice(at + 1)}`
      await assertRefused(() => parseEmergencyCard(slip), 'emergency-card-malformed')
    }
  })

  it('[S11] another version, a cut one, and what is no card are refused', async () => {
    await malformed(text.replace(':1:', ':2:'), 'version')
    await malformed(text.slice(0, 30), 'form')
    await malformed(text.replace(/:CITY.*/, ''), 'gateway')
    for (const no of ['', 'https://city.example', 'x'.repeat(1e6), null, 7, {}, ['HRE', '1']]) {
      await malformed(no, 'form')
    }
    await malformed(text.replace(/[A-Z2-7]{32}/, '1'.repeat(32)), 'form')
  })

  it('[S11] a card that would send a clinician elsewhere is refused', async () => {
    const gateways = [
      'https://city.example',
      'city.example/emergency',
      'city.example@evil.example',
      'city.example?x',
      'city.example#x',
      'city..example',
      '-city.example',
      'city.example:0',
      'city.example:65536',
      'city.example:80:80',
      'cıty.example',
      '[::1]',
      '',
      `${'a'.repeat(64)}.example`,
      `${'a.'.repeat(126)}ab`,
    ]
    for (const gateway of gateways) {
      const make = () => emergencyCardOf({ gateway, account: ana.account })
      await assertRefused(make, 'emergency-card-malformed', { reason: 'gateway' })
      await assertRefused(
        () => parseEmergencyCard(text.replace('CITY.EXAMPLE:8443', gateway)),
        'emergency-card-malformed',
      )
    }
    for (const gateway of ['localhost:4001', '127.0.0.1', 'a.b-c.example:65535']) {
      assert.equal(
        parseEmergencyCard(emergencyCardOf({ gateway, account: ana.account }).text).gateway,
        gateway,
      )
    }
  })

  it('[S11] an entry that its keeper altered or swapped opens nothing', async () => {
    const { secret } = parseEmergencyCard(text)
    const hers = emergencyCardOf({ gateway: 'city.example', account: mallory.account }).entry
    const swapped = { ...hers, lookup: entry.lookup }
    await assertRefused(() => openEmergencyEntry(swapped, secret), 'emergency-entry-not-for-card')
    const refused = [{ ...entry, suite: 2 }, { ...entry, box: '0x' }, null, {}]
    for (const each of refused)
      await assertRefused(() => openEmergencyEntry(each as never, secret), 'message-refused')
    await assertRefused(() => openEmergencyEntry(entry, new Uint8Array(19)), 'argument-invalid')
    await assertRefused(
      () => emergencyCardOf({ gateway: 'city.example', account: '0x12' }),
      'argument-invalid',
    )
  })
})

describe('lookup by the hospital’s own patient number', () => {
  const key = patientNumberKeyOf(new Uint8Array(32).fill(0x71))
  const number = { system: 'https://city.example/mrn', value: '00471105' }
  const lookup = patientNumberLookupOf(key, number)

  it('[S12] the same number finds the same entry, with white space and in full width too', () => {
    for (const value of [' 00471105\n', '００４７１１０５']) {
      assert.equal(patientNumberLookupOf(key, { ...number, value }), lookup)
    }
  })

  it('[S12] another number, system, organisation or division of the two does not', () => {
    const others = [
      patientNumberLookupOf(key, { ...number, value: '471105' }),
      patientNumberLookupOf(key, { ...number, system: 'https://lakeside.example/mrn' }),
      patientNumberLookupOf(patientNumberKeyOf(new Uint8Array(32).fill(0x72)), number),
      patientNumberLookupOf(key, { system: 'a"', value: 'b' }),
      patientNumberLookupOf(key, { system: 'a', value: '"b' }),
    ]
    assert.equal(new Set([lookup, ...others]).size, others.length + 1)
  })

  it('[S12] an empty, endless or broken number is refused, and no error carries it', async () => {
    for (const value of ['', '  ', 'x'.repeat(257), '\ud800', 7, null]) {
      await assertRefused(
        () => patientNumberLookupOf(key, { ...number, value: value as never }),
        'argument-invalid',
        {
          argument: 'value',
          expected: '1 to 256 bytes of text',
        },
      )
    }
    await assertRefused(() => patientNumberLookupOf(key, undefined as never), 'argument-invalid')
    await assertRefused(() => patientNumberLookupOf(new Uint8Array(3), number), 'argument-invalid')
  })
})
