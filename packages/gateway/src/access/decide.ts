import {
  decideRecord,
  isPermitting,
  purposes,
  type AccessDecision,
  type AccessRequest,
  type Decision,
} from '@hre/protocol'
import type { Hex } from 'viem'
import type { Gateway } from '../gateway.ts'
import { readingRule } from './countries.ts'
import { emergencyOf } from './emergencies.ts'
import type { FactsOf } from './facts.ts'
import type { Place, PlacedLeaf, StoredLeaf } from './leaves.ts'
import type { Moment } from './moments.ts'

/** The answer to one access request. `leaves` are the records that may be seen; none when refused. */
export interface Ruling {
  decision: AccessDecision
  leaves: StoredLeaf[]
}

/** Where decisions are read from. */
export type Sources = Pick<Gateway, 'db' | 'blockCache' | 'facts' | 'leaves' | 'patientCountries'>

/** One page of a list (A9). */
export interface ListRuling extends Ruling {
  /** Of the page's last record, where there are more behind it. */
  next: Place | undefined
}

/**
 * Decides a request for named records from what the follower knows (C6, C10): all or none.
 */
export async function ruleOn(sources: Sources, request: AccessRequest, moment: Moment): Promise<Ruling> {
  const { decisionOf } = await judgeOf(sources, request, moment)
  const ruled = ruledBy(decisionOf, await sources.leaves.named(request.patient, request.records))
  const complete = ruled.length === new Set(request.records).size
  const refusal = ruled.map(({ decision }) => decision).find(isRefusal)
  // An unknown record is answered as one that was not granted: the caller cannot tell which it is.
  if (!complete || refusal) return { decision: refusal ?? 'NoGrant', leaves: [] }
  return permitted(ruled)
}

/**
 * Decides a request that names no records: a page of what the reader may see of the chart (A9).
 *
 * @param page - `after`: behind this record, wherever the list would go on; undefined: from the start.
 */
export async function ruleOnList(
  sources: Sources,
  request: AccessRequest,
  moment: Moment,
  page: { limit: number; after?: Place | undefined },
): Promise<ListRuling> {
  const { decisionOf, facts } = await judgeOf(sources, request, moment)
  const open: Ruled[] = []
  const refusals = new Set<Decision>()
  let after = page.after
  // Each look takes more than the one before, so that a chart of which little is open is not gone through in small steps.
  for (let limit = page.limit + 1; open.length <= page.limit; limit *= 4) {
    const found = ruledBy(decisionOf, await sources.leaves.after(request.patient, after, limit))
    for (const ruled of found) {
      if (isRefusal(ruled.decision)) refusals.add(ruled.decision)
      else open.push(ruled)
    }
    if (found.length < limit) break
    after = found.at(-1)!.place
  }
  if (open.length > 0) {
    const shown = open.slice(0, page.limit)
    return { ...permitted(shown), next: open.length > page.limit ? shown.at(-1)!.place : undefined }
  }
  // Behind the last record the list is empty to those who may see some of it, and refused to all others.
  const decision = page.after
    ? (await ruleOnList(sources, request, moment, { limit: 1 })).decision
    : mostTelling(refusals, facts)
  return { decision, leaves: [], next: undefined }
}

/** Decides which of these records a request that names none opens: those that another gateway showed the reader for it (A9). */
export async function ruleOnShown(
  sources: Sources,
  request: AccessRequest,
  moment: Moment,
  records: readonly Hex[],
): Promise<Ruling> {
  const { decisionOf, facts } = await judgeOf(sources, request, moment)
  const ruled = ruledBy(decisionOf, await sources.leaves.named(request.patient, records))
  const open = ruled.filter(({ decision }) => isPermitting(decision))
  if (open.length > 0) return permitted(open)
  const refusals = new Set(ruled.map(({ decision }) => decision).filter(isRefusal))
  return { decision: mostTelling(refusals, facts), leaves: [] }
}

/**
 * Decides anew about sealed files that a receipt releases: are they of records of this request's patient that it has open still?
 *
 * @param files.records - that the receipt names.
 * @returns a record for each file that may be seen, and for no other.
 */
export async function openFiles(
  sources: Sources,
  request: AccessRequest,
  moment: Moment,
  files: { contents: readonly Hex[]; records: readonly Hex[] },
): Promise<StoredLeaf[]> {
  const { decisionOf } = await judgeOf(sources, request, moment)
  const leaves = await sources.leaves.ofFiles(request.patient, files.contents, files.records)
  const open = ruledBy(decisionOf, leaves).filter(({ decision }) => isPermitting(decision))
  return [...new Map(open.map(({ leaf }) => [leaf.content, leaf])).values()]
}

interface Ruled {
  leaf: StoredLeaf
  place: Place
  decision: AccessDecision
}

/**
 * Reads once what the decisions about a request depend on. For emergency treatment an open declaration permits what no grant
 * does (B8). Whatever permits it, a patient who wants no reading abroad is obeyed (P10).
 */
async function judgeOf(
  { db, blockCache, facts, patientCountries }: Sources,
  request: AccessRequest,
  { at, marks }: Moment,
): Promise<{ decisionOf: (leaf: StoredLeaf) => AccessDecision; facts: FactsOf }> {
  const { reader, patient, purpose } = request
  const known = await blockCache.read(`facts ${reader} ${patient}`, () => facts.of(reader, patient))
  const mayReadFrom = await readingRule(db, request, await patientCountries.of(patient, marks))
  const emergency = purpose === purposes.ETREAT ? await emergencyOf(db, reader, patient, at) : undefined
  const decisionOf = (leaf: StoredLeaf): AccessDecision => {
    const question = { sensitivity: leaf.sensitivity, purpose, at }
    const granted = decideRecord(known(leaf.compartment, leaf.record), question)
    const isAbroad = granted === 'Permitted' && !mayReadFrom(leaf.keeper, false)
    const decision = isAbroad ? 'JurisdictionNotMet' : granted
    const breaks =
      decision !== 'Permitted' &&
      emergency?.(leaf.compartment) === 'Permitted' &&
      mayReadFrom(leaf.keeper, true)
    return breaks ? 'PermittedInEmergency' : decision
  }
  return { decisionOf, facts: known }
}

const ruledBy = (decisionOf: (leaf: StoredLeaf) => AccessDecision, leaves: readonly PlacedLeaf[]): Ruled[] =>
  leaves.map(({ leaf, block, logIndex }) => ({
    leaf,
    place: [block, logIndex, leaf.position],
    decision: decisionOf(leaf),
  }))

function permitted(open: readonly Ruled[]): Ruling {
  const inEmergency = open.some(({ decision }) => decision === 'PermittedInEmergency')
  return {
    decision: inEmergency ? 'PermittedInEmergency' : 'Permitted',
    leaves: open.map(({ leaf }) => leaf),
  }
}

const isRefusal = (decision: AccessDecision): decision is Decision => !isPermitting(decision)

/** For the patient's log: a refusal because a grant ended says more than one because there was none. */
function mostTelling(refusals: ReadonlySet<Decision>, facts: FactsOf): Decision {
  const telling = [...refusals].find((decision) => decision !== 'NoGrant')
  if (telling) return telling
  const { patientKnown, reader, patient, readerKnown } = facts('0x')
  if (!patientKnown) return 'PatientUnknown'
  if (reader === patient) return 'Permitted'
  return readerKnown ? 'NoGrant' : 'ReaderUnknown'
}
