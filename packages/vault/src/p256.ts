import { accountOfSigner, hashMessage } from '@hre/protocol'
import { bytesToHex, concatHex, encodeAbiParameters, hexToBytes } from 'viem'
import { VaultError } from './errors.ts'
import { assertBytes, concatBytes, lowerHex, type Address, type Hex } from './hex.ts'
import { countNonces, type Identity } from './identity.ts'

// Signers on P-256, the curve of smartcards and of WebAuthn: the address of a contract that checks, then the key (ERC-7913).

/**
 * An account's signer on P-256.
 *
 * @param verifier - the contract that checks: of a deployment, `verifiers.p256` for cards and `verifiers.webauthn` for WebAuthn.
 * @param publicKey - x ++ y, 64 bytes; as cards and WebAuthn give it also with the leading 0x04.
 * @returns 84 bytes (O1).
 * @throws VaultError `argument-invalid`.
 */
export function p256SignerOf(verifier: Address, publicKey: Uint8Array): Hex {
  assertBytes(publicKey, 'publicKey')
  const point = publicKey.length === 65 && publicKey[0] === 4 ? publicKey.subarray(1) : publicKey
  assertBytes(point, 'publicKey', 64)
  return concatHex([lowerHex(verifier, 'verifier', 20), bytesToHex(point)])
}

/**
 * Someone whose key is elsewhere, on a card or behind WebAuthn.
 *
 * @param args.account - default the one that commits to this signer; another once the signer of an account was replaced.
 * @param args.signDigest - makes what the signer's verifier accepts for 32 bytes.
 */
export function identityBy(args: {
  signer: Hex
  account?: Address
  signDigest: (digest: Uint8Array) => Promise<Hex>
}): Identity {
  const { signer, account = accountOfSigner(signer), signDigest } = args
  return {
    account,
    signer,
    sign: (message) => signDigest(hexToBytes(hashMessage(message))),
    nextNonce: countNonces(),
  }
}

/** Order of P-256 (SP 800-186 section 3.2.1.3). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

/**
 * The one of two signatures that a chain accepts. A card returns either; with both accepted, anybody could make a second
 * signature of every first.
 *
 * @param signature - r ++ s, 64 bytes.
 * @throws VaultError `argument-invalid`: r or s is not between 1 and the order of the curve.
 */
export function lowS(signature: Uint8Array): Uint8Array {
  assertBytes(signature, 'signature', 64)
  const [r, s] = [signature.subarray(0, 32), signature.subarray(32)].map((part) => BigInt(bytesToHex(part)))
  if (r === 0n || s === 0n || r! >= order || s! >= order) refuse()
  const low = s! > order / 2n ? order - s! : s!
  return concatBytes(signature.subarray(0, 32), integerBytes(low))
}

/** What a WebAuthn authenticator answered: `AuthenticatorAssertionResponse`, as bytes. */
export interface WebAuthnAssertion {
  authenticatorData: Uint8Array
  clientDataJSON: Uint8Array
  /** DER, as WebAuthn has it. */
  signature: Uint8Array
}

/**
 * A WebAuthn assertion in the form that `ERC7913WebAuthnVerifier` takes. The challenge is the digest to be signed, 32 bytes.
 * The user must have been verified: ask for it. What the contract does not see, origin and relying party, the browser keeps.
 *
 * @throws VaultError `argument-invalid`: no assertion, or no signature on P-256.
 * @see OpenZeppelin 5.7, utils/cryptography/WebAuthn.sol
 */
export function webauthnSignatureOf({
  authenticatorData,
  clientDataJSON,
  signature,
}: WebAuthnAssertion): Hex {
  for (const bytes of [authenticatorData, clientDataJSON, signature]) assertBytes(bytes, 'assertion')
  const json = new TextDecoder().decode(clientDataJSON)
  const [typeIndex, challengeIndex] = ['"type":"webauthn.get"', '"challenge":"'].map((part) =>
    // Before the first of these there is only ASCII, so places in the text are places in the bytes.
    json.indexOf(part),
  )
  if (typeIndex! < 0 || challengeIndex! < 0) refuse('the client data of an assertion')
  const rs = lowS(p256SignatureOf(signature))
  return encodeAbiParameters(
    [
      { type: 'bytes32' },
      { type: 'bytes32' },
      { type: 'uint256' },
      { type: 'uint256' },
      { type: 'bytes' },
      { type: 'string' },
    ],
    [
      bytesToHex(rs.subarray(0, 32)),
      bytesToHex(rs.subarray(32)),
      BigInt(challengeIndex!),
      BigInt(typeIndex!),
      bytesToHex(authenticatorData),
      json,
    ],
  )
}

/** r ++ s of a DER signature: a sequence of two positive integers, and nothing else (X.690, section 8). */
function p256SignatureOf(der: Uint8Array): Uint8Array {
  let at = 2
  if (der[0] !== 0x30 || der[1] !== der.length - 2) refuse()
  const parts = [0, 1].map(() => {
    const sizeBytes = der[at + 1] ?? 0
    const content = der.subarray(at + 2, at + 2 + sizeBytes)
    if (der[at] !== 0x02 || sizeBytes === 0 || content.length !== sizeBytes || content[0]! >= 0x80) refuse()
    at += 2 + sizeBytes
    const digits = content[0] === 0 ? content.subarray(1) : content
    if (digits.length > 32) refuse()
    return concatBytes(new Uint8Array(32 - digits.length), digits)
  })
  if (at !== der.length) refuse()
  return concatBytes(...parts)
}

const integerBytes = (value: bigint) => hexToBytes(`0x${value.toString(16).padStart(64, '0')}`)

function refuse(expected = 'a signature on P-256'): never {
  throw new VaultError('argument-invalid', { argument: 'signature', expected })
}
