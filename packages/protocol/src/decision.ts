import type { Address } from 'viem'
import { rights } from './words.ts'

/** Answers of `Consent.decide`, by their number on chain (C6). */
export const decisions = [
  'Permitted',
  'PatientUnknown',
  'ReaderUnknown',
  'CompartmentUnknown',
  'NoGrant',
  'NotYetValid',
  'Expired',
  'RightNotGranted',
  'PurposeNotGranted',
  'SensitivityAboveCeiling',
  'ReaderBarred',
] as const
export type Decision = (typeof decisions)[number]

export const decisionNumber = (decision: Decision): number => decisions.indexOf(decision)

/** A grant as the chain holds it. Times are Unix seconds, `until` exclusive. */
export interface GrantTerms {
  rights: number
  purposes: number
  ceiling: number
  from: number
  until: number
}

/** What a decision depends on, as the contract sees it. `undefined` stands for "there is none". */
export interface DecisionFacts {
  reader: Address
  patient: Address
  patientKnown: boolean
  readerKnown: boolean
  /** An organisation that was suspended or removed (D11). Absent: no. */
  readerBarred?: boolean
  compartmentKnown: boolean
  /** 1 to 5 (C1): a record counts at least as much. Not read when the compartment is unknown. */
  compartmentSensitivity: number
  ownGrant: GrantTerms | undefined
  /** Grant to the organisation that the reader is an active member of, or is. */
  organisationGrant: GrantTerms | undefined
}

export interface DecisionQuestion {
  sensitivity: number
  /** Bit number (C9). */
  purpose: number
  at: number
}

/**
 * The same answer as `Consent.decide` (C6), from facts that a follower has at hand. Fuzzed against the contract.
 */
export function decide(facts: DecisionFacts, question: DecisionQuestion): Decision {
  if (!facts.patientKnown) return 'PatientUnknown'
  if (facts.reader === facts.patient) return 'Permitted'
  if (!facts.readerKnown) return 'ReaderUnknown'
  if (facts.readerBarred) return 'ReaderBarred'
  if (!facts.compartmentKnown) return 'CompartmentUnknown'
  const classed = { ...question, sensitivity: Math.max(question.sensitivity, facts.compartmentSensitivity) }
  const own = answerOfGrant(facts.ownGrant, classed)
  if (own === 'Permitted') return own
  const organisation = answerOfGrant(facts.organisationGrant, classed)
  if (organisation === 'Permitted') return organisation
  return own === 'NoGrant' ? organisation : own
}

function answerOfGrant(
  grant: GrantTerms | undefined,
  { sensitivity, purpose, at }: DecisionQuestion,
): Decision {
  if (!grant) return 'NoGrant'
  if (at < grant.from) return 'NotYetValid'
  if (at >= grant.until) return 'Expired'
  if ((grant.rights & rights.read) === 0) return 'RightNotGranted'
  if (purpose > 15 || (grant.purposes & (1 << purpose)) === 0) return 'PurposeNotGranted'
  if (sensitivity > grant.ceiling) return 'SensitivityAboveCeiling'
  return 'Permitted'
}

/** `Consent.canWrite` for an organisation's grant (C7). */
export function permitsWriting(grant: GrantTerms | undefined, at: number): boolean {
  return grant !== undefined && at >= grant.from && at < grant.until && (grant.rights & rights.write) !== 0
}
