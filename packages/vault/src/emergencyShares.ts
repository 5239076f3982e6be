import { VaultError, type RefusedShare, type ShareReason } from './errors.ts'
import { assertReleasable, type EmergencySeen } from './emergencyDecision.ts'
import {
  parseEmergencyRelease,
  parseEmergencyShare,
  releaseHashOf,
  type EmergencyRelease,
  type EmergencyShare,
} from './emergencyForm.ts'
import { epochKeyFor } from './epochKey.ts'
import { encodeHex, lowerHex, type Hex, type Hex32 } from './hex.ts'
import { hpkeSeal } from './hpke.ts'
import { declarationText, labels, type EmergencyContext } from './labels.ts'
import { platformRandom, type RandomBytes } from './random.ts'
import {
  assertReleases,
  openReleasedShares,
  openShare,
  sealShares,
  type ReleasedShare,
  type ShareRecipient,
} from './sealedShare.ts'
import { shareSetHashOf, shareThresholdMin, type ShareSet } from './shareSet.ts'

/**
 * Splits an epoch's seed among trustee organisations (S5). Do it again for each epoch: shares of an old one open nothing
 * newer.
 *
 * @param args.epochSeed - 32 bytes. Copied, never kept.
 * @param args.trustees - 2 to 9 different accounts, with recipients whose hash was compared with the chain.
 * @param args.threshold - 2 to their number; the others may be offline.
 * @returns `sharesHash` for the chain (`Emergency.setTrustees`), and each trustee's share.
 * @throws VaultError `argument-invalid`, `recipient-refused`.
 * @see spec/break-glass.md S5; vectors/break-glass/
 */
export async function sealEmergencyShares(args: {
  epochSeed: Uint8Array
  context: EmergencyContext
  trustees: readonly ShareRecipient[]
  threshold: number
  random?: RandomBytes
}): Promise<{ sharesHash: Hex32; shares: EmergencyShare[] }> {
  const context = spelled(args.context)
  const { set, setHash, boxes } = await sealShares({
    secret: args.epochSeed,
    holders: args.trustees,
    threshold: args.threshold,
    purpose: labels.emergencyShares(context),
    ...(args.random && { random: args.random }),
  })
  return {
    sharesHash: setHash,
    shares: boxes.map((box, place) => ({ suite: 1, context, set, index: place + 1, box })),
  }
}

/** The commitment to the set that a share belongs to, as the chain has it (S3, S5). @throws VaultError `message-refused`. */
export function emergencySharesHashOf(share: EmergencyShare): Hex32 {
  const { context, set } = parseEmergencyShare(share)
  return shareSetHashOf(set, labels.emergencyShares(context))
}

/**
 * Opens a trustee's own share. Call it when the share comes, and refuse the share when it throws.
 *
 * @param sharesHash - from the chain.
 * @returns the share. Secret; fill it with zeros.
 * @throws VaultError `share-set-mismatch`, `share-refused`, `wrap-not-for-reader`, `message-refused`, `argument-invalid`.
 */
export async function openEmergencyShare(
  share: EmergencyShare,
  trusteeSeed: Uint8Array,
  sharesHash: Hex32,
): Promise<Uint8Array> {
  const { context, ...parsed } = parseEmergencyShare(share)
  const purpose = labels.emergencyShares(context)
  const expected = lowerHex(sharesHash, 'sharesHash', 32)
  const actual = shareSetHashOf(parsed.set, purpose)
  if (actual !== expected) throw new VaultError('share-set-mismatch', { expected, actual })
  return openShare({ ...parsed, purpose, seed: trusteeSeed })
}

/**
 * The trustee's part: asks {@link assertReleasable}, opens the own share and seals it to the clinician, for this declaration
 * alone (S7). There is no way around the question.
 *
 * @param args.declaration - id of the declaration, as asked for.
 * @param args.clinicianRecipient - X-Wing, 1,216 bytes, whose hash the caller compared with the chain.
 * @param args.seen - what the trustee read from the chain by itself.
 * @param args.now - Unix seconds: the later of the trustee's clock and the final block's time.
 * @returns `releaseHash` for the chain (`Emergency.markRelease`), in an operation that the trustee signs: the record of who
 * released what.
 * @throws VaultError `emergency-release-refused` and those of {@link openEmergencyShare}.
 */
