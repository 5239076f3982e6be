import { secp256k1 } from '@noble/curves/secp256k1.js'
import { LRUCache } from 'lru-cache'
import { hexToBytes, keccak256, type Address, type Hex } from 'viem'

const { Point, Signature } = secp256k1
const { Fn: scalars } = Point
type Point = InstanceType<typeof Point>

/** Signers whose keys are kept: with their multiples some 200 KB each. */
const signersMax = 128
/** Good signatures before a signer's key is prepared, which costs as much as eight checks. */
const signaturesBeforePreparing = 8
const windowBits = 5

/**
 * Checks signatures of externally owned accounts over digests. A signature tells the key that made it, at the price of finding it; a
 * signer who comes again is checked against the key of before, whose multiples are prepared: a third of the time.
 * Both ways come to the same verdict. As on chain (OpenZeppelin's ECDSA), of the two signatures that each signature can be turned into
 * the one with the low `s` alone is one.
 */
export class SecpSigners {
  readonly #known = new LRUCache<Address, { key: Point; signatures: number }>({ max: signersMax })

  /**
   * @param signer - 20 bytes, lower case.
   * @param signature - `r`, `s` and `v`, of which 0, 1, 27 and 28 are known; anything else is nobody's.
   */
  isBy(signer: Address, digest: Hex, signature: Hex): boolean {
    const parts = partsOf(signature)
    if (!parts) return false
    const known = this.#known.get(signer)
    const key = known?.key ?? keyBehind(digest, parts)
    if (!key) return false
    if (!known && addressOf(key) !== signer) return false
    if (known && !isBy(key, digest, parts)) return false
    this.#count(signer, key, (known?.signatures ?? 0) + 1)
    return true
  }

  #count(signer: Address, key: Point, signatures: number): void {
    if (signatures === signaturesBeforePreparing) key.precompute(windowBits, false)
    if (signatures <= signaturesBeforePreparing) this.#known.set(signer, { key, signatures })
  }
}

interface Parts {
  r: bigint
  s: bigint
  /** Whether the point behind `r` has an odd y. */
  odd: boolean
}

function partsOf(signature: Hex): Parts | undefined {
  if (!/^0x[0-9a-f]{128}(00|01|1b|1c)$/i.test(signature)) return undefined
  const r = BigInt(signature.slice(0, 66))
  const s = BigInt(`0x${signature.slice(66, 130)}`)
  const isInRange = r > 0n && r < scalars.ORDER && s > 0n && s <= scalars.ORDER >> 1n
  return isInRange ? { r, s, odd: ['01', '1c'].includes(signature.slice(130).toLowerCase()) } : undefined
}

/** The key that would have made the signature; undefined when there is none. */
function keyBehind(digest: Hex, { r, s, odd }: Parts): Point | undefined {
  try {
    return new Signature(r, s, odd ? 1 : 0).recoverPublicKey(hexToBytes(digest))
  } catch {
    return undefined
  }
}

/** SEC 1, 4.1.4, and that `v` tells the very point: recovery would have led to this key. */
function isBy(key: Point, digest: Hex, { r, s, odd }: Parts): boolean {
  const inverse = scalars.inv(s)
  const point = Point.BASE.multiplyUnsafe(scalars.mul(scalars.create(BigInt(digest)), inverse)).add(
    key.multiplyUnsafe(scalars.mul(r, inverse)),
  )
  if (point.is0()) return false
  const { x, y } = point.toAffine()
  return x === r && (y & 1n) === (odd ? 1n : 0n)
}

const addressOf = (key: Point): Address => `0x${keccak256(key.toBytes(false).subarray(1)).slice(-40)}`
