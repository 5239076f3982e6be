import type * as NodeCrypto from 'node:crypto'
import { concatBytes } from './hex.ts'
import type { Encapsulated } from './primitives.ts'
import { xwingLabel, xwingSizes } from './xwing.ts'

// X-Wing out of the two halves that node:crypto has.

const kem = 'ml-kem-768'
const curve = 'x25519'
/** Keys of recipients one seals to again and again. Public, so keeping them costs only memory: 64 of some 10 KiB. */
const recipientsMax = 64
/** So many encapsulations share the platform's threads, which read files and resolve names as well. */
const onThreadsMax = 8

type PublicKeys = Record<'mlkem' | 'x25519', NodeCrypto.KeyObject>
type MlkemShare = Record<'sharedKey' | 'ciphertext', Uint8Array>
/** Our side of an X25519 agreement. */
type X25519Share = { ephemeral: NodeCrypto.KeyObject; agreed: Uint8Array }

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
    const { publicKey: ephemeral, privateKey } = crypto.generateKeyPairSync(curve)
    const agreed = agree(privateKey, x25519)
    return together(publicKey, crypto.encapsulate(mlkem), { ephemeral, agreed })
  }

  /** As {@link encapsulate} on the platform's threads: a third more work in all, but shared by the processor's cores. */
  async function encapsulateOnThreads(publicKey: Uint8Array): Promise<Encapsulated> {
    const { mlkem, x25519 } = keysOf(publicKey)
    const [inner, outer] = await Promise.all([
      onThread<MlkemShare>((done) => crypto.encapsulate(mlkem, done)),
      agreeOnThreads(x25519),
    ])
    return together(publicKey, inner, outer)
  }

  async function agreeOnThreads(theirs: NodeCrypto.KeyObject): Promise<X25519Share> {
    const { ephemeral, privateKey } = await onThread<
      Record<'ephemeral' | 'privateKey', NodeCrypto.KeyObject>
    >((done) =>
      crypto.generateKeyPair(curve, undefined, (error, ephemeral, privateKey) =>
        done(error, { ephemeral, privateKey }),
      ),
    )
    const agreed = await onThread<Uint8Array>((done) =>
      crypto.diffieHellman({ privateKey, publicKey: theirs }, done),
    )
    return { ephemeral, agreed }
  }

  function together(publicKey: Uint8Array, inner: MlkemShare, outer: X25519Share): Encapsulated {
    const ours = exported(outer.ephemeral)
    const share = new Uint8Array(xwingSizes.share)
    share.set(inner.ciphertext)
    share.set(ours, xwingSizes.mlkemShare)
    const theirs = publicKey.subarray(xwingSizes.mlkemPublic)
    return { share, shared: combine(inner.sharedKey, outer.agreed, ours, theirs) }
  }

  const waiting: Waiting[] = []

  /** One alone is made here, since asking the threads costs as much again; several asked for in one go share them. */
  function encapsulateWaiting(): void {
    const asked = waiting.splice(0)
    const make = asked.length === 1 ? encapsulate : encapsulateOnThreads
    const next = async () => {
      for (let one = asked.shift(); one; one = asked.shift()) {
        try {
          one.resolve(await make(one.publicKey))
        } catch (error) {
          one.reject(error)
        }
      }
    }
    const atOnce = Math.min(asked.length, onThreadsMax)
    for (let started = 0; started < atOnce; started++) void next()
  }

  return {
    encapsulate,
    xwingPublicKey(seed: Uint8Array): Uint8Array {
      const { mlkem, x25519Public } = expand(seed)
      return concatBytes(exported(crypto.createPublicKey(mlkem)), x25519Public)
    },
    xwingEncapsulate: (publicKey: Uint8Array) =>
      new Promise<Encapsulated>((resolve, reject) => {
        if (waiting.push({ publicKey, resolve, reject }) === 1) queueMicrotask(encapsulateWaiting)
      }),
    xwingDecapsulate(seed: Uint8Array, share: Uint8Array): Uint8Array {
      const { mlkem, x25519, x25519Public } = expand(seed)
      const ours = share.subarray(xwingSizes.mlkemShare)
      const sharedKey = crypto.decapsulate(mlkem, share.subarray(0, xwingSizes.mlkemShare))
      return combine(sharedKey, agree(x25519, rawPublic(ours, curve)), ours, x25519Public)
    },
  }
}

interface Waiting {
  publicKey: Uint8Array
  resolve(made: Encapsulated): void
  reject(reason: unknown): void
}

const onThread = <Result>(
  start: (done: (error: Error | null | undefined, result: Result) => void) => void,
): Promise<Result> =>
  new Promise((resolve, reject) => start((error, result) => (error ? reject(error) : resolve(result))))
