import { isElementName } from './definitions.ts'
import { FhirError } from './errors.ts'
import { perPatientTypes } from './patient-types.ts'
import { isAboutPatient, linksOf, ReferenceIndex, type Entry, type Link } from './references.ts'
import { placeOf } from './validate.ts'

/** One patient's entries: the Patient first, then the others in the order of the source. */
export interface ChartEntries {
  patient: Entry
  entries: Entry[]
  /** Why the chart must be refused, if it must. */
  refusal?: FhirError
}

export interface Grouping {
  charts: ChartEntries[]
  /** Refusals that no single chart can answer for. */
  unplaced: FhirError[]
  /** Entries that concern no patient and that no chart refers to, such as a Practitioner from a directory export. */
  leftOut: Entry[]
}

/**
 * Sorts entries into charts. A resource belongs to the one patient it refers to; if it refers to none, to the patient of the
 * clinical resources it refers to (a Provenance); and what a chart refers to (Practitioner, Medication) comes along, copied into each chart
 * that does. With a single patient everything belongs to them. Whatever could put one patient's data into another's chart is refused.
 *
 * @param membersMax - entries of all charts together, copies counted.
 * @throws FhirError `fhir-too-many-entries`; every other refusal is in the result.
 */
export function groupIntoCharts(entries: readonly Entry[], membersMax: number): Grouping {
  return new Grouper(entries, membersMax).group()
}

class Grouper {
  readonly #entries: readonly Entry[]
  readonly #index = new ReferenceIndex()
  readonly #links = new Map<Entry, Link[]>()
  readonly #targets = new Map<Entry, Entry[]>()
  readonly #owner = new Map<Entry, Entry>()
  readonly #refusals: { error: FhirError; entries: Entry[] }[] = []
  /** Shared resources are copied into every chart; copies are bounded so that a chain of them cannot multiply. */
  readonly #membersMax: number
  #memberCount = 0
  #patients: Entry[] = []

  constructor(entries: readonly Entry[], membersMax: number) {
    this.#entries = entries
    this.#membersMax = membersMax
  }

