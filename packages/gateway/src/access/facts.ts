import { and, inArray, isNull } from 'drizzle-orm'
import { rights, type DecisionFacts, type GrantTerms } from '@hre/protocol'
import type { Address, Hex } from 'viem'
import type { Database } from '../store/database.ts'
import { directoryOf } from '../store/directory.ts'
import { databaseFault } from '../store/faults.ts'
import * as t from '../store/schema.ts'
import { Together } from '../together.ts'

/** What decisions about one reader and one patient depend on, for any of the patient's compartments and records. */
export type FactsOf = (compartment: Hex, record?: Hex) => DecisionFacts

interface Pair {
  reader: Address
  patient: Address
}

/** Readers and patients whom one look is about at most. */
const pairsPerLookMax = 200

/**
 * Reads what the chain says that decisions depend on: some statements for all who ask at the same time, which begin after they asked. A
 * hundred readers who come with a new block would otherwise be a thousand statements.
 */
export class Facts {
  readonly #looks: Together<Pair, FactsOf>

  constructor(db: Database) {
    this.#looks = new Together({
      run: (pairs) => read(db, pairs),
      size: () => 1,
      sizeMax: pairsPerLookMax,
      isOfAll: (error) => databaseFault(error) !== undefined,
    })
  }

  of(reader: Address, patient: Address): Promise<FactsOf> {
    return this.#looks.add({ reader, patient })
  }
}

async function read(db: Database, pairs: readonly Pair[]): Promise<FactsOf[]> {
  const patients = unique(pairs.map(({ patient }) => patient))
  const directory = await directoryOf(
    db,
    pairs.flatMap(({ reader, patient }) => [reader, patient]),
  )
  const grantees = unique(
    pairs.flatMap(({ reader }) => [reader, directory.organisationOf(reader) ?? []].flat()),
  )
  const [attested, compartments, grants, recordGrants] = await Promise.all([
    db
      .select({ patient: t.attestations.patient })
      .from(t.attestations)
      .where(inArray(t.attestations.patient, patients)),
    db.select().from(t.compartments).where(inArray(t.compartments.patient, patients)),
    db
      .select()
      .from(t.grants)
      .where(
        and(inArray(t.grants.patient, patients), inArray(t.grants.reader, grantees), isNull(t.grants.ended)),
      ),
    db
      .select()
      .from(t.recordGrants)
      .where(
        and(
          inArray(t.recordGrants.patient, patients),
          inArray(t.recordGrants.reader, grantees),
          isNull(t.recordGrants.ended),
        ),
      ),
  ])
  const attestedPatients = new Set(attested.map(({ patient }) => patient))
  const sensitivities = new Map(
    compartments.map((row) => [key(row.patient, row.compartment), row.sensitivity]),
  )
  const keyOf = (row: (typeof grants)[number]) => key(row.patient, row.reader, row.compartment)
  const grantsByKey = new Map(grants.filter(({ filing }) => !filing).map((row) => [keyOf(row), row]))
  const filings = new Set(grants.filter(({ filing }) => filing).map(keyOf))
  const recordGrantsByKey = new Map(
    recordGrants.map((row) => [key(row.patient, row.reader, row.compartment, row.record), row]),
  )
  return pairs.map(({ reader, patient }) => {
    const organisation = directory.organisationOf(reader)
    const employer = organisation === reader ? undefined : organisation
    const readerAttributes = directory.attributesOf(reader)
    const grantTo = (account: Address | undefined, compartment: Hex) =>
      account && termsOf(grantsByKey.get(key(patient, account, compartment)))
    const holders = [reader, employer ?? []].flat()
    const recordGrantTo = (account: Address | undefined, compartment: Hex, record: Hex | undefined) => {
      const grant = account && record && recordGrantsByKey.get(key(patient, account, compartment, record))
      // A grant of one record is of reading alone (C12).
      return grant && { ...grant, rights: rights.read }
    }
    const generalOf = (compartment: Hex): DecisionFacts => ({
      reader,
      patient,
      patientKnown: attestedPatients.has(patient) && directory.isRegistered(patient),
      readerKnown: directory.isRegistered(reader),
      readerBarred: directory.isBarred(reader),
      readerAttributes,
      compartmentKnown: sensitivities.has(key(patient, compartment)),
      // Not read when the compartment is unknown.
      compartmentSensitivity: sensitivities.get(key(patient, compartment)) ?? 5,
      ownGrant: grantTo(reader, compartment),
      organisationGrant: grantTo(employer, compartment),
      filesAlone: holders.some((account) => filings.has(key(patient, account, compartment))),
    })
    const general = new Map<Hex, DecisionFacts>()
    return (compartment, record) => {
      // Asked for each record of a chart, which has few compartments.
      let facts = general.get(compartment)
      if (!facts) {
        facts = generalOf(compartment)
        general.set(compartment, facts)
      }
      if (recordGrantsByKey.size === 0) return facts
      return {
        ...facts,
        ownRecordGrant: recordGrantTo(reader, compartment, record),
        organisationRecordGrant: recordGrantTo(employer, compartment, record),
      }
    }
  })
}

const unique = <Item>(items: readonly Item[]): Item[] => [...new Set(items)]
const key = (...parts: readonly Hex[]): string => parts.join('|')

/** A stored grant as the evaluator takes it. */
export function termsOf(grant: typeof t.grants.$inferSelect | undefined): GrantTerms | undefined {
  if (!grant?.conditions) return grant && { ...grant, conditions: undefined }
  const { specialty, country, licensed } = grant.conditions
  return { ...grant, conditions: { specialty: BigInt(specialty), country, licensed } }
}
