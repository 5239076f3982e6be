import { and, asc, eq, getTableColumns, inArray, isNull, ne, or } from 'drizzle-orm'
import {
  decideRecord,
  isPermitting,
  purposes,
  rights,
  type AccessDecision,
  type AccessRequest,
  type Decision,
  type DecisionFacts,
  type GrantTerms,
} from '@hre/protocol'
import type { Address, Hex } from 'viem'
import type { Clock } from '../clock.ts'
import type { Database } from '../store/database.ts'
import { attributesOf, isBarred, organisationOf } from '../store/directory.ts'
import * as t from '../store/schema.ts'
import { readingRule } from './countries.ts'
import { emergencyOf } from './emergencies.ts'

export type StoredLeaf = typeof t.leaves.$inferSelect

/** The answer to one access request. `leaves` are the records that may be seen; none when refused. */
export interface Ruling {
  decision: AccessDecision
  leaves: StoredLeaf[]
}

/**
 * The moment by which requests are ruled on, Unix seconds: the gateway's clock, but not before the newest block's, so that a
 * clock that was set back opens no grant that the chain has seen end.
 */
export const rulingTime = ({
  clock,
  follower,
}: {
  clock: Clock
  follower: { cursor: { blockTime: number } }
}): number => Math.max(clock(), follower.cursor.blockTime)

/**
 * Decides a request from what the follower knows (C6, C10). Named records are all or none; a list (no records named) is what the
 * reader may see. For emergency treatment an open declaration permits what no grant does (B8). Whatever permits it, a patient who
 * wants no reading abroad is obeyed (P10).
 *
 * @param at - Unix seconds.
 */
export async function ruleOn(db: Database, request: AccessRequest, at: number): Promise<Ruling> {
  const asked = request.records.length > 0
  const { reader, patient, purpose } = request
  const leaves = await leavesOf(db, patient, asked ? request.records : undefined)
  const facts = await factsOf(db, reader, patient)
  const mayReadFrom = await readingRule(db, request)
  const emergency = purpose === purposes.ETREAT ? await emergencyOf(db, reader, patient, at) : undefined
  const ruled = leaves.map((leaf) => {
    const question = { sensitivity: leaf.sensitivity, purpose, at }
    const granted = decideRecord(facts(leaf.compartment, leaf.record), question)
    const isAbroad = granted === 'Permitted' && !mayReadFrom(leaf.keeper, false)
    const decision = isAbroad ? ('JurisdictionNotMet' as const) : granted
    const breaks =
      decision !== 'Permitted' &&
      emergency?.(leaf.compartment) === 'Permitted' &&
      mayReadFrom(leaf.keeper, true)
    return { leaf, decision: breaks ? ('PermittedInEmergency' as const) : decision }
  })
  const open = ruled.filter(({ decision }) => isPermitting(decision))
  const refusals = ruled.map(({ decision }) => decision).filter(isRefusal)

  if (asked) {
    const complete = leaves.length === new Set(request.records).size
    // An unknown record is answered as one that was not granted: the caller cannot tell which it is.
    if (!complete || refusals.length > 0) return { decision: refusals[0] ?? 'NoGrant', leaves: [] }
  } else if (open.length === 0) return { decision: mostTelling(refusals, facts), leaves: [] }
  const inEmergency = open.some(({ decision }) => decision === 'PermittedInEmergency')
  return {
    decision: inEmergency ? 'PermittedInEmergency' : 'Permitted',
    leaves: open.map(({ leaf }) => leaf),
  }
}

const isRefusal = (decision: AccessDecision): decision is Decision => !isPermitting(decision)

/** A patient's records in the order of the chain, without those that are to be deleted everywhere (R10). */
async function leavesOf(db: Database, patient: Address, records?: Hex[]): Promise<StoredLeaf[]> {
  return db
    .select(getTableColumns(t.leaves))
    .from(t.leaves)
    .innerJoin(t.batches, eq(t.batches.batch, t.leaves.batch))
    .leftJoin(t.marks, and(eq(t.marks.batch, t.leaves.batch), eq(t.marks.leafHash, t.leaves.leafHash)))
    .where(
      and(
        eq(t.leaves.patient, patient),
        records && inArray(t.leaves.record, records),
        or(isNull(t.marks.status), ne(t.marks.status, 'erased')),
      ),
    )
    .orderBy(asc(t.batches.block), asc(t.batches.logIndex), asc(t.leaves.position))
}

