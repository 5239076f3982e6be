import { openKeyring, wrapCompartmentMap, type CompartmentMapContext } from '../../src/index.ts'
import { encodeHex, utf8 } from '../../src/hex.ts'
import { hpkeSeal } from '../../src/hpke.ts'
import { labels } from '../../src/labels.ts'

/** E8. */
export async function mapVectors() {
  const patient = openKeyring(new Uint8Array(32))
  const reader = openKeyring(new Uint8Array(32).fill(1))
  const context: CompartmentMapContext = {
    chainId: 31337,
    consent: '0x5fbdb2315678afecb367f032d93f642f64180aa3',
    patient: patient.account,
    reader: reader.account,
  }
  const map = { labs: patient.compartmentId('labs'), inbox: patient.compartmentId('inbox') }
  const bytes = Uint8Array.from({ length: 64 }, (_, n) => n)
  const random = () => bytes
  const wrap = await wrapCompartmentMap({ map, readerRecipient: reader.recipient, context, random })
  const good = { wrap: encodeHex(wrap), readerSeed: encodeHex(reader.recipientSeed), context }
  const holding = async (text: string) => {
    const info = labels.compartmentMap(context)
    return encodeHex(await hpkeSeal({ plaintext: utf8(text), recipient: reader.recipient, info, random }))
  }
  return {
    rules: ['E8'],
    cases: [
      { what: 'the writer opens it', ...good, random: encodeHex(bytes), map },
      {
        what: 'another key',
        ...good,
        readerSeed: encodeHex(patient.recipientSeed),
        code: 'wrap-not-for-reader',
      },
      { what: 'another chain', ...good, context: { ...context, chainId: 1 }, code: 'wrap-not-for-reader' },
      { what: 'an array', ...good, wrap: await holding('[]'), code: 'compartment-map-malformed' },
      { what: 'an empty map', ...good, wrap: await holding('{}'), code: 'compartment-map-malformed' },
      {
        what: 'a short id',
        ...good,
        wrap: await holding('{"labs":"0x12"}'),
        code: 'compartment-map-malformed',
      },
      { what: 'nothing', ...good, wrap: encodeHex(wrap.slice(0, 1136)), code: 'wrap-malformed' },
    ],
  }
}
