import { openKeyring, sealBackLink, type Hex } from '../../src/index.ts'
import { encodeHex } from '../../src/hex.ts'

/** E9. */
export function backLinkVectors() {
  const ring = openKeyring(new Uint8Array(32))
  const compartment = ring.compartmentId('labs')
  const other = ring.compartmentId('imaging')
  const seed = (epoch: number) => ring.epochSeed(compartment, epoch)
  const nonce = new Uint8Array(12).fill(0x0c)
  const link = sealBackLink({
    patient: ring.account,
    compartment,
    newEpoch: 2,
    newSeed: seed(2),
    oldSeed: seed(1),
    random: () => nonce,
  })
  const good = {
    patient: ring.account,
    compartment,
    newEpoch: 2,
    newSeed: encodeHex(seed(2)),
    backLink: encodeHex(link),
  }
  const flipped = link.slice()
  flipped[59]! ^= 1
  const miss = { code: 'back-link-not-for-key' }
  return {
    rules: ['E9'],
    cases: [
      {
        what: 'the new seed opens the old one',
        ...good,
        nonce: encodeHex(nonce),
        oldSeed: encodeHex(seed(1)),
      },
      { what: 'the old seed opens nothing', ...good, newSeed: encodeHex(seed(1)), ...miss },
      { what: 'another compartment', ...good, compartment: other, ...miss },
      { what: 'another patient', ...good, patient: `0x${'11'.repeat(20)}` as Hex, ...miss },
      { what: 'another epoch', ...good, newEpoch: 3, ...miss },
      { what: 'one bit flipped', ...good, backLink: encodeHex(flipped), ...miss },
      { what: '59 bytes', ...good, backLink: encodeHex(link.slice(0, 59)), code: 'back-link-malformed' },
      { what: 'the first epoch', ...good, newEpoch: 1, code: 'argument-invalid' },
    ],
  }
}
