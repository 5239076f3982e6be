import { VaultError, type EmergencyReleaseReason } from './errors.ts'
import type { EmergencyShare } from './emergencyForm.ts'
import { lowerHex, type Hex, type Hex32 } from './hex.ts'
import { labels } from './labels.ts'
import { shareSetHashOf } from './shareSet.ts'

/** What a trustee read from the chain by its own node, at one block that this node holds to be final. */
export interface EmergencySeen {
  /** Number of that block. */
  finalBlock: number
  declaration: {
    id: bigint
    patient: Hex
    clinician: Hex
    /** Number of the block that holds the declaration. */
    block: number
    /** Unix seconds. */
    declaredAt: number
    /** Unix seconds, exclusive. */
    until: number
    /** Ended before its time. */
    isClosed: boolean
  }
  /** As the Directory said when the declaration was made: who takes rights away later cannot stop an emergency. */
  clinician: {
    /** A registered doctor or nurse of an active organisation (D6, D11). */
    isMember: boolean
    /** Unix seconds, exclusive; zero when nobody said so (D12). */
    licensedUntil: number
  }
  compartment: {
    /** The patient lets it be opened in an emergency. */
    isMarked: boolean
    epoch: number
    sharesHash: Hex32
  }
}

/**
 * The question that a trustee answers before it releases a share (S8). Pure: the caller brings what it saw and the time, and
 * nothing that the clinician said.
 *
 * @param args.declaration - id that the clinician asks for.
 * @param args.now - Unix seconds: the later of the trustee's clock and the final block's time.
 * @throws VaultError `emergency-release-refused` with the first reason of S8 that applies; `argument-invalid`,
 * `message-refused`.
 */
export function assertReleasable(args: {
  share: EmergencyShare
  declaration: bigint
  seen: EmergencySeen
  now: number
}): void {
  const reason = refusalOf(args)
  if (reason) throw new VaultError('emergency-release-refused', { reason })
}

function refusalOf({
  share: { context, set },
  declaration: asked,
  seen,
  now,
}: Parameters<typeof assertReleasable>[0]): EmergencyReleaseReason | undefined {
  const { finalBlock, declaration, clinician, compartment } = seen ?? {}
  if (!declaration || !clinician || !compartment) {
    throw new VaultError('argument-invalid', {
      argument: 'seen',
      expected: 'declaration, clinician and compartment',
    })
  }
  if (declaration.id !== asked) return 'other-declaration'
  if (!isInOrder(declaration.block, finalBlock)) return 'not-final'
  if (!isBefore(now, declaration.until)) return 'expired'
  if (declaration.isClosed !== false) return 'closed'
  if (lowerHex(declaration.patient, 'patient', 20) !== context.patient) return 'other-patient'
  if (clinician.isMember !== true) return 'not-member'
  if (!isBefore(declaration.declaredAt, clinician.licensedUntil)) return 'not-licensed'
  if (compartment.isMarked !== true) return 'not-marked'
  if (compartment.epoch !== context.epoch) return 'other-epoch'
  const sharesHash = lowerHex(compartment.sharesHash, 'sharesHash', 32)
  return shareSetHashOf(set, labels.emergencyShares(context)) === sharesHash ? undefined : 'other-shares'
}

/** False for what is not a number: what is not known refuses. */
const isInOrder = (first: unknown, second: unknown) =>
  typeof first === 'number' && typeof second === 'number' && first <= second
const isBefore = (first: unknown, second: unknown) => isInOrder(first, second) && first !== second

/**
 * The compartments that must begin a new epoch: a share of theirs was released since the present one began (S10). Even one
 * share counts, below the threshold too: what clinicians' machines hold adds up.
 *
 * @param compartments - of the patient; `sinceBlock`: number of the block in which the present epoch began.
 * @param releases - marked on chain; `block`: number of the block that holds the mark. One in the epoch's own first block counts.
 * @throws VaultError `argument-invalid`.
 */
export function compartmentsToRotate(
  compartments: readonly { compartment: Hex; sinceBlock: number }[],
  releases: readonly { compartment: Hex; block: number }[],
): Hex32[] {
  const latest = new Map<Hex, number>()
  for (const { compartment, block } of releases) {
    const id = lowerHex(compartment, 'compartment', 32)
    latest.set(id, Math.max(checkedBlock(block, 'block'), latest.get(id) ?? 0))
  }
  return compartments
    .filter(({ compartment, sinceBlock }) => {
      const since = checkedBlock(sinceBlock, 'sinceBlock')
      return (latest.get(lowerHex(compartment, 'compartment', 32)) ?? -1) >= since
    })
    .map(({ compartment }) => lowerHex(compartment, 'compartment', 32))
}

function checkedBlock(block: number, argument: string): number {
  if (!Number.isSafeInteger(block) || block < 0) {
    throw new VaultError('argument-invalid', { argument, expected: 'the number of a block' })
  }
  return block
}
