import {
  openKeyring,
  recipientHashOf,
  recipientOf,
  wrapEpochSeed,
  type GrantWrapContext,
} from '../../src/index.ts'
import { encodeHex } from '../../src/hex.ts'

/** E7. `random` is the eseed of the X-Wing draft: 32 bytes for ML-KEM, 32 for X25519. */
export async function wrapVectors() {
  const patient = openKeyring(new Uint8Array(32))
  const reader = openKeyring(new Uint8Array(32).fill(1))
  const compartment = patient.compartmentId('labs')
  const seed = patient.epochSeed(compartment, 1)
  const context: GrantWrapContext = {
    chainId: 31337,
    consent: '0x5fbdb2315678afecb367f032d93f642f64180aa3',
    patient: patient.account,
    compartment,
    epoch: 1,
    reader: reader.account,
  }
  const random = Uint8Array.from({ length: 64 }, (_, n) => n)
  const wrap = await wrapEpochSeed({ seed, readerRecipient: reader.recipient, context, random: () => random })
  const good = {
    wrap: encodeHex(wrap),
    readerSeed: encodeHex(reader.recipientSeed),
    context,
    expectedRecipientHash: recipientHashOf(recipientOf(seed)),
  }
  const elsewhere = (change: Partial<GrantWrapContext>) => ({
    ...good,
    context: { ...context, ...change },
    code: 'wrap-not-for-reader',
  })
  const flipped = wrap.slice()
  flipped[0]! ^= 1
  return {
    rules: ['E7'],
    cases: [
      { what: 'the reader opens it', ...good, random: encodeHex(random), seed: encodeHex(seed) },
      {
        what: 'another reader’s key',
        ...good,
        readerSeed: encodeHex(patient.recipientSeed),
        code: 'wrap-not-for-reader',
      },
      { what: 'another reader', ...elsewhere({ reader: patient.account }) },
      { what: 'another patient', ...elsewhere({ patient: reader.account }) },
      { what: 'another compartment', ...elsewhere({ compartment: patient.compartmentId('imaging') }) },
      { what: 'another epoch', ...elsewhere({ epoch: 2 }) },
      { what: 'another contract', ...elsewhere({ consent: '0x5fbdb2315678afecb367f032d93f642f64180aa4' }) },
      { what: 'another chain', ...elsewhere({ chainId: 1 }) },
      { what: 'one bit flipped', ...good, wrap: encodeHex(flipped), code: 'wrap-not-for-reader' },
      { what: '1,167 bytes', ...good, wrap: encodeHex(wrap.slice(1)), code: 'wrap-malformed' },
      {
        what: 'not the seed of the epoch',
        ...good,
        expectedRecipientHash: recipientHashOf(patient.recipient),
        code: 'wrap-seed-mismatch',
      },
    ],
  }
}
