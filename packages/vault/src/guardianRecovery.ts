import { VaultError, type RecoveryRequestReason, type RefusedShare } from './errors.ts'
import { fieldsOf } from './fields.ts'
import { decodeHex, encodeHex, type Hex, type Hex32 } from './hex.ts'
import { hpkeSeal } from './hpke.ts'
import { openGuardianShare, parseGuardianShare, type GuardianShare } from './guardians.ts'
import { openKeyring } from './keyring.ts'
import { labels, type GuardianPlace } from './labels.ts'
import { platformRandom, type RandomBytes } from './random.ts'
import { recipientBytes } from './recipient.ts'
import { parseRecoveryRequest, recoveryRequestHashOf, type RecoveryRequest } from './recoveryRequest.ts'
import { assertReleases, openReleasedShares, sealedShareBytes, type ReleasedShare } from './sealedShare.ts'
import { shareHoldersMax, shareSetHashOf } from './shareSet.ts'
import { parseGuardianWay } from './unlockForm.ts'
import { openWay, type UnlockWay } from './unlockWay.ts'

/** One guardian's share, sealed to the new device. */
export interface RecoveryApproval {
  suite: 1
  /** Hash of the request that it answers. */
  request: Hex32
  /** The guardian's place in the set, from 1. */
  index: number
  box: Hex
}

/**
 * The guardian's part: opens the own share and seals it to the new device, for this request alone (K8). First compare
 * `recoveryWordsOf(request)` with what the owner reads out; then also approve `recoveryOf(request)` on chain.
 *
 * @param args.guardianSeed - secret seed of the guardian's recipient, 32 bytes.
 * @throws VaultError `recovery-request-refused`: about another account, chain or Directory than the share; `share-refused`,
 * `wrap-not-for-reader`, `message-refused`, `recipient-refused`, `argument-invalid`.
 */
export async function approveRecovery(args: {
  share: GuardianShare
  guardianSeed: Uint8Array
  request: RecoveryRequest
  random?: RandomBytes
}): Promise<RecoveryApproval> {
  const { context, set, index, box } = parseGuardianShare(args.share)
  const request = parseRecoveryRequest(args.request)
  assertSamePlace(request, context)
  const share = await openGuardianShare({ suite: 1, context, set, index, box }, args.guardianSeed)
  const purpose = labels.guardians(context)
  const hash = recoveryRequestHashOf(request)
  const resealed = await hpkeSeal({
    plaintext: share,
    recipient: decodeHex(request.recipient, 'recipient', recipientBytes),
    info: labels.recoveryShare(purpose, set, index, shareSetHashOf(set, purpose), hash),
    random: args.random ?? platformRandom,
  })
  share.fill(0)
  return { suite: 1, request: hash, index, box: encodeHex(resealed) }
}

/**
 * The new device's part: opens what guardians sent, checks each share against the commitment, and unlocks with enough of
 * them (K8). Bad ones are passed over and named.
 *
 * @param args.rootSeed - the fresh one that made the request.
 * @param args.way - the guardians' way of the unlock document.
 * @param args.approvals - at most 64, in any order, twice or of strangers.
 * @returns the root seed of before, and which approvals were refused.
 * @throws VaultError `shares-too-few` with all that were refused; `recovery-request-refused`, `shares-inconsistent`,
 * `keystore-refused`, `keystore-not-opened`, `message-refused`, `argument-invalid`.
 */
export async function completeRecovery(args: {
  request: RecoveryRequest
  rootSeed: Uint8Array
  way: UnlockWay
  approvals: readonly RecoveryApproval[]
}): Promise<{ rootSeed: Uint8Array; refused: RefusedShare[] }> {
  const { approvals } = args
  const request = parseRecoveryRequest(args.request)
  const way = parseGuardianWay(args.way)
  assertReleases(approvals)
  assertSamePlace(request, way.context)
  const { recipient, recipientSeed } = openKeyring(args.rootSeed)
  if (encodeHex(recipient) !== request.recipient) throw refusal('other-keys')
  const purpose = labels.guardians(way.context)
  const setHash = shareSetHashOf(way.set, purpose)
  const hash = recoveryRequestHashOf(request)
  const refused: RefusedShare[] = []
  const secret = await openReleasedShares({
    set: way.set,
    purpose,
    seed: recipientSeed,
    released: readApprovals(approvals, hash, refused),
    infoOf: (index) => labels.recoveryShare(purpose, way.set, index, setHash, hash),
    refused,
  })
  const rootSeed = await openWay(way, { kind: 'guardians', context: way.context, set: way.set, secret })
  secret.fill(0)
  if (!rootSeed) throw new VaultError('keystore-not-opened', {})
  return { rootSeed, refused }
}

/** Checks the form and returns a copy with these members only. @throws VaultError `message-refused`. */
export function parseRecoveryApproval(value: unknown): RecoveryApproval {
  const approval = fieldsOf('recovery approval', value)
  return {
    suite: approval.integer('suite', 1, 1) as 1,
    request: approval.hex('request', 32),
    index: approval.integer('index', 1, shareHoldersMax),
    box: approval.hex('box', sealedShareBytes),
  }
}

/** Those that answer this request; of the others one line each in `refused`. */
function readApprovals(
  approvals: readonly unknown[],
  request: Hex32,
  refused: RefusedShare[],
): ReleasedShare[] {
  return approvals.flatMap((value, position) => {
    try {
      const { request: answered, index, box } = parseRecoveryApproval(value)
      if (answered === request) return [{ position, index, box }]
      refused.push({ position, index, reason: 'other-request' })
    } catch {
      refused.push({ position, index: 0, reason: 'malformed' })
    }
    return []
  })
}

function assertSamePlace(request: GuardianPlace, context: GuardianPlace): void {
  if (request.chainId !== context.chainId) throw refusal('other-chain')
  if (request.directory !== context.directory) throw refusal('other-directory')
  if (request.account !== context.account) throw refusal('other-account')
}

const refusal = (reason: RecoveryRequestReason) => new VaultError('recovery-request-refused', { reason })
