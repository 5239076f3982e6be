import type { Resource } from '@medplum/fhirtypes'

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
)
const LENGTH_MAX = 160

/**
 * One short plain line for a person: what, how much, when ("Haemoglobin A1c 7.2 %, 3 March 2024"). Contents: never log it.
 * Dates are shown as written, without moving them to another time zone.
 */
export function describe(resource: Resource): string {
  const fields = resource as unknown as Record<string, unknown>
  const what = subjectLine(resource.resourceType, fields)
  const value = resource.resourceType === 'Observation' ? valueOf(fields) : ''
  const when = formatDate(dateOf(fields))
  const line = [value ? `${what} ${value}` : what, when].filter(Boolean).join(', ')
  const flat = line.replace(/\s+/g, ' ').trim()
  return flat.length > LENGTH_MAX ? `${flat.slice(0, LENGTH_MAX - 1).trimEnd()}…` : flat
}

function subjectLine(type: string, fields: Record<string, unknown>): string {
  const named = ['Patient', 'Practitioner', 'RelatedPerson', 'Person', 'Organization', 'Location']
  if (named.includes(type)) return nameOf(fields.name) || spaced(type)
  const elements = 'code vaccineCode medicationCodeableConcept type description title category'.split(' ')
  for (const element of elements) {
    const text = conceptText(fields[element])
    if (text)
      return type === 'Condition' || type === 'Observation'
        ? text
        : `${labels[type] ?? spaced(type)}: ${text}`
  }
  const series = list(fields.series)[0] as { modality?: unknown } | undefined
  const modality = conceptText(series?.modality)
  return modality ? `${spaced(type)}: ${modality}` : (labels[type] ?? spaced(type))
}

/** Words a person uses where FHIR's name for the type is not one. */
const labels: Record<string, string> = {
  AllergyIntolerance: 'Allergy',
  MedicationRequest: 'Prescription',
  MedicationStatement: 'Medicine',
  Encounter: 'Visit',
  DiagnosticReport: 'Report',
  DocumentReference: 'Document',
  ExplanationOfBenefit: 'Insurance statement',
  Immunization: 'Vaccination',
  FamilyMemberHistory: 'Family history',
  ServiceRequest: 'Request',
}

function valueOf(fields: Record<string, unknown>): string {
  const own = oneValue(fields)
  if (own) return own
  const parts = list(fields.component).map((part) => oneValue(part as Record<string, unknown>))
  const units = new Set(parts.map((part) => part.replace(/^\S+\s*/, '')))
  // A blood pressure reads 120/80 mmHg, not 120 mmHg/80 mmHg.
  if (parts.length === 2 && units.size === 1)
    return `${parts.map((part) => part.split(' ')[0]).join('/')} ${[...units][0]}`
  return parts.filter(Boolean).slice(0, 4).join(', ')
}

function oneValue(fields: Record<string, unknown>): string {
  const quantity = fields.valueQuantity as { value?: unknown; unit?: unknown; code?: unknown } | undefined
  if (quantity?.value !== undefined)
    return `${rounded(quantity.value)} ${text(quantity.unit ?? quantity.code)}`.trim()
  for (const key of ['valueString', 'valueInteger', 'valueBoolean', 'valueDateTime', 'valueTime']) {
    if (fields[key] !== undefined) return text(fields[key])
  }
  return conceptText(fields.valueCodeableConcept)
}

function dateOf(fields: Record<string, unknown>): unknown {
  const named =
    `effectiveDateTime effectiveInstant performedDateTime occurrenceDateTime onsetDateTime authoredOn started recordedDate
    dateAsserted date created start birthDate issued recorded`.split(/\s+/)
  const periods = ['effectivePeriod', 'performedPeriod', 'period', 'billablePeriod', 'onsetPeriod']
  return (
    named.map((key) => fields[key]).find((value) => value !== undefined) ??
    periods
      .map((key) => (fields[key] as { start?: unknown } | undefined)?.start)
      .find((value) => value !== undefined)
  )
}

function formatDate(value: unknown): string {
  const [, year, month, day] = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?/.exec(text(value)) ?? []
  if (!year) return ''
  const monthName = month ? MONTHS[Number(month) - 1] : undefined
  return [day && monthName ? String(Number(day)) : undefined, monthName, year].filter(Boolean).join(' ')
}

function conceptText(value: unknown): string {
  if (typeof value === 'string') return value
  const first = list(value)[0] as
    { text?: unknown; display?: unknown; coding?: unknown; code?: unknown } | undefined
  if (typeof first !== 'object' || first === null) return ''
  const coding = list(first.coding)[0] as { display?: unknown; code?: unknown } | undefined
  return text(first.text ?? first.display ?? coding?.display ?? coding?.code ?? first.code)
}

function nameOf(value: unknown): string {
  if (typeof value === 'string') return value
  const name = list(value)[0] as { text?: unknown; given?: unknown; family?: unknown } | undefined
  if (typeof name !== 'object' || name === null) return ''
  return text(name.text) || [...list(name.given), name.family].map(text).filter(Boolean).join(' ')
}

/** Devices and simulators report more digits than anyone reads. */
const rounded = (value: unknown): string =>
  typeof value === 'number' ? String(Math.round(value * 1000) / 1000) : text(value)

const text = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''

const list = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value]

const spaced = (type: string): string => type.replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
