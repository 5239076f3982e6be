import { openKeyring, openSucceededKeyring, sealSuccession, type Succession } from '../../src/index.ts'
import { encodeHex } from '../../src/hex.ts'

/** K9: which seed makes an epoch once another took over, once and twice. */
export function successionVectors() {
  const [old, fresh, third] = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ]
  const { account, compartmentId } = openKeyring(old)
  const [labs, notes] = ['labs', 'notes'].map(compartmentId) as [`0x${string}`, `0x${string}`]
  const once = sealSuccession(fresh, { account, rootSeed: old, lastEpochs: { [labs]: 3 } })
  const lastEpochs = { [labs]: 5, [notes]: 1 }
  const twice = sealSuccession(third, { account, rootSeed: fresh, lastEpochs, succession: once })
  const opens = (what: string, seed: Uint8Array, succession: Succession) => {
    const ring = openSucceededKeyring(seed, succession)
    const epochs = [labs, notes].flatMap((compartment) =>
      [1, 3, 4, 5, 6].map((epoch) => ({
        compartment,
        epoch,
        seed: encodeHex(ring.epochSeed(compartment, epoch)),
      })),
    )
    const { signer, recipientSeed } = ring
    return {
      what,
      rootSeed: encodeHex(seed),
      succession,
      account: ring.account,
      signer,
      recipientSeed: encodeHex(recipientSeed),
      compartmentIds: { labs: ring.compartmentId('labs') },
      epochs,
    }
  }
  const refused = (what: string, succession: unknown, code: string, seed = fresh) => ({
    what,
    rootSeed: encodeHex(seed),
    succession,
    code,
  })
  const last = once.box.at(-1) === '0' ? '1' : '0'
  return {
    rules: ['K9'],
    cases: [
      opens('a fresh root seed took over', fresh, once),
      opens('and another one after it', third, twice),
      refused('the seed of before', once, 'keystore-not-opened', old),
      refused('the succession of another seed', twice, 'keystore-not-opened'),
      refused('an altered box', { ...once, box: `${once.box.slice(0, -1)}${last}` }, 'keystore-not-opened'),
      refused('a box that was cut', { ...once, box: once.box.slice(0, -2) }, 'keystore-not-opened'),
      refused('another suite', { ...once, suite: 2 }, 'message-refused'),
      refused('a nonce that is too short', { ...once, nonce: once.nonce.slice(0, -2) }, 'message-refused'),
      refused('no box', { suite: 1, nonce: once.nonce }, 'message-refused'),
    ],
  }
}
