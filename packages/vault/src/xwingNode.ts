import type * as NodeCrypto from 'node:crypto'
import { concatBytes } from './hex.ts'
import type { Encapsulated } from './primitives.ts'
import { xwingLabel, xwingSizes } from './xwing.ts'

// X-Wing out of the two halves that node:crypto has.

const kem = 'ml-kem-768'
const curve = 'x25519'
/** Keys of recipients one seals to again and again. Public, so keeping them costs only memory: 64 of some 10 KiB. */
const recipientsMax = 64

type PublicKeys = Record<'mlkem' | 'x25519', NodeCrypto.KeyObject>

/** @param crypto - the module `node:crypto`; of one that lacks something the functions throw. */
export function xwingOf(crypto: typeof NodeCrypto) {
  const recipients = new Map<string, PublicKeys>()
  const rawPublic = (key: Uint8Array, type: string) =>
    crypto.createPublicKey({ key, format: 'raw-public', asymmetricKeyType: type } as never)
  const rawPrivate = (key: Uint8Array, format: string, type: string) =>
    crypto.createPrivateKey({ key, format, asymmetricKeyType: type } as never)
  const exported = (key: NodeCrypto.KeyObject) =>
    key.export({ format: 'raw-public' } as never) as unknown as Uint8Array

  /** OpenSSL refuses a point of low order by throwing. */
  const agree = (privateKey: NodeCrypto.KeyObject, publicKey: NodeCrypto.KeyObject) =>
    crypto.diffieHellman({ privateKey, publicKey })
  const combine = (...parts: Uint8Array[]) =>
    new Uint8Array(crypto.hash('sha3-256', concatBytes(...parts, xwingLabel), 'buffer'))

  function keysOf(publicKey: Uint8Array): PublicKeys {
    // SHA-512, because OpenSSL's ends by clearing the registers that a sealed chunk left in use (primitivesNode.ts).
    const id = crypto.hash('sha512', publicKey, 'latin1' as never)
    let keys = recipients.get(id)
    if (!keys) {
      keys = {
        mlkem: rawPublic(publicKey.subarray(0, xwingSizes.mlkemPublic), kem),
        x25519: rawPublic(publicKey.subarray(xwingSizes.mlkemPublic), curve),
      }
      if (recipients.size >= recipientsMax) recipients.delete(recipients.keys().next().value!)
      recipients.set(id, keys)
    }
    return keys
  }

  function expand(seed: Uint8Array) {
    const wide = crypto.createHash('shake256', { outputLength: 96 }).update(seed).digest()
    const mlkem = rawPrivate(wide.subarray(0, 64), 'raw-seed', kem)
    const x25519 = rawPrivate(wide.subarray(64), 'raw-private', curve)
    wide.fill(0)
    return { mlkem, x25519, x25519Public: exported(crypto.createPublicKey(x25519)) }
  }

  function encapsulate(publicKey: Uint8Array): Encapsulated {
    const { mlkem, x25519 } = keysOf(publicKey)
    const ephemeral = crypto.generateKeyPairSync(curve)
    const agreed = agree(ephemeral.privateKey, x25519)
    const { ciphertext, sharedKey } = crypto.encapsulate(mlkem)
    const ours = exported(ephemeral.publicKey)
    const share = new Uint8Array(xwingSizes.share)
    share.set(ciphertext)
    share.set(ours, xwingSizes.mlkemShare)
    const theirs = publicKey.subarray(xwingSizes.mlkemPublic)
    return { share, shared: combine(sharedKey, agreed, ours, theirs) }
  }

  return {
    xwingPublicKey(seed: Uint8Array): Uint8Array {
      const { mlkem, x25519Public } = expand(seed)
      return concatBytes(exported(crypto.createPublicKey(mlkem)), x25519Public)
    },
    xwingEncapsulate: encapsulate,
    xwingDecapsulate(seed: Uint8Array, share: Uint8Array): Uint8Array {
      const { mlkem, x25519, x25519Public } = expand(seed)
      const ours = share.subarray(xwingSizes.mlkemShare)
      const sharedKey = crypto.decapsulate(mlkem, share.subarray(0, xwingSizes.mlkemShare))
      return combine(sharedKey, agree(x25519, rawPublic(ours, curve)), ours, x25519Public)
    },
  }
}
