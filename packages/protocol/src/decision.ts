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
  'SpecialtyNotMet',
  'LicenceNotMet',
  'JurisdictionNotMet',
] as const
export type Decision = (typeof decisions)[number]

/** What a receipt says (A3): the answer of `Consent.decideRecord`, or that an emergency opened what no grant does (B8). */
export type AccessDecision = Decision | 'PermittedInEmergency'

/** Apart from the numbers that `Consent` gives or will give. */
const permittedInEmergency = 128

export const decisionNumber = (decision: AccessDecision): number =>
  decision === 'PermittedInEmergency' ? permittedInEmergency : decisions.indexOf(decision)

/** A receipt's decision by name; a number that this version does not know stays a number. */
export const nameOfDecision = (number: number): string =>
  number === permittedInEmergency ? 'PermittedInEmergency' : (decisions[number] ?? String(number))

/** Numbers under which something was let go. */
export const permittingDecisions: readonly number[] = [0, permittedInEmergency]

export const isPermitting = (decision: AccessDecision): boolean =>
  permittingDecisions.includes(decisionNumber(decision))

/** A grant as the chain holds it. Times are Unix seconds, `until` exclusive. */
export interface GrantTerms {
  rights: number
  purposes: number
  ceiling: number
  from: number
  until: number
  /** What the reading person has to be (C11). Absent: no matter. */
  conditions?: { specialty: bigint; country: string; licensed: boolean } | undefined
}

/** What the Directory says of a person (D12) and of the organisation they act for. */
export interface Attributes {
  specialty: bigint
  /** Unix seconds, exclusive. */
  licensedUntil: number
  /** ISO 3166-1 alpha-2; empty without an active organisation. */
  country: string
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
  /** One of the two has a grant that was given to write alone, over or not. Absent: no. */
  filesAlone?: boolean
  /** Absent: none, so that no condition is met. */
  readerAttributes?: Attributes | undefined
  /** For `decideRecord`: grants of the one record (C12). */
  ownRecordGrant?: GrantTerms | undefined
  organisationRecordGrant?: GrantTerms | undefined
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
  const best = bestOf(facts.ownGrant, facts.organisationGrant, facts, question)
  return best === 'NoGrant' && facts.filesAlone ? 'RightNotGranted' : best
}

/** The same answer as `Consent.decideRecord` (C12): grants of the one record count as well. */
export function decideRecord(facts: DecisionFacts, question: DecisionQuestion): Decision {
  const general = decide(facts, question)
  if (settled.includes(general)) return general
  const single = bestOf(facts.ownRecordGrant, facts.organisationRecordGrant, facts, question)
  return single === 'Permitted' || general === 'NoGrant' ? single : general
}

/** Answers that no grant changes. */
const settled: readonly Decision[] = [
  'Permitted',
  'PatientUnknown',
  'ReaderUnknown',
  'ReaderBarred',
  'CompartmentUnknown',
]

function bestOf(
  ownGrant: GrantTerms | undefined,
  organisationGrant: GrantTerms | undefined,
  { compartmentSensitivity, readerAttributes }: DecisionFacts,
  question: DecisionQuestion,
): Decision {
  const classed = { ...question, sensitivity: Math.max(question.sensitivity, compartmentSensitivity) }
  const own = answerOfGrant(ownGrant, classed, readerAttributes)
  if (own === 'Permitted') return own
  const organisation = answerOfGrant(organisationGrant, classed, readerAttributes)
  if (organisation === 'Permitted') return organisation
  return own === 'NoGrant' ? organisation : own
}

function answerOfGrant(
  grant: GrantTerms | undefined,
  { sensitivity, purpose, at }: DecisionQuestion,
  attributes: Attributes | undefined,
): Decision {
  if (!grant) return 'NoGrant'
  if (at < grant.from) return 'NotYetValid'
  if (at >= grant.until) return 'Expired'
  if ((grant.rights & rights.read) === 0) return 'RightNotGranted'
  if (purpose > 15 || (grant.purposes & (1 << purpose)) === 0) return 'PurposeNotGranted'
  if (sensitivity > grant.ceiling) return 'SensitivityAboveCeiling'
  return answerOfConditions(grant, attributes, at)
}

function answerOfConditions(
  { conditions }: GrantTerms,
  attributes: Attributes | undefined,
  at: number,
): Decision {
  if (!conditions) return 'Permitted'
  const { specialty, country, licensed } = conditions
  if (specialty !== 0n && specialty !== attributes?.specialty) return 'SpecialtyNotMet'
  if (licensed && at >= (attributes?.licensedUntil ?? 0)) return 'LicenceNotMet'
  if (country !== '' && country !== attributes?.country) return 'JurisdictionNotMet'
  return 'Permitted'
}

/** `Consent.canWrite` for an organisation's grant (C7). @param attributes - of the author, for conditions. */
export function permitsWriting(
  grant: GrantTerms | undefined,
  at: number,
  attributes?: Attributes | undefined,
): boolean {
  if (grant === undefined || (grant.rights & rights.write) === 0) return false
  return at >= grant.from && at < grant.until && answerOfConditions(grant, attributes, at) === 'Permitted'
}