export async function releaseShare(args: {
  share: EmergencyShare
  trusteeSeed: Uint8Array
  declaration: bigint
  clinicianRecipient: Uint8Array
  seen: EmergencySeen
  now: number
  random?: RandomBytes
}): Promise<{ release: EmergencyRelease; releaseHash: Hex32 }> {
  const share = parseEmergencyShare(args.share)
  const { context, set, index } = share
  const { declaration, seen } = args
  assertReleasable({ share, declaration, seen, now: args.now })
  const clinician = lowerHex(seen.declaration.clinician, 'clinician', 20)
  const opened = await openEmergencyShare(share, args.trusteeSeed, seen.compartment.sharesHash)
  const purpose = labels.emergencyShares(context)
  const resealed = await hpkeSeal({
    plaintext: opened,
    recipient: args.clinicianRecipient,
    info: labels.emergencyRelease(purpose, set, index, shareSetHashOf(set, purpose), {
      declaration,
      clinician,
    }),
    random: args.random ?? platformRandom,
  })
  opened.fill(0)
  const release = { ...share, declaration: declarationText(declaration), clinician, box: encodeHex(resealed) }
  return { release, releaseHash: releaseHashOf(release) }
}

/**
 * The clinician's part: opens what trustees released and makes the epoch's seed of it (S9). Bad ones are passed over and
 * named; the last word has the chain, by the hash of the epoch's recipient.
 *
 * @param args.clinician - account of the clinician, with `clinicianSeed`, the secret seed of its recipient.
 * @param args.sharesHash - from the chain.
 * @param args.expectedRecipientHash - keccak-256 of the epoch's recipient, from the chain; of its key from the second epoch on (E16).
 * @param args.releases - at most 64, in any order, twice or of strangers.
 * @throws VaultError `shares-too-few` with all that were refused; `shares-inconsistent`, `emergency-seed-mismatch`,
 * `argument-invalid`.
 */
export async function openEmergency(args: {
  context: EmergencyContext
  declaration: bigint
  clinician: Hex
  clinicianSeed: Uint8Array
  sharesHash: Hex32
  expectedRecipientHash: Hex32
  releases: readonly EmergencyRelease[]
}): Promise<{ epochSeed: Uint8Array; refused: RefusedShare[] }> {
  const { declaration, releases } = args
  const clinician = lowerHex(args.clinician, 'clinician', 20)
  const expected = lowerHex(args.expectedRecipientHash, 'expectedRecipientHash', 32)
  const purpose = labels.emergencyShares(args.context)
  const setHash = lowerHex(args.sharesHash, 'sharesHash', 32)
  assertReleases(releases)
  const asked = { purpose, setHash, declaration: declarationText(declaration), clinician }
  const { set, released, refused } = readReleases(releases, asked)
  if (!set) throw new VaultError('shares-too-few', { needed: shareThresholdMin, valid: 0, refused })
  const epochSeed = await openReleasedShares({
    set,
    purpose,
    seed: args.clinicianSeed,
    released,
    infoOf: (index) => labels.emergencyRelease(purpose, set, index, setHash, { declaration, clinician }),
    refused,
  })
  assertSeedOfEpoch(epochSeed, args.context.epoch, expected)
  return { epochSeed, refused }
}

/** The recipient is that of the epoch's key, which is one-way from the seed from the second epoch on (E16). */
function assertSeedOfEpoch(seed: Uint8Array, epoch: number, recipientHash: Hex32): void {
  try {
    epochKeyFor({ seed, epoch, recipientHash }).fill(0)
  } catch (cause) {
    if (!(cause instanceof VaultError) || cause.code !== 'wrap-seed-mismatch') throw cause
    const { expected, actual } = (cause as VaultError<'wrap-seed-mismatch'>).data
    throw new VaultError('emergency-seed-mismatch', { expected, actual }, cause)
  }
}

/** Those that answer this question; of the others one line each in `refused`. */
function readReleases(
  releases: readonly unknown[],
  asked: { purpose: string; setHash: Hex32; declaration: string; clinician: Hex },
) {
  const refused: RefusedShare[] = []
  const released: ReleasedShare[] = []
  let set: ShareSet | undefined
  for (const [position, value] of releases.entries()) {
    let release: EmergencyRelease
    try {
      release = parseEmergencyRelease(value)
    } catch {
      refused.push({ position, index: 0, reason: 'malformed' })
      continue
    }
    const { index, box } = release
    const reason = mismatchOf(release, asked)
    if (reason) refused.push({ position, index, reason })
    else {
      set ??= release.set
      released.push({ position, index, box })
    }
  }
  return { set, released, refused }
}

function mismatchOf(
  { context, set, declaration, clinician }: EmergencyRelease,
  asked: { purpose: string; setHash: Hex32; declaration: string; clinician: Hex },
): ShareReason | undefined {
  if (declaration !== asked.declaration || clinician !== asked.clinician) return 'other-request'
  if (labels.emergencyShares(context) !== asked.purpose) return 'other-set'
  return shareSetHashOf(set, asked.purpose) === asked.setHash ? undefined : 'other-set'
}

/** The one spelling that messages have. */
function spelled({ chainId, emergency, patient, compartment, epoch }: EmergencyContext): EmergencyContext {
  return {
    chainId,
    emergency: lowerHex(emergency, 'emergency', 20),
    patient: lowerHex(patient, 'patient', 20),
    compartment: lowerHex(compartment, 'compartment', 32),
    epoch,
  }
}
