import { accountOfSigner as protocolAccountOfSigner } from '@hre/protocol'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { normalizeCompartmentName } from './compartmentName.ts'
import { VaultError } from './errors.ts'
import { assertBytes, encodeHex, lowerHex, type Address, type Hex, type Hex32 } from './hex.ts'
import { derive, labels } from './labels.ts'
import { platformRandom, type RandomBytes } from './random.ts'
import { recipientOf } from './recipient.ts'

/** Everything a person owns, derived from one root seed (E10). */
export interface Keyring {
  /** secp256k1 private key, 32 bytes. Secret. */
  readonly signingKey: Uint8Array
  /** Address of the signing key, 20 bytes, lower case. */
  readonly signer: Hex
  /** The account that commits to this signer (O2). */
  readonly account: Address
  /** X-Wing secret seed, 32 bytes. Secret. */
  readonly recipientSeed: Uint8Array
  /** X-Wing public key, 1,216 bytes: what others wrap to. */
  readonly recipient: Uint8Array
  /** The opaque id under which the chain knows a compartment. Names are compared in Unicode NFC. */
  compartmentId(name: string): Hex32
  /** The seed of an epoch (1 and up) of one's own compartment, 32 bytes. Secret. */
  epochSeed(compartmentId: Hex32, epoch: number): Uint8Array
  /** What opens the keys of an account that this person made for somebody they look after, 32 bytes (K13). Secret. */
  wardSecret(account: Address): Uint8Array
  /** Overwrites every secret of it with zeros (K5). Public members stay; whatever needs a secret is refused as `locked`. */
  forget(): void
}

/** 32 fresh random bytes. Whoever holds them is the person: store them only sealed (E11). */
export function createRootSeed(random: RandomBytes = platformRandom): Uint8Array {
  return random(32)
}

/**
 * Derives a person's keys. The same root seed gives the same keys for ever, on every device.
 *
 * @param rootSeed - 32 bytes. Copied; the keyring keeps the copy.
 * @throws VaultError `argument-invalid`; the keyring's own members `locked` once it has forgotten.
 * @see spec/envelope.md E10; vectors/envelope/keyring.json
 */
export function openKeyring(rootSeed: Uint8Array): Keyring {
  assertBytes(rootSeed, 'rootSeed', 32)
  const root = Uint8Array.from(rootSeed)
  const signingKey = signingKeyOf(root)
  const signer = signerOf(signingKey)
  const recipientSeed = derive(root, labels.recipient())
  let isForgotten = false
  function deriveOwn(label: string): Uint8Array {
    // Zeros would derive as well as any seed, and everybody knows what.
    if (isForgotten) throw new VaultError('locked', {})
    return derive(root, label)
  }
  return {
    signingKey,
    signer,
    account: accountOfSigner(signer),
    recipientSeed,
    recipient: recipientOf(recipientSeed),
    compartmentId: (name) => encodeHex(deriveOwn(labels.compartmentId(normalizeCompartmentName(name)))),
    epochSeed: (compartmentId, epoch) => deriveOwn(labels.epochSeed(compartmentId, epoch)),
    wardSecret: (ward) => deriveOwn(labels.ward(ward)),
    forget() {
      isForgotten = true
      for (const secret of [root, signingKey, recipientSeed]) secret.fill(0)
    },
  }
}

/**
 * The account id that a first signer commits to (O2), for signers that nobody has looked at yet.
 *
 * @param signer - ERC-7913 bytes, 20 to 1,024 of them (O1).
 * @throws VaultError `argument-invalid`.
 */
export function accountOfSigner(signer: Hex): Address {
  const sizeBytes = typeof signer === 'string' ? Math.floor((signer.length - 2) / 2) : 0
  if (sizeBytes < 20 || sizeBytes > 1024) {
    throw new VaultError('argument-invalid', {
      argument: 'signer',
      expected: '20 to 1024 bytes in hexadecimal',
    })
  }
  return protocolAccountOfSigner(lowerHex(signer, 'signer', sizeBytes))
}

/** RFC 9380 hash_to_field for the scalar field: 48 bytes, big-endian, mod n, so that no scalar is measurably likelier. */
function signingKeyOf(root: Uint8Array): Uint8Array {
  const wide = derive(root, labels.signingKey(), 48)
  const scalar = secp256k1.Point.Fn.create(bytesToNumberBE(wide))
  if (scalar === 0n)
    throw new VaultError('argument-invalid', { argument: 'rootSeed', expected: 'another root seed' })
  return numberToBytesBE(scalar, 32)
}

const signerOf = (signingKey: Uint8Array): Hex => addressOf(secp256k1.getPublicKey(signingKey, false))

/** The address of an EOA: the last 20 bytes of the keccak-256 of the uncompressed public key, 65 bytes. */
export const addressOf = (publicKey: Uint8Array): Hex =>
  encodeHex(keccak_256(publicKey.subarray(1)).subarray(12))
