import { hashMessage, type TypedMessage } from '@hre/protocol'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bytesToHex, hashMessage as hashText, hexToBytes, isHex, type Address, type Hex } from 'viem'
import { VaultError } from './errors.ts'
import { countNonces, type Identity } from './identity.ts'
import { addressOf } from './keyring.ts'

/**
 * A person's wallet (EIP-1193), wherever it is. It shows what it is asked to sign, and may answer whatever it likes: nothing
 * of it is used before it was checked.
 */
export interface Wallet {
  /** Address of the key that it signs with, 20 bytes, lower case: the account's signer (O1). */
  address: Hex
  /** EIP-712, `eth_signTypedData_v4`. */
  signTypedData(message: TypedMessage): Promise<Hex>
  /** EIP-191, `personal_sign`. */
  signText(text: string): Promise<Hex>
}

/**
 * Somebody whose account is signed for by a wallet. The keys that open records are no part of it.
 *
 * @throws VaultError `wallet-signature-refused` from `sign`: the answer is no signature by the wallet's own address.
 */
export function identityOfWallet(account: Address, wallet: Wallet): Identity {
  const { address } = wallet
  return {
    account,
    signer: address,
    sign: async (message) => checked(await wallet.signTypedData(message), hashMessage(message), address),
    nextNonce: countNonces(),
  }
}

/** The wallet's signature over a text, such as a message to sign in by (EIP-4361). @throws as `identityOfWallet`. */
export const textSignedBy = async (wallet: Wallet, text: string): Promise<Hex> =>
  checked(await wallet.signText(text), hashText(text), wallet.address)

const signatureBytes = 65

/** In the form that contracts take: the low s, and v of 27 or 28, where some wallets say 0 or 1. */
function checked(answer: unknown, digest: Hex, address: Hex): Hex {
  try {
    if (!isHex(answer)) throw new TypeError('not in hexadecimal')
    const bytes = hexToBytes(answer)
    if (bytes.length !== signatureBytes) throw new TypeError('not 65 bytes')
    const v = bytes[64]! < 27 ? bytes[64]! + 27 : bytes[64]!
    const signature = secp256k1.Signature.fromBytes(
      Uint8Array.of(v - 27, ...bytes.subarray(0, 64)),
      'recovered',
    )
    if (signature.hasHighS()) throw new TypeError('s is not the low one')
    const by = addressOf(signature.recoverPublicKey(hexToBytes(digest)).toBytes(false))
    if (by === address) return bytesToHex(Uint8Array.of(...bytes.subarray(0, 64), v))
  } catch (cause) {
    throw new VaultError('wallet-signature-refused', { expected: address }, cause)
  }
  throw new VaultError('wallet-signature-refused', { expected: address })
}
