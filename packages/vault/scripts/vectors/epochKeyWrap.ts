import {
  epochKeyOf,
  openKeyring,
  recipientHashOf,
  recipientOf,
  wrapEpochKey,
  type GrantWrapContext,
} from '../../src/index.ts'
import { encodeHex } from '../../src/hex.ts'

/** E16. `random` is the eseed of the X-Wing draft, as for E7. */
export async function epochKeyWrapVectors() {
  const patient = openKeyring(new Uint8Array(32))
  const reader = openKeyring(new Uint8Array(32).fill(1))
  const compartment = patient.compartmentId('labs')
  const seed = patient.epochSeed(compartment, 2)
  const epochKey = epochKeyOf(seed, 2)
  const context: GrantWrapContext = {
    chainId: 31337,
    consent: '0x5fbdb2315678afecb367f032d93f642f64180aa3',
    patient: patient.account,
    compartment,
    epoch: 2,
    reader: reader.account,
  }
  const random = Uint8Array.from({ length: 64 }, (_, n) => n)
  const readerRecipient = reader.recipient
  const wrap = await wrapEpochKey({ epochKey, readerRecipient, context, random: () => random })
  const good = {
    wrap: encodeHex(wrap),
    readerSeed: encodeHex(reader.recipientSeed),
    context,
    expectedRecipientHash: recipientHashOf(recipientOf(epochKey)),
  }
  const elsewhere = (change: Partial<GrantWrapContext>) => ({
    ...good,
    context: { ...context, ...change },
    code: 'wrap-not-for-reader',
  })
  return {
    rules: ['E16'],
    cases: [
      {
        what: 'the reader opens it',
        ...good,
        random: encodeHex(random),
        seed: encodeHex(seed),
        epochKey: encodeHex(epochKey),
      },
      { what: 'another reader', ...elsewhere({ reader: patient.account }) },
      { what: 'another patient', ...elsewhere({ patient: reader.account }) },
      { what: 'another compartment', ...elsewhere({ compartment: patient.compartmentId('imaging') }) },
      { what: 'another epoch', ...elsewhere({ epoch: 3 }) },
      { what: 'another chain', ...elsewhere({ chainId: 1 }) },
      { what: '1,168 bytes', ...good, wrap: encodeHex(wrap.slice(1)), code: 'wrap-malformed' },
      {
        what: 'not the key of the epoch',
        ...good,
        expectedRecipientHash: recipientHashOf(recipientOf(seed)),
        code: 'wrap-seed-mismatch',
      },
    ],
  }
}
