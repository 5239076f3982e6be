import {
  encodeAgeIdentity,
  encodeAgeRecipient,
  openKeyring,
  recipientHashOf,
  recipientOf,
} from '../../src/index.ts'
import { encodeHex } from '../../src/hex.ts'

const names = ['summary', 'labs', 'mental health', 'p\u00e9diatrie']
const epochs = [1, 2, 4294967295]

/** E6 and E10. */
export function keyringVectors() {
  const roots = [
    new Uint8Array(32),
    new Uint8Array(32).fill(0xff),
    Uint8Array.from({ length: 32 }, (_, n) => n),
  ]
  return {
    rules: ['E6', 'E10', 'O2'],
    cases: roots.map((root) => {
      const ring = openKeyring(root)
      return {
        rootSeed: encodeHex(root),
        signingKey: encodeHex(ring.signingKey),
        signer: ring.signer,
        account: ring.account,
        recipientSeed: encodeHex(ring.recipientSeed),
        recipientHash: recipientHashOf(ring.recipient),
        ageIdentity: encodeAgeIdentity(ring.recipientSeed),
        ageRecipient: encodeAgeRecipient(ring.recipient),
        compartments: names.map((name) => {
          const id = ring.compartmentId(name)
          return {
            name,
            id,
            epochs: epochs.map((epoch) => ({
              epoch,
              seed: encodeHex(ring.epochSeed(id, epoch)),
              recipientHash: recipientHashOf(recipientOf(ring.epochSeed(id, epoch))),
            })),
          }
        }),
      }
    }),
    refused: [
      {
        what: 'a name in NFD is the same compartment as in NFC',
        name: 'pe\u0301diatrie',
        sameAs: 'p\u00e9diatrie',
      },
      { what: 'an empty name', name: '', code: 'argument-invalid' },
      { what: 'a name of 65 bytes', name: 'x'.repeat(65), code: 'argument-invalid' },
      { what: 'a name with a line feed', name: 'a\nb', code: 'argument-invalid' },
      { what: 'epoch 0', name: 'labs', epoch: 0, code: 'argument-invalid' },
      { what: 'epoch 2^32', name: 'labs', epoch: 4294967296, code: 'argument-invalid' },
    ],
  }
}
