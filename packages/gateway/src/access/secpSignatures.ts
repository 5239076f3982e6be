import { recover, type RecoveryIdType } from 'tiny-secp256k1'
import { hexToBytes, type Address, type Hex } from 'viem'
import { keccak256 } from './keccak.ts'

/** Half the order of secp256k1 (SEC 2, 2.4.1). */
const lowSMax = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

/**
 * Whether an externally owned account signed a digest. As on chain (OpenZeppelin's ECDSA), of the two signatures that each signature can
 * be turned into the one with the low `s` alone is one. The key is found by Bitcoin Core's library, as WebAssembly.
 *
 * @param signer - 20 bytes, lower case.
 * @param signature - `r`, `s` and `v`, of which 0, 1, 27 and 28 are known; anything else is nobody's.
 */
export function isSignedBy(signer: Address, digest: Hex, signature: Hex): boolean {
  if (!/^0x[0-9a-f]{128}(00|01|1b|1c)$/i.test(signature)) return false
  if (BigInt(`0x${signature.slice(66, 130)}`) > lowSMax) return false
  const bytes = hexToBytes(signature)
  const parity = (bytes[64]! % 27) as RecoveryIdType
  const key = keyBehind(hexToBytes(digest), bytes.subarray(0, 64), parity)
  return key !== null && `0x${keccak256(key.subarray(1)).slice(-40)}` === signer
}

/** SEC 1, 4.1.6, uncompressed; null when there is none. */
function keyBehind(digest: Uint8Array, signature: Uint8Array, parity: RecoveryIdType): Uint8Array | null {
  try {
    return recover(digest, signature, parity, false)
  } catch {
    // A number that is out of range.
    return null
  }
}
