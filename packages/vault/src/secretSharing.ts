import { sha256 } from '@noble/hashes/sha2.js'
import { combine, split } from 'shamir-secret-sharing'
import { VaultError } from './errors.ts'
import { assertBytes, concatBytes, encodeHex, lowerHex, utf8, type Hex, type Hex32 } from './hex.ts'
import { primitives } from './primitives.ts'
import { platformRandom, type RandomBytes } from './random.ts'
import { shareHoldersMax, shareThresholdMin, type ShareSet } from './shareSet.ts'

const secretBytes = 32
const saltBytes = 32
/** Size of a share: a byte for each of secret and salt, and its place on the polynomial. */
export const shareBytes = secretBytes + saltBytes + 1

/**
 * Splits 32 bytes so that `threshold` of the shares make them again and fewer tell nothing (S1, S2).
 *
 * A random salt is split with the secret. It keeps the published hashes from being a test for guesses: whoever holds fewer
 * shares than it takes finds a salt, and with it every other share, for any secret.
 *
 * @param args.purpose - what it is for, where and for whom: part of every hash.
 * @returns the shares in the order of `holders`. Secret: seal each to its holder.
 * @throws VaultError `argument-invalid`.
 */
export async function splitSecret(args: {
  secret: Uint8Array
  holders: readonly Hex[]
  threshold: number
  purpose: string
  random?: RandomBytes
}): Promise<{ set: ShareSet; shares: Uint8Array[] }> {
  const { secret, threshold, purpose } = args
  assertBytes(secret, 'secret', secretBytes)
  const accounts = assertHolders(args.holders, threshold)
  const salt = (args.random ?? platformRandom)(saltBytes)
  const shares = await split(concatBytes(secret, salt), accounts.length, threshold)
  const holders = accounts.map((account, place) => ({
    account,
    shareHash: shareHashOf(shares[place]!, purpose, place + 1),
  }))
  return { set: { suite: 1, threshold, holders, secretHash: secretHashOf(secret, salt, purpose) }, shares }
}

/**
 * Refuses a share that is not the one that was dealt for this index.
 *
 * @throws VaultError `share-refused` with its index.
 */
export function assertShare(set: ShareSet, purpose: string, index: number, share: Uint8Array): void {
  const holder = set.holders[index - 1]
  if (!holder) throw new VaultError('share-refused', { index, reason: 'unknown-index' })
  if (share.length !== shareBytes || shareHashOf(share, purpose, index) !== holder.shareHash) {
    throw new VaultError('share-refused', { index, reason: 'altered' })
  }
}

/**
 * The secret of enough shares, each of them checked already.
 *
 * @param shares - by index.
 * @returns 32 bytes.
 * @throws VaultError `shares-inconsistent`: whoever dealt them made hashes and shares that do not belong together.
 */
export async function combineShares(
  set: ShareSet,
  purpose: string,
  shares: ReadonlyMap<number, Uint8Array>,
): Promise<Uint8Array> {
  const enough = [...shares.values()].slice(0, set.threshold)
  let dealt: Uint8Array
  try {
    dealt = await combine(enough)
  } catch (cause) {
    throw new VaultError('shares-inconsistent', {}, cause)
  }
  const secret = dealt.slice(0, secretBytes)
  const expected = secretHashOf(secret, dealt.subarray(secretBytes), purpose)
  if (expected !== set.secretHash) throw new VaultError('shares-inconsistent', {})
  return secret
}

function assertHolders(holders: readonly Hex[], threshold: number): Hex[] {
  const count = Array.isArray(holders) ? holders.length : 0
  if (count < shareThresholdMin || count > shareHoldersMax) {
    throw invalid('holders', `${shareThresholdMin} to ${shareHoldersMax} of them`)
  }
  if (!Number.isInteger(threshold) || threshold < shareThresholdMin || threshold > count) {
    throw invalid('threshold', `an integer from ${shareThresholdMin} to the number of holders`)
  }
  const accounts = holders.map((holder) => lowerHex(holder, 'holders', 20))
  if (new Set(accounts).size !== count) throw invalid('holders', 'accounts that differ')
  return accounts
}

const invalid = (argument: string, expected: string) =>
  new VaultError('argument-invalid', { argument, expected })

function shareHashOf(share: Uint8Array, purpose: string, index: number): Hex32 {
  return encodeHex(sha256(concatBytes(utf8(`${purpose}|share|${index}|`), share)))
}

function secretHashOf(secret: Uint8Array, salt: Uint8Array, purpose: string): Hex32 {
  return encodeHex(primitives().hmacSha256(salt, utf8(`${purpose}|secret|`), secret))
}
