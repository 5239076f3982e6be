import {
  closeEmergencyCall,
  contestEmergencyCall,
  declareEmergencyCall,
  hreError,
  isHreError,
  reviewEmergencyCall,
  type Call,
  type EmergencyOutcome,
  type EmergencyReason,
  type EmergencyView,
  type EmergencyWords,
  type RouteOutput,
  type Routes,
  type TrusteeSetView,
} from '@hre/protocol'
import {
  contentIdOf,
  isVaultError,
  openEmergency,
  parseEmergencyRelease,
  randomBytes32,
  recipientHashOf,
  releaseHashOf,
  signCall,
  type EmergencyRelease,
} from '@hre/vault'
import { concat, hexToBytes, stringToHex, type Address, type Hex } from 'viem'
import type { Actor } from '../actor.ts'
import type { EmergencyKeys } from '../epoch-keys.ts'
import { askEveryGateway } from '../gateways.ts'
import { submit, waitForAll, type Applied } from '../submit.ts'
import { listCompartments } from './consent-lists.ts'

/** Emergencies of the actor's own chart, declared by the actor or by an administrator's colleagues, or for an auditor to review; the newest first. */
export async function listEmergencies(
  { session }: Actor,
  side: 'patient' | 'declared' | 'review' | 'organisation' = 'patient',
): Promise<EmergencyView[]> {
  return (await session.call('listEmergencies', { query: { side } })).emergencies
}

/**
 * Breaks the glass of a patient's chart (B3 to B5). The words stay with the actor's hospital; a commitment to them goes on
 * chain, and the patient and an auditor read them.
 *
 * @param options.durationSeconds - 300 to 3,600; 1,800 if left out.
 * @throws HreError `emergency-licence-over`, `emergency-not-permitted`, `emergency-already-open`.
 */
export async function declareEmergency(
  actor: Actor,
  options: { patient: Address; reason: EmergencyReason; words: string; durationSeconds?: number },
): Promise<Applied & { emergency: EmergencyView }> {
  const { patient, reason, words, durationSeconds } = options
  const applied = await submitWithWords(actor, words, (reasonHash) =>
    declareEmergencyCall(actor.deployment, {
      patient,
      reason,
      reasonHash,
      ...(durationSeconds !== undefined && { durationSeconds }),
    }),
  )
  return { ...applied, emergency: await openDeclaration(actor, patient) }
}

/** The actor's open declaration for this patient. @throws HreError `not-found`. */
export async function openDeclaration(actor: Actor, patient: Address): Promise<EmergencyView> {
  const emergencies = await listEmergencies(actor, 'declared')
  const latest = emergencies.find((emergency) => emergency.patient === patient)
  if (!latest || latest.until <= Date.now() / 1000) throw hreError('not-found', { patient })
  return latest
}

/** Ends an emergency before its time (B7). */
export async function closeEmergency(actor: Actor, declaration: number): Promise<Applied> {
  const [applied] = await submit(actor, [closeEmergencyCall(actor.deployment, BigInt(declaration))])
  return applied!
}

/** An auditor's finding (B11), with the words of the report. */
export function reviewEmergency(
  actor: Actor,
  options: { declaration: number; outcome: EmergencyOutcome; words: string },
): Promise<Applied> {
  const { declaration, outcome, words } = options
  return submitWithWords(actor, words, (reportHash) =>
    reviewEmergencyCall(actor.deployment, BigInt(declaration), outcome, reportHash),
  )
}

/** The patient disagrees (B12). */
export function contestEmergency(
  actor: Actor,
  options: { declaration: number; words: string },
): Promise<Applied> {
  const { declaration, words } = options
  return submitWithWords(actor, words, (statementHash) =>
    contestEmergencyCall(actor.deployment, BigInt(declaration), statementHash),
  )
}

/** What the gateways keep of the words, for whoever may read them. */
export async function emergencyWords(
  actor: Actor,
  declaration: number,
): Promise<RouteOutput<Routes['getEmergencyWords']>> {
  const found: RouteOutput<Routes['getEmergencyWords']> = { reason: null, report: null, statement: null }
  const { answers } = await askEveryGateway(actor, (session) =>
    session.call('getEmergencyWords', { params: { declaration } }),
  )
  for (const { answer } of answers) {
    found.reason ??= answer.reason
    found.report ??= answer.report
    found.statement ??= answer.statement
  }
  return found
}

/** What came of asking the trustees. */
export interface CollectedShares {
  emergency: EmergencyView
  /** Seeds of the compartments that opened, for `openRecords`. Secret. */
  keys: EmergencyKeys
  /** Compartments with too few good shares. */
  closed: Hex[]
  /** Who released nothing of what, or something else than its share, and why. */
  refused: { organisation: Address; compartment: Hex | null; reason: string }[]
  unreachable: Address[]
}

