import {
  emergencyCardOf,
  emergencyLookupOf,
  openKeyring,
  parseEmergencyCard,
  patientNumberKeyOf,
  patientNumberLookupOf,
  recipientHashOf,
  recipientOf,
  releaseHashOf,
  releaseShare,
  sealEmergencyShares,
  type EmergencyRelease,
  type EmergencySeen,
} from '../../src/index.ts'
import { encodeHex } from '../../src/hex.ts'

const patient = openKeyring(new Uint8Array(32))
const clinician = openKeyring(new Uint8Array(32).fill(1))
const trustees = [2, 3, 4].map((byte) => openKeyring(new Uint8Array(32).fill(byte)))
const compartment = patient.compartmentId('summary')
const epochSeed = patient.epochSeed(compartment, 1)
const context = {
  chainId: 31337,
  emergency: '0x5fbdb2315678afecb367f032d93f642f64180aa3',
  patient: patient.account,
  compartment,
  epoch: 1,
} as const
const declaration = 7n
const now = 1_790_000_000

const deal = (seed: Uint8Array) => sealEmergencyShares({ epochSeed: seed, context, trustees, threshold: 2 })
const seenOf = (sharesHash: `0x${string}`, id = declaration): EmergencySeen => ({
  finalBlock: 100,
  declaration: {
    id,
    patient: patient.account,
    clinician: clinician.account,
    block: 100,
    declaredAt: now,
    until: now + 1800,
    isClosed: false,
  },
  clinician: { isMember: true, licensedUntil: now + 1 },
  compartment: { isMarked: true, epoch: 1, sharesHash },
})

/** S4 to S9. Releases are listed once; a case names them by place. */
export async function releaseVectors() {
  const { shares, sharesHash } = await deal(epochSeed)
  const wrong = await deal(new Uint8Array(32))
  const release = async (at: number, dealt = { shares, sharesHash }, id = declaration) => {
    const made = await releaseShare({
      share: dealt.shares[at]!,
      trusteeSeed: trustees[at]!.recipientSeed,
      declaration: id,
      clinicianRecipient: clinician.recipient,
      seen: seenOf(dealt.sharesHash, id),
      now,
    })
    return made.release
  }
  const releases: EmergencyRelease[] = [await release(0), await release(1), await release(2)]
  const again = await release(0, undefined, 8n)
  releases.push(again, { ...again, declaration: '7' })
  releases.push(await release(0, wrong), await release(1, wrong))
  releases.push({ ...releases[1]!, set: { ...releases[1]!.set, threshold: 3 } })
  const line = (position: number, index: number, reason: string) => ({ position, index, reason })
  const tooFew = (valid: number, ...refused: object[]) => ({
    code: 'shares-too-few',
    data: { needed: 2, valid, refused },
  })
  const opens = { epochSeed: encodeHex(epochSeed), refused: [] as object[] }
  return {
    rules: ['S4', 'S5', 'S7', 'S9'],
    context,
    declaration: `${declaration}`,
    clinician: clinician.account,
    clinicianSeed: encodeHex(clinician.recipientSeed),
    sharesHash,
    expectedRecipientHash: recipientHashOf(recipientOf(epochSeed)),
    shares: shares.map((share, at) => ({ share, trusteeSeed: encodeHex(trustees[at]!.recipientSeed) })),
    releases,
    releaseHashes: releases.map(releaseHashOf),
    cases: [
      { what: 'the first two trustees', releases: [0, 1], ...opens },
      { what: 'the last two, in another order', releases: [2, 1], ...opens },
      { what: 'one is too few', releases: [0], ...tooFew(1) },
      { what: 'one twice is one', releases: [0, 0], ...tooFew(1) },
      { what: 'one for another declaration', releases: [3, 1], ...tooFew(1, line(0, 1, 'other-request')) },
      { what: 'the same, relabelled', releases: [4, 1], ...tooFew(1, line(0, 1, 'not-opened')) },
      { what: 'one of another set', releases: [5, 1], ...tooFew(1, line(0, 1, 'other-set')) },
      { what: 'one that names another threshold', releases: [0, 7], ...tooFew(1, line(1, 2, 'other-set')) },
      { what: 'a bad one among enough good ones', releases: [4, 0, 2], ...opens, refused: [line(0, 1, 'not-opened')] },
      {
        what: 'shares of another secret than the epoch’s seed',
        releases: [5, 6],
        sharesHash: wrong.sharesHash,
        code: 'emergency-seed-mismatch',
      },
      {
        what: 'another clinician’s key',
        releases: [0, 1],
        clinicianSeed: encodeHex(patient.recipientSeed),
        ...tooFew(0, line(0, 1, 'not-opened'), line(1, 2, 'not-opened')),
      },
      {
        what: 'another patient',
        releases: [0, 1],
        context: { ...context, patient: clinician.account },
        ...tooFew(0, line(0, 1, 'other-set'), line(1, 2, 'other-set')),
      },
    ],
  }
}

/** S11, S12. */
export function cardVectors() {
  const { text, entry } = emergencyCardOf({ gateway: 'city.example:8443', account: patient.account })
  const { secret } = parseEmergencyCard(text)
  const other = emergencyCardOf({ gateway: 'city.example', account: clinician.account }).entry
  const malformed = (reason: string) => ({ code: 'emergency-card-malformed', data: { reason } })
  const rootSeed = new Uint8Array(32).fill(2)
  const key = patientNumberKeyOf(rootSeed)
  const system = 'https://city.example/mrn'
  const number = (value: string) => ({
    system,
    value,
    lookup: patientNumberLookupOf(key, { system, value }),
  })
  const good = {
    gateway: 'city.example:8443',
    secret: encodeHex(secret),
    lookup: emergencyLookupOf(secret),
    entry,
    account: patient.account,
  }
  return {
    rules: ['S11', 'S12'],
    cases: [
      { what: 'scanned', text, ...good },
      { what: 'typed in small letters and groups', text: text.toLowerCase().replace(/(.{4})/g, '$1 '), ...good },
      { what: 'another version', text: text.replace(':1:', ':2:'), ...malformed('version') },
      { what: 'a slip of the pen', text: text.replace('EXAMPLE', 'EXAMPEL'), ...malformed('checksum') },
      { what: 'a digit that base32 lacks', text: text.replace(/^(HRE:1:)./, '$11'), ...malformed('form') },
      { what: 'no gateway', text: text.replace(/:CITY.*/, ''), ...malformed('gateway') },
      { what: 'a user before the gateway', text: text.replace('CITY', 'CITY@EVIL'), ...malformed('gateway') },
      { what: 'no card', text: 'https://city.example', ...malformed('form') },
    ],
    entries: [
      { what: 'of another card', text, entry: other, code: 'emergency-entry-not-for-card' },
      { what: 'swapped', text, entry: { ...other, lookup: entry.lookup }, code: 'emergency-entry-not-for-card' },
      { what: 'another suite', text, entry: { ...entry, suite: 2 }, code: 'message-refused' },
    ],
    patientNumbers: {
      rootSeed: encodeHex(rootSeed),
      key: encodeHex(key),
      numbers: [number('00471105'), number(' 00471105 '), number('471105'), number('００４７１１０５')],
    },
  }
}
