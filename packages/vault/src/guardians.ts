import { VaultError } from './errors.ts'
import { fieldsOf } from './fields.ts'
import { parseGuardianContext } from './guardianContext.ts'
import { lowerHex, type Address, type Hex } from './hex.ts'
import { labels, type GuardianContext } from './labels.ts'
import { platformRandom, type RandomBytes } from './random.ts'
import { openShare, sealedShareBytes, sealShares, type ShareRecipient } from './sealedShare.ts'
import { parseShareSet, type ShareSet } from './shareSet.ts'
import type { UnlockSecret } from './unlockWay.ts'

/** What one guardian keeps: useless to anybody else, and to too few of them together. */
export interface GuardianShare {
  suite: 1
  context: GuardianContext
  set: ShareSet
  /** This guardian's place in the set, from 1. */
  index: number
  /** The share, sealed to the guardian's recipient. */
  box: Hex
}

/**
 * Makes a way to unlock that takes `threshold` of these guardians (K7). What is split is a fresh random secret and not the
 * root seed: guardians who conspire have nothing without the unlock document, and another set of guardians needs no other seed.
 *
 * Give `secret` to `addUnlockWay` (or `replaceUnlockWay`: the old shares then open nothing) and send each guardian its
 * share; name the same accounts in the Directory, in the same order.
 *
 * @param args.guardians - 2 to 9 different accounts, with recipients whose hash was compared with the chain.
 * @param args.threshold - 2 to their number.
 * @throws VaultError `argument-invalid`, `recipient-refused`.
 * @see spec/keyring.md K7; vectors/guardians/
 */
export async function splitForGuardians(args: {
  context: GuardianContext
  guardians: readonly ShareRecipient[]
  threshold: number
  random?: RandomBytes
}): Promise<{ secret: UnlockSecret & { kind: 'guardians' }; shares: GuardianShare[] }> {
  const { guardians, threshold, random = platformRandom } = args
  const context = spelled(args.context)
  const isOneself = (guardian: ShareRecipient) =>
    lowerHex(guardian?.account, 'guardians', 20) === context.account
  if (Array.isArray(guardians) && guardians.some(isOneself)) {
    throw new VaultError('argument-invalid', {
      argument: 'guardians',
      expected: 'others than the account itself',
    })
  }
  const secret = random(32)
  const { set, boxes } = await sealShares({
    secret,
    holders: guardians,
    threshold,
    purpose: labels.guardians(context),
    random,
  })
  return {
    secret: { kind: 'guardians', context, set, secret },
    shares: boxes.map((box, place) => ({ suite: 1, context, set, index: place + 1, box })),
  }
}

/**
 * Opens a guardian's own share. Call it when the share comes, and tell the owner when it throws.
 *
 * @returns the share. Secret; fill it with zeros.
 * @throws VaultError `message-refused`, `share-refused`, `wrap-not-for-reader`, `argument-invalid`.
 */
export async function openGuardianShare(share: GuardianShare, guardianSeed: Uint8Array): Promise<Uint8Array> {
  const { context, ...parsed } = parseGuardianShare(share)
  return openShare({ ...parsed, purpose: labels.guardians(context), seed: guardianSeed })
}

/** Checks the form and returns a copy with these members only. @throws VaultError `message-refused`. */
export function parseGuardianShare(value: unknown): GuardianShare {
  const share = fieldsOf('guardian share', value)
  share.integer('suite', 1, 1)
  const set = parseShareSet(share.any('set'))
  return {
    suite: 1,
    context: parseGuardianContext(fieldsOf('guardian share', share.any('context'))),
    set,
    index: share.integer('index', 1, set.holders.length),
    box: share.hex('box', sealedShareBytes),
  }
}

/** The one spelling that messages have. */
function spelled({ chainId, directory, account, term }: GuardianContext): GuardianContext {
  const lower = (hex: Hex, argument: string): Address => lowerHex(hex, argument, 20)
  return { chainId, directory: lower(directory, 'directory'), account: lower(account, 'account'), term }
}
