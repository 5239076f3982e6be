import {
  hashMessage,
  limits,
  operationTypedData,
  type Call,
  type Deployment,
  type Operation,
  type SignedOperation,
  type TypedMessage,
} from '@hre/protocol'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bytesToHex, hexToBytes, type Address, type Hex } from 'viem'
import { VaultError } from './errors.ts'
import type { Keyring } from './keyring.ts'

/** Someone who can sign: a keyring today, a passkey, a card or a wallet by the same two members. */
export interface Identity {
  account: Address
  /** ERC-7913 bytes of the present signer (O1). */
  signer: Hex
  /** EIP-712 signature over any of the exchange's messages. */
  sign(message: TypedMessage): Promise<Hex>
  /** A nonce that this account has not used (O4). */
  nextNonce(): Hex
}

/** @throws VaultError `locked` from `sign` once the keyring has forgotten. */
export function identityOf(keyring: Pick<Keyring, 'account' | 'signer' | 'signingKey'>): Identity {
  return {
    account: keyring.account,
    signer: keyring.signer,
    async sign(message) {
      // Zero is no key: the keyring has forgotten it.
      if (keyring.signingKey.every((byte) => byte === 0)) throw new VaultError('locked', {})
      return signatureOf(hashMessage(message), keyring.signingKey)
    },
    nextNonce: countNonces(),
  }
}

/** r, s and v of 27 or 28, by RFC 6979 and with the low s: what ECDSA libraries of Ethereum make and its contracts accept. */
function signatureOf(digest: Hex, signingKey: Uint8Array): Hex {
  const [recovery, ...rs] = secp256k1.sign(hexToBytes(digest), signingKey, {
    prehash: false,
    format: 'recovered',
  })
  return bytesToHex(Uint8Array.of(...rs, 27 + recovery!))
}

const noncesPerWord = 256

/**
 * Nonces that share a word of the Intake's bitmap, so that all but the first cost 5,000 gas rather than 22,100. Words are
 * random: two devices of one account, or two starts of one, never meet.
 *
 * @param random - 32 bytes as hexadecimal.
 */
export function countNonces(random: () => Hex = randomBytes32): () => Hex {
  let word: Hex | undefined
  let used = 0
  return () => {
    if (word === undefined || used === noncesPerWord) {
      word = random().slice(0, -2) as Hex
      used = 0
    }
    return `${word}${(used++).toString(16).padStart(2, '0')}`
  }
}

/** 32 random bytes as hexadecimal: record ids, salts. */
export const randomBytes32 = (): Hex => bytesToHex(crypto.getRandomValues(new Uint8Array(32)))

/**
 * A call made into an operation that only this account could have signed (O3).
 *
 * @param options.now - Unix seconds; default the clock.
 */
export async function signCall(
  identity: Identity,
  deployment: Deployment,
  call: Call,
  options: { now?: number } = {},
): Promise<SignedOperation> {
  const now = options.now ?? Math.floor(Date.now() / 1000)
  const operation: Operation = {
    account: identity.account,
    target: call.target,
    data: call.data,
    nonce: identity.nextNonce(),
    deadline: now + limits.operationDeadlineSecondsDefault,
    gasLimit: call.gasLimit,
  }
  return {
    operation,
    signer: identity.signer,
    signature: await identity.sign(operationTypedData(deployment, operation)),
  }
}