  group(): Grouping {
    this.#patients = this.#entries.filter((entry) => entry.resource.resourceType === 'Patient')
    for (const entry of this.#entries) this.#register(entry)
    for (const entry of this.#entries) this.#followLinks(entry)
    this.#inheritOwners()
    this.#refuseCrossLinks()
    const [only, second] = this.#patients
    const charts =
      only && !second
        ? [{ patient: only, entries: patientFirst(only, this.#entries) }]
        : this.#severalCharts()
    const chartsWith = new Map<Entry, ChartEntries[]>()
    for (const chart of charts) for (const entry of chart.entries) append(chartsWith, entry, chart)
    const leftOut = second ? this.#placeTheRest(chartsWith) : []

    const unplaced: FhirError[] = []
    for (const { error, entries } of this.#refusals) {
      const struck = entries.flatMap((entry) => chartsWith.get(entry) ?? [])
      for (const chart of struck) chart.refusal ??= error
      if (struck.length === 0) unplaced.push(error)
    }
    return { charts, unplaced, leftOut }
  }

  #severalCharts(): ChartEntries[] {
    const own = new Map<Entry, Entry[]>()
    for (const entry of this.#entries) {
      const owner = this.#owner.get(entry)
      if (owner) append(own, owner, entry)
    }
    return this.#patients.map((patient) => this.#chartOf(patient, own.get(patient) ?? []))
  }

  #register(entry: Entry): void {
    const present = this.#index.add(entry)
    if (present === undefined) return
    const other = placeOf(present.resource, placeIn(present))
    this.#refuse(new FhirError('fhir-duplicate-resource', { ...where(entry), other }), entry, present)
  }

  #followLinks(entry: Entry): void {
    const isPatient = entry.resource.resourceType === 'Patient'
    if (isPatient) this.#owner.set(entry, entry)
    const links = linksOf(entry.resource)
    const targets: Entry[] = []
    this.#links.set(entry, links)
    this.#targets.set(entry, targets)
    for (const link of links) {
      const target = this.#index.find(link)
      if (target === undefined) {
        // A Patient may link to records of theirs elsewhere; that does not make it somebody else's.
        if (!isPatient && isAboutPatient(link) && !this.#isContained(entry, link)) {
          this.#refuse(new FhirError('fhir-patient-unresolved', { ...where(entry), ...fieldOf(link) }), entry)
        }
      } else if (target.resource.resourceType !== 'Patient') targets.push(target)
      else if (!isPatient) this.#claim(entry, target, link)
    }
  }

  /** `#p` is fine unless what it names inside the resource is a Patient. */
  #isContained(entry: Entry, link: Link): boolean {
    const { contained } = entry.resource as { contained?: unknown }
    if (!link.reference?.startsWith('#') || !Array.isArray(contained)) return false
    const found = contained.find((item: { id?: unknown } | null) => item?.id === link.reference?.slice(1))
    return found !== undefined && found.resourceType !== 'Patient'
  }

  #claim(entry: Entry, patient: Entry, link?: Link): void {
    const owner = this.#owner.get(entry)
    if (owner === undefined) this.#owner.set(entry, patient)
    else if (owner !== patient) {
      this.#refuse(
        new FhirError('fhir-two-patients', { ...where(entry), ...fieldOf(link) }),
        entry,
        owner,
        patient,
      )
    }
  }

  /** A resource without a patient of its own is about whoever the clinical resources it refers to are about. */
  #inheritOwners(): void {
    const referrers = new Map<Entry, Entry[]>()
    for (const entry of this.#entries) {
      if (this.#owner.has(entry) || !isPerPatient(entry)) continue
      for (const target of this.#targets.get(entry) ?? []) append(referrers, target, entry)
    }
    const waiting = [...this.#owner.keys()]
    for (let target = waiting.pop(); target; target = waiting.pop()) {
      const owner = this.#owner.get(target) as Entry
      for (const referrer of referrers.get(target) ?? []) {
        if (!this.#owner.has(referrer)) waiting.push(referrer)
        this.#claim(referrer, owner)
      }
    }
  }

  #refuseCrossLinks(): void {
    for (const [entry, owner] of this.#owner) {
      if (entry === owner) continue
      for (const target of this.#targets.get(entry) ?? []) {
        const other = this.#owner.get(target)
        if (other && other !== owner)
          this.#refuse(new FhirError('fhir-two-patients', where(entry)), owner, other)
      }
    }
  }

  #chartOf(patient: Entry, own: readonly Entry[]): ChartEntries {
    const members = new Set(own)
    const waiting = [...own]
    for (let entry = waiting.pop(); entry; entry = waiting.pop()) {
      for (const target of this.#targets.get(entry) ?? []) {
        if (this.#owner.has(target) || members.has(target)) continue
        members.add(target)
        waiting.push(target)
      }
    }
    this.#memberCount += members.size
    if (this.#memberCount > this.#membersMax)
      throw new FhirError('fhir-too-many-entries', { entriesMax: this.#membersMax })
    return {
      patient,
      entries: patientFirst(
        patient,
        [...members].sort((a, b) => a.index - b.index),
      ),
    }
  }

  /** With several patients: what belongs to two, and what belongs to none. */
  #placeTheRest(chartsWith: Map<Entry, ChartEntries[]>): Entry[] {
    const refused = new Set(this.#refusals.flatMap((refusal) => refusal.entries))
    const leftOut: Entry[] = []
    for (const entry of this.#entries) {
      const count = chartsWith.get(entry)?.length ?? 0
      if (count > 1 && isPerPatient(entry))
        this.#refuse(new FhirError('fhir-two-patients', where(entry)), entry)
      if (count > 0 || refused.has(entry)) continue
      if (isPerPatient(entry)) this.#refuse(new FhirError('fhir-patient-missing', where(entry)), entry)
      else leftOut.push(entry)
    }
    return leftOut
  }

  #refuse(error: FhirError, ...entries: Entry[]): void {
    this.#refusals.push({ error, entries })
  }
}

const isPerPatient = (entry: Entry): boolean => perPatientTypes.has(entry.resource.resourceType)

function append<V>(lists: Map<Entry, V[]>, key: Entry, value: V): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}

function patientFirst(patient: Entry, entries: readonly Entry[]): Entry[] {
  return [patient, ...entries.filter((entry) => entry !== patient)]
}

export function placeIn({ index, line }: Entry): { entry: number; line?: number } {
  return line === undefined ? { entry: index } : { entry: index, line }
}

const where = (entry: Entry) => placeOf(entry.resource, placeIn(entry))

const fieldOf = (link?: Link): { field?: string } =>
  link !== undefined && isElementName(link.field) ? { field: link.field } : {}