/** For the patient's log: a refusal because a grant ended says more than one because there was none. */
function mostTelling(refusals: Decision[], facts: (compartment: Hex) => DecisionFacts): Decision {
  const telling = refusals.find((decision) => decision !== 'NoGrant')
  if (telling) return telling
  const { patientKnown, reader, patient, readerKnown } = facts('0x')
  if (!patientKnown) return 'PatientUnknown'
  if (reader === patient) return 'Permitted'
  return readerKnown ? 'NoGrant' : 'ReaderUnknown'
}

/** What decisions about this reader and this patient depend on, read once for all compartments and records. */
export async function factsOf(
  db: Database,
  reader: Address,
  patient: Address,
): Promise<(compartment: Hex, record?: Hex) => DecisionFacts> {
  const organisation = await organisationOf(db, reader)
  const readers = organisation && organisation !== reader ? [reader, organisation] : [reader]
  const readerBarred = await isBarred(db, reader)
  const readerAttributes = await attributesOf(db, reader)
  const [registered, attested, compartments, grants, recordGrants] = await Promise.all([
    db
      .select({ account: t.accounts.account })
      .from(t.accounts)
      .where(inArray(t.accounts.account, [reader, patient])),
    db
      .select({ patient: t.attestations.patient })
      .from(t.attestations)
      .where(eq(t.attestations.patient, patient)),
    db.select().from(t.compartments).where(eq(t.compartments.patient, patient)),
    db
      .select()
      .from(t.grants)
      .where(and(eq(t.grants.patient, patient), inArray(t.grants.reader, readers), isNull(t.grants.ended))),
    db
      .select()
      .from(t.recordGrants)
      .where(
        and(
          eq(t.recordGrants.patient, patient),
          inArray(t.recordGrants.reader, readers),
          isNull(t.recordGrants.ended),
        ),
      ),
  ])
  const known = new Set(registered.map(({ account }) => account))
  const sensitivities = new Map(compartments.map((row) => [row.compartment, row.sensitivity]))
  const grantTo = (account: Address | undefined, compartment: Hex) =>
    termsOf(grants.find((grant) => grant.reader === account && grant.compartment === compartment))
  const byRecord = new Map(
    recordGrants.map((grant) => [`${grant.reader}|${grant.compartment}|${grant.record}`, grant]),
  )
  const recordGrantTo = (account: Address | undefined, compartment: Hex, record: Hex | undefined) => {
    const grant = byRecord.get(`${account}|${compartment}|${record}`)
    // A grant of one record is of reading alone (C12).
    return grant && { ...grant, rights: rights.read }
  }
  return (compartment, record) => ({
    reader,
    patient,
    patientKnown: attested.length > 0 && known.has(patient),
    readerKnown: known.has(reader),
    readerBarred,
    readerAttributes,
    compartmentKnown: sensitivities.has(compartment),
    // Not read when the compartment is unknown.
    compartmentSensitivity: sensitivities.get(compartment) ?? 5,
    ownGrant: grantTo(reader, compartment),
    organisationGrant: organisation === reader ? undefined : grantTo(organisation, compartment),
    ownRecordGrant: recordGrantTo(reader, compartment, record),
    organisationRecordGrant:
      organisation === reader ? undefined : recordGrantTo(organisation, compartment, record),
  })
}

/** A stored grant as the evaluator takes it. */
export function termsOf(grant: typeof t.grants.$inferSelect | undefined): GrantTerms | undefined {
  if (!grant?.conditions) return grant && { ...grant, conditions: undefined }
  const { specialty, country, licensed } = grant.conditions
  return { ...grant, conditions: { specialty: BigInt(specialty), country, licensed } }
}
