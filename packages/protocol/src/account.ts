import { concat, keccak256, slice, stringToHex, type Address, type Hex } from 'viem'

/**
 * The account id that a first signer commits to (O2).
 *
 * @param signer - ERC-7913 bytes; 20 bytes for an EOA.
 * @returns 20 bytes, lower case. Never changes when the signer does.
 */
export function accountOfSigner(signer: Hex): Address {
  return slice(keccak256(concat([stringToHex('HRE account v1'), signer.toLowerCase() as Hex])), 12)
}