/**
 * Asks every trustee for its shares and makes the keys of them (S7, S9). What a trustee did not sign for on chain, or is
 * not the share that was dealt, is passed over and named; the others suffice.
 *
 * @throws HreError `not-found` without an open declaration; `emergency-shares-too-few` when no compartment opens.
 */
export async function collectReleases(actor: Actor, patient: Address): Promise<CollectedShares> {
  const { declaration } = await openDeclaration(actor, patient)
  const params = { declaration }
  const { sets } = await actor.session.call('listMarked', { params })
  const refused: CollectedShares['refused'] = []
  const { answers, unreachable } = await askEveryGateway(actor, async (session, organisation) => {
    try {
      return await session.call('releaseShares', { params: { declaration } })
    } catch (error) {
      // One trustee that fails or lies must not stand in the way of the others.
      if (!isHreError(error) || error.code === 'gateway-unreachable') throw error
      refused.push({ organisation, compartment: null, reason: error.code })
      return { releases: [], refused: [] }
    }
  })
  for (const { organisation, answer } of answers)
    for (const { compartment, reason } of answer.refused) refused.push({ organisation, compartment, reason })
  // After the releases: the marks are on chain before they are given.
  const emergency = await openDeclaration(actor, patient)
  const releases = answers.flatMap(({ organisation, answer }) =>
    answer.releases.filter((release) => {
      const isSigned = wasMarked(emergency, organisation, release)
      if (!isSigned)
        refused.push({
          organisation,
          compartment: release.context.compartment,
          reason: 'not-marked-on-chain',
        })
      return isSigned
    }),
  )
  const keys = new Map<Hex, { epoch: number; seed: Uint8Array }>()
  const closed: Hex[] = []
  // Nothing that is marked opens now: the gateway shows none then.
  const compartments = await listCompartments(actor, patient).catch((error: unknown) => {
    if (!isHreError(error, 'not-found')) throw error
    return []
  })
  for (const set of sets) {
    const view = compartments.find(({ compartment }) => compartment === set.compartment)
    const epoch = view?.epochs.find((row) => row.epoch === set.epoch)
    const seed =
      epoch &&
      (await seedOf(actor, emergency, set, recipientHashOf(hexToBytes(epoch.recipient)), releases, refused))
    if (seed) keys.set(set.compartment, { epoch: set.epoch, seed })
    else closed.push(set.compartment)
  }
  if (keys.size === 0)
    throw hreError('emergency-shares-too-few', { refused, unreachable, compartments: closed })
  return { emergency, keys, closed, refused, unreachable }
}

/** Whether the trustee's own signed operation names exactly these bytes (S7). */
function wasMarked({ releases }: EmergencyView, organisation: Address, release: unknown): boolean {
  try {
    const parsed = parseEmergencyRelease(release)
    const shareHash = releaseHashOf(parsed)
    return (
      parsed.set.holders[parsed.index - 1]?.account === organisation &&
      releases.some(
        (mark) =>
          mark.trustee === organisation &&
          mark.compartment === parsed.context.compartment &&
          mark.shareHash === shareHash,
      )
    )
  } catch (error) {
    if (isVaultError(error, 'message-refused')) return false
    throw error
  }
}

async function seedOf(
  { account, deployment, keyring }: Actor,
  { declaration, patient }: EmergencyView,
  { compartment, epoch, sharesHash, trustees }: TrusteeSetView,
  expectedRecipientHash: Hex,
  releases: readonly EmergencyRelease[],
  refused: CollectedShares['refused'],
): Promise<Uint8Array | undefined> {
  const { chainId, emergency } = deployment
  const own = releases.filter(({ context }) => context.compartment === compartment)
  const name = (shares: readonly { index: number; reason: string }[]) => {
    for (const { index, reason } of shares)
      refused.push({ organisation: trustees[index - 1] ?? patient, compartment, reason })
  }
  try {
    const opened = await openEmergency({
      context: { chainId, emergency, patient, compartment, epoch },
      declaration: BigInt(declaration),
      clinician: account,
      clinicianSeed: keyring.recipientSeed,
      sharesHash,
      expectedRecipientHash,
      releases: own,
    })
    name(opened.refused)
    return opened.epochSeed
  } catch (error) {
    if (!isVaultError(error, 'shares-too-few')) throw error
    name(error.data.refused)
    return undefined
  }
}

/** An operation of the Emergency contract, with the words that it commits to: SHA-256(salt, text). */
async function submitWithWords(
  actor: Actor,
  text: string,
  callOf: (commitment: Hex) => Call,
): Promise<Applied> {
  const words: EmergencyWords = { text, salt: randomBytes32() }
  const commitment = contentIdOf(hexToBytes(concat([words.salt, stringToHex(text)])))
  const operation = await signCall(actor.identity, actor.deployment, callOf(commitment))
  const { id } = await actor.session.call('submitEmergency', { body: { operation, words } })
  const [applied] = await waitForAll(actor, [id])
  return applied!
}
