import { sha256 } from '@noble/hashes/sha2.js'
import { fieldsOf } from './fields.ts'
import { encodeHex, utf8, type Address, type Hex32 } from './hex.ts'

/**
 * What is published about one secret's shares: who holds them, how many it takes, and commitments by which a bad share is
 * found out. It tells nothing about the secret (S3).
 */
export interface ShareSet {
  suite: 1
  /** How many shares open it: 2 to their number. */
  threshold: number
  /** One share each; a share's index is its holder's place, from 1. */
  holders: ShareHolder[]
  secretHash: Hex32
}

export interface ShareHolder {
  account: Address
  shareHash: Hex32
}

/** With a threshold of one every holder alone has the secret: that is a wrap, not a share. */
export const shareThresholdMin = 2
/** As many as the Directory takes guardians (D16) and the Emergency contract trustees. */
export const shareHoldersMax = 9

/**
 * Checks the form and returns a copy with these members only.
 *
 * @throws VaultError `message-refused` with `data.field`.
 */
export function parseShareSet(value: unknown): ShareSet {
  const set = fieldsOf('share set', value)
  set.integer('suite', 1, 1)
  const holders = set.list('holders', shareThresholdMin, shareHoldersMax).map((holder) => {
    const fields = fieldsOf('share set', holder)
    return { account: fields.hex('account', 20), shareHash: fields.hex('shareHash', 32) }
  })
  const accounts = new Set(holders.map(({ account }) => account))
  set.demand(accounts.size === holders.length, 'holders', 'accounts that differ')
  return {
    suite: 1,
    threshold: set.integer('threshold', shareThresholdMin, holders.length),
    holders,
    secretHash: set.hex('secretHash', 32),
  }
}

/**
 * The commitment to a whole set (S3): SHA-256 over its purpose, threshold, holders and hashes.
 *
 * @param purpose - `labels.guardians(..)` or `labels.emergencyShares(..)`.
 * @throws VaultError `message-refused`.
 */
export function shareSetHashOf(set: ShareSet, purpose: string): Hex32 {
  const { threshold, holders, secretHash } = parseShareSet(set)
  const named = holders.map(({ account, shareHash }) => `|${account}|${shareHash}`).join('')
  return encodeHex(sha256(utf8(`${purpose}|set|${threshold}|${holders.length}${named}|${secretHash}`)))
}
