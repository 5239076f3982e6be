import { and, eq, inArray, isNotNull, isNull, lt, ne, or } from 'drizzle-orm'
import {
  hreError,
  isHreError,
  limits,
  patientCountriesTypedData,
  type AccessRequest,
  type Deployment,
  type SignedCountries,
} from '@hre/protocol'
import type { Address, Hex } from 'viem'
import type { Clock } from '../clock.ts'
import type { Database } from '../store/database.ts'
import { organisationOf } from '../store/directory.ts'
import { databaseFault } from '../store/faults.ts'
import { KeptRows } from '../store/keptRows.ts'
import type { Marks } from '../store/revisions.ts'
import * as t from '../store/schema.ts'
import { Together } from '../together.ts'
import type { SignatureChecker } from './signatures.ts'

/** What a patient said last about countries, as far as this gateway knows. */
export async function countriesOf(db: Database, patient: Address): Promise<SignedCountries | undefined> {
  const [row] = await db.select().from(t.patientCountries).where(eq(t.patientCountries.patient, patient))
  return row
}

/** Patients whose words one statement reads at most. */
const patientsPerLookMax = 1_000
/** Some 500 bytes each. */
const patientsKeptMax = 20_000

/** What patients said last: a new word counts from the next question on. */
export class PatientCountries {
  readonly #db: Database
  readonly #looks: Together<Address, SignedCountries | undefined>
  /** Also of those who said nothing, who are most. */
  readonly #kept = new KeptRows<{ said: SignedCountries | undefined }>({ max: patientsKeptMax })

  constructor(db: Database) {
    this.#db = db
    this.#looks = new Together({
      run: (patients) => this.#read(patients),
      size: () => 1,
      sizeMax: patientsPerLookMax,
      isOfAll: (error) => databaseFault(error) !== undefined,
    })
  }

  /** @param marks - taken after whoever asks began to. */
  async of(patient: Address, { patient_countries: mark }: Marks): Promise<SignedCountries | undefined> {
    const found = await this.#kept.read(mark, [patient], async () => [
      [patient, { said: await this.#looks.add(patient) }],
    ])
    return found.get(patient)!.said
  }

  async #read(patients: readonly Address[]): Promise<(SignedCountries | undefined)[]> {
    const { patient } = t.patientCountries
    const rows = await this.#db
      .select()
      .from(t.patientCountries)
      .where(inArray(patient, [...new Set(patients)]))
    const byPatient = new Map(rows.map((row) => [row.patient, row]))
    return patients.map((one) => byPatient.get(one))
  }
}

/**
 * Keeps a patient's word unless a newer one is known (P4).
 *
 * @returns what is known now: this word, or the newer one.
 * @throws HreError `signature-invalid`; `request-stale` when it is of the future.
 */
export async function keepCountries(
  parts: { db: Database; deployment: Deployment; signatures: SignatureChecker; clock: Clock },
  said: SignedCountries,
): Promise<SignedCountries> {
  const { db, deployment, signatures, clock } = parts
  const aheadSeconds = said.issuedAt - clock()
  if (aheadSeconds > limits.accessRequestAheadSecondsMax) throw hreError('request-stale', { aheadSeconds })
  await signatures.assertSigned(said.patient, patientCountriesTypedData(deployment, said), said.signature)
  await db
    .insert(t.patientCountries)
    .values(said)
    .onConflictDoUpdate({
      target: t.patientCountries.patient,
      set: said,
      setWhere: lt(t.patientCountries.issuedAt, said.issuedAt),
    })
  return (await countriesOf(db, said.patient))!
}

/** Whether it was said by the signer that the patient has now (P4). */
export async function isSignedNow(
  { deployment, signatures }: { deployment: Deployment; signatures: SignatureChecker },
  said: SignedCountries,
): Promise<boolean> {
  try {
    await signatures.assertSigned(said.patient, patientCountriesTypedData(deployment, said), said.signature)
    return true
  } catch (error) {
    if (!isHreError(error, 'signature-invalid')) throw error
    return false
  }
}

/** An unerased record of a sealed file, and where the organisation is that keeps it: whoever committed it, but for R14. */
interface Filed {
  patient: Address
  keeper: Address
  country: string
}

/** Records of a sealed file that nobody erased (R10). */
export async function filedAs(db: Database, content: Hex): Promise<Filed[]> {
  return db
    .select({
      patient: t.leaves.patient,
      keeper: t.leaves.keeper,
      country: t.organisations.country,
    })
    .from(t.leaves)
    .innerJoin(t.organisations, eq(t.organisations.account, t.leaves.keeper))
    .leftJoin(t.marks, and(eq(t.marks.batch, t.leaves.batch), eq(t.marks.leafHash, t.leaves.leafHash)))
    .where(and(eq(t.leaves.content, content), or(isNull(t.marks.status), ne(t.marks.status, 'erased'))))
}

/**
 * Organisations that may hold a copy of a sealed file (P5): each of its records' patients allows their country, or said nothing and
 * it is the country of the record's keeper; which may hold it itself. None for a file that nobody committed,
 * or whose records are all erased.
 */
export async function permittedHolders(db: Database, content: Hex): Promise<Address[]> {
  const filed = await filedAs(db, content)
  if (filed.length === 0) return []
  const patients = [...new Set(filed.map(({ patient }) => patient))]
  const said = await db.select().from(t.patientCountries).where(inArray(t.patientCountries.patient, patients))
  const allowed = new Map(said.map(({ patient, countries }) => [patient, countries]))
  const organisations = await db
    .select({ account: t.organisations.account, country: t.organisations.country })
    .from(t.organisations)
    .innerJoin(t.accounts, eq(t.accounts.account, t.organisations.account))
    .where(and(isNotNull(t.organisations.endpoint), eq(t.organisations.barred, false)))
  return organisations
    .filter((holder) =>
      filed.every(
        ({ patient, keeper, country }) =>
          holder.account === keeper || (allowed.get(patient) ?? [country]).includes(holder.country),
      ),
    )
    .map(({ account }) => account)
}

export async function mayHold(db: Database, content: Hex, holder: Address): Promise<boolean> {
  return (await permittedHolders(db, content)).includes(holder)
}

/**
 * Where a patient's records may be read from (P10), for one request: by somebody who acts in a country, through a gateway in one.
 *
 * @param said - by the patient, last.
 * @returns for the organisation that keeps a record, and whether it is an emergency that opens it: may it be read?
 */
export async function readingRule(
  db: Database,
  { reader, patient, organisation }: Pick<AccessRequest, 'reader' | 'patient' | 'organisation'>,
  said: SignedCountries | undefined,
): Promise<(keptBy: Address, inEmergency: boolean) => boolean> {
  if (!said || said.readingAbroad === 'granted' || reader === patient) return () => true
  const rows = await db.select().from(t.organisations)
  const countries = new Map(rows.map(({ account, country }) => [account, country]))
  const employer = await organisationOf(db, reader)
  const places = [organisation, ...(employer ? [employer] : [])].map((account) => countries.get(account))
  return (keptBy, inEmergency) =>
    (inEmergency && said.readingAbroad === 'emergency') ||
    places.every(
      (country) =>
        country !== undefined && (said.countries.includes(country) || country === countries.get(keptBy)),
    )
}
