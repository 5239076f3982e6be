import { bytesToHex, concatHex, encodeAbiParameters, type Hex } from 'viem'
import { VaultError } from './errors.ts'
import { assertBytes, lowerHex, type Address } from './hex.ts'

/** An RSA public key, both numbers big-endian without leading zeros. */
export interface RsaPublicKey {
  exponent: Uint8Array
  modulus: Uint8Array
}

/** The contract takes no key below 2,048 bits; one of 4,096 still fits a signer's 1,024 bytes (O1). */
const modulusBytes = { min: 256, max: 512 }

/**
 * An account's signer with an RSA key, as older cards and HSMs hold them. What such a signer signs of a digest is PKCS #1 v1.5 with
 * SHA-256 over the digest's 32 bytes (RFC 8017 section 8.2): what every card can, and one signature alone fits.
 *
 * @param verifier - the contract that checks: of a deployment, `verifiers.rsa`.
 * @param key - 2,048 to 4,096 bits; the exponent odd and at least 65,537 (SP 800-56B section 6.4), at most 8 bytes. One spelling of
 * each number only: another would be another account.
 * @returns the verifier's address and the ABI-encoded exponent and modulus (O1).
 * @throws VaultError `argument-invalid`.
 */
export function rsaSignerOf(verifier: Address, { exponent, modulus }: RsaPublicKey): Hex {
  assertNumber(exponent, 'exponent', { min: 3, max: 8 }, 'an odd number of at least 65537')
  assertNumber(modulus, 'modulus', modulusBytes, 'an odd number of 2048 to 4096 bits')
  if (modulus.length === modulusBytes.min && modulus[0]! < 0x80) refuse('modulus', '2048 bits or more')
  const key = encodeAbiParameters(
    [{ type: 'bytes' }, { type: 'bytes' }],
    [bytesToHex(exponent), bytesToHex(modulus)],
  )
  return concatHex([lowerHex(verifier, 'verifier', 20), key])
}

/** An odd number without leading zeros; the smallest of three bytes is 65,537. */
function assertNumber(
  bytes: Uint8Array,
  argument: string,
  { min, max }: { min: number; max: number },
  expected: string,
): void {
  assertBytes(bytes, argument)
  const { length } = bytes
  if (length < min || length > max || bytes[0] === 0 || bytes[length - 1]! % 2 === 0)
    refuse(argument, expected)
}

function refuse(argument: string, expected: string): never {
  throw new VaultError('argument-invalid', { argument, expected })
}
