import {
  openKeyring,
  recipientOf,
  recordKeyOf,
  sealRecord,
  wrapRecordKey,
  type RecordWrapContext,
} from '../../src/index.ts'
import { encodeHex, utf8 } from '../../src/hex.ts'

/** E15. `random` is the eseed of the X-Wing draft, as for E7. */
export async function recordWrapVectors() {
  const patient = openKeyring(new Uint8Array(32))
  const reader = openKeyring(new Uint8Array(32).fill(1))
  const compartment = patient.compartmentId('labs')
  const seed = patient.epochSeed(compartment, 1)
  const seal = (text: string) =>
    sealRecord({ body: utf8(text), mediaType: 'text/plain', recipient: recipientOf(seed) })
  const record = await seal('granted')
  const neighbour = await seal('neighbour')
  const recordKey = await recordKeyOf({ sealed: record.sealed, seed })
  const context: RecordWrapContext = {
    chainId: 31337,
    consent: '0x5fbdb2315678afecb367f032d93f642f64180aa3',
    patient: patient.account,
    compartment,
    epoch: 1,
    record: `0x${'07'.repeat(32)}`,
    contentId: record.contentId,
    reader: reader.account,
    purposes: 1,
  }
  const random = Uint8Array.from({ length: 64 }, (_, n) => n)
  const readerRecipient = reader.recipient
  const wrap = await wrapRecordKey({ recordKey, readerRecipient, context, random: () => random })
  const good = {
    wrap: encodeHex(wrap),
    readerSeed: encodeHex(reader.recipientSeed),
    context,
    sealed: encodeHex(record.sealed),
  }
  const elsewhere = (change: Partial<RecordWrapContext>) => ({
    ...good,
    context: { ...context, ...change },
    code: 'wrap-not-for-reader',
  })
  return {
    rules: ['E15'],
    cases: [
      {
        what: 'the reader opens the record',
        ...good,
        random: encodeHex(random),
        recordKey: encodeHex(recordKey),
        body: encodeHex(utf8('granted')),
      },
      {
        what: 'the neighbour record of the same epoch',
        ...good,
        sealed: encodeHex(neighbour.sealed),
        code: 'record-not-for-key',
      },
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
      { what: 'another record', ...elsewhere({ record: `0x${'08'.repeat(32)}` }) },
      { what: 'another file', ...elsewhere({ contentId: neighbour.contentId }) },
      { what: 'another purpose', ...elsewhere({ purposes: 2 }) },
      { what: 'another contract', ...elsewhere({ consent: '0x5fbdb2315678afecb367f032d93f642f64180aa4' }) },
      { what: 'another chain', ...elsewhere({ chainId: 1 }) },
      { what: '1,151 bytes', ...good, wrap: encodeHex(wrap.slice(1)), code: 'wrap-malformed' },
    ],
  }
}
