import { ageFile } from '../../test/ageFiles.ts'
import { openKeyring, recipientOf, sealRecord } from '../../src/index.ts'
import { encodeHex, utf8 } from '../../src/hex.ts'

/** E2 to E5. */
export async function recordVectors() {
  const ring = openKeyring(new Uint8Array(32))
  const labs = ring.compartmentId('labs')
  const seed = ring.epochSeed(labs, 1)
  const body = utf8('{"resourceType":"Observation","status":"final"}')
  const recipient = recipientOf(seed)
  const made = await sealRecord({ body, mediaType: 'application/fhir+json', recipient })
  const empty = await sealRecord({ body: new Uint8Array(), mediaType: 'text/plain', recipient })
  const good = {
    seed: encodeHex(seed),
    sealed: encodeHex(made.sealed),
    contentId: made.contentId,
    commitment: made.commitment,
  }
  const flipped = made.sealed.slice()
  flipped[flipped.length - 1]! ^= 1
  const altered = { ...good, sealed: encodeHex(flipped) }
  const plain = async (text: string) => encodeHex(await ageFile({ recipients: [recipient] }, utf8(text)))
  const unchecked = { seed: good.seed }
  const salt = 'ab'.repeat(32)
  return {
    rules: ['E2', 'E3', 'E4', 'E5'],
    cases: [
      {
        what: 'a record',
        ...good,
        body: encodeHex(body),
        mediaType: 'application/fhir+json',
        salt: made.salt,
      },
      {
        what: 'an empty body',
        seed: good.seed,
        sealed: encodeHex(empty.sealed),
        contentId: empty.contentId,
        commitment: empty.commitment,
        body: '0x',
        mediaType: 'text/plain',
        salt: empty.salt,
      },
      {
        what: 'the seed of another epoch',
        ...good,
        seed: encodeHex(ring.epochSeed(labs, 2)),
        code: 'record-not-for-key',
      },
      { what: 'altered, content id known', ...altered, code: 'content-id-mismatch' },
      { what: 'altered, content id not known', ...altered, contentId: undefined, code: 'record-damaged' },
      { what: 'another commitment', ...good, commitment: empty.commitment, code: 'commitment-mismatch' },
      { what: 'no header line', ...unchecked, sealed: await plain('x'), code: 'record-plaintext-malformed' },
      {
        what: 'another suite',
        ...unchecked,
        sealed: await plain(`{"hre":2,"salt":"${salt}","type":"text/plain"}\n`),
        code: 'record-plaintext-malformed',
      },
      {
        what: 'members in another order',
        ...unchecked,
        sealed: await plain(`{"hre":1,"type":"text/plain","salt":"${salt}"}\n`),
        code: 'record-plaintext-malformed',
      },
    ],
    commitments: [
      { body: '0x', salt: `0x${'00'.repeat(32)}` },
      { body: encodeHex(body), salt: made.salt },
    ].map(({ body, salt }) => ({
      body,
      salt,
      commitment: body === '0x' ? commitmentOfNothing : made.commitment,
    })),
  }
}

// HMAC-SHA256 with a zero key over nothing, as `openssl dgst -sha256 -mac HMAC` gives it.
const commitmentOfNothing = '0xb613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad'
