import { VaultError, type RefusedShare } from './errors.ts'
import { decodeHex, encodeHex, type Hex, type Hex32 } from './hex.ts'
import { hpkeOpen, hpkeOverheadBytes, hpkeSeal } from './hpke.ts'
import { labels } from './labels.ts'
import { platformRandom, type RandomBytes } from './random.ts'
import { assertShare, combineShares, shareBytes, splitSecret } from './secretSharing.ts'
import { shareSetHashOf, type ShareSet } from './shareSet.ts'

/** Size of a share sealed to somebody. */
export const sealedShareBytes = hpkeOverheadBytes + shareBytes
/** More than these are not looked at: opening each costs a decapsulation. */
export const releasedSharesMax = 64

/** Who is to hold a share. `recipient`: X-Wing, 1,216 bytes, whose hash the caller compared with the chain. */
export interface ShareRecipient {
  account: Hex
  recipient: Uint8Array
}

/** A share that somebody opened and sealed again to whoever collects them. */
export interface ReleasedShare {
  /** Place among those that were given, from 0. */
  position: number
  index: number
  box: Hex
}

/**
 * Splits a secret and seals a share to each holder (S4).
 *
 * @returns `boxes` in the order of `holders`.
 * @throws VaultError `argument-invalid`, `recipient-refused`.
 */
export async function sealShares(args: {
  secret: Uint8Array
  holders: readonly ShareRecipient[]
  threshold: number
  purpose: string
  random?: RandomBytes
}): Promise<{ set: ShareSet; setHash: Hex32; boxes: Hex[] }> {
  const random = args.random ?? platformRandom
  const accounts = Array.isArray(args.holders) ? args.holders.map((holder) => holder?.account) : []
  const { set, shares } = await splitSecret({ ...args, holders: accounts, random })
  const setHash = shareSetHashOf(set, args.purpose)
  const boxes: Hex[] = []
  for (const [place, { recipient }] of args.holders.entries()) {
    const info = labels.sealedShare(args.purpose, set, place + 1, setHash)
    boxes.push(encodeHex(await hpkeSeal({ plaintext: shares[place]!, recipient, info, random })))
    shares[place]!.fill(0)
  }
  return { set, setHash, boxes }
}

/**
 * Opens one's own share and compares it with the commitment, so that a bad share is found the day it comes and not the day
 * it is needed.
 *
 * @throws VaultError `share-refused`, `wrap-not-for-reader` (another key, or sealed for another set, place or purpose),
 * `wrap-malformed`, `argument-invalid`.
 */
export async function openShare(args: {
  set: ShareSet
  purpose: string
  index: number
  box: Hex
  seed: Uint8Array
}): Promise<Uint8Array> {
  const { set, purpose, index, box, seed } = args
  if (!set.holders[index - 1]) throw new VaultError('share-refused', { index, reason: 'unknown-index' })
  const info = labels.sealedShare(purpose, set, index, shareSetHashOf(set, purpose))
  const share = await hpkeOpen({ wrap: decodeHex(box, 'box', sealedShareBytes), seed, info })
  assertShare(set, purpose, index, share)
  return share
}

/**
 * Opens what holders released and makes the secret of it. One bad share among enough good ones harms nothing; it is named.
 * The first good one for each index counts.
 *
 * @param args.infoOf - the `info` under which a share of this index was released.
 * @param args.refused - what was refused before: those found here are added.
 * @throws VaultError `shares-too-few` with all that were refused; `shares-inconsistent`, `platform-unavailable`.
 */
export async function openReleasedShares(args: {
  set: ShareSet
  purpose: string
  seed: Uint8Array
  released: readonly ReleasedShare[]
  infoOf: (index: number) => string
  refused: RefusedShare[]
}): Promise<Uint8Array> {
  const { set, purpose, seed, refused } = args
  const shares = new Map<number, Uint8Array>()
  for (const { position, index, box } of args.released) {
    if (shares.has(index)) continue
    try {
      if (!set.holders[index - 1]) throw new VaultError('share-refused', { index, reason: 'unknown-index' })
      const wrap = decodeHex(box, 'box', sealedShareBytes)
      const share = await hpkeOpen({ wrap, seed, info: args.infoOf(index) })
      assertShare(set, purpose, index, share)
      shares.set(index, share)
    } catch (error) {
      if (!(error instanceof VaultError) || error.kind === 'platform' || error.kind === 'caller') throw error
      const reason =
        error.code === 'share-refused' ? (error as VaultError<'share-refused'>).data.reason : 'not-opened'
      refused.push({ position, index, reason })
    }
  }
  if (shares.size < set.threshold) {
    throw new VaultError('shares-too-few', { needed: set.threshold, valid: shares.size, refused })
  }
  const secret = await combineShares(set, purpose, shares)
  for (const share of shares.values()) share.fill(0)
  return secret
}

/** @throws VaultError `argument-invalid`: no list, or more than {@link releasedSharesMax}. */
export function assertReleases(releases: unknown): asserts releases is unknown[] {
  if (!Array.isArray(releases) || releases.length > releasedSharesMax) {
    throw new VaultError('argument-invalid', {
      argument: 'releases',
      expected: `a list of at most ${releasedSharesMax}`,
    })
  }
}
