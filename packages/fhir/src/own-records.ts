import { bytesToBase64 } from '@hre/protocol'
import type { CodeableConcept, DocumentReference, Observation, Quantity } from '@medplum/fhirtypes'

// What patients add to their own charts (spec/records.md R14): resources that say who said so.

/**
 * Kinds of documents that people keep at home, by LOINC where it has a code.
 *
 * @see https://loinc.org/document-ontology/
 */
export const ownDocumentKinds = {
  letter: { code: '18842-5', display: 'Discharge summary' },
  prescription: { code: '57833-6', display: 'Prescription for medication' },
  laboratory: { code: '11502-2', display: 'Laboratory report' },
  imaging: { code: '18748-4', display: 'Diagnostic imaging study' },
  vaccination: { code: '11369-6', display: 'History of Immunization Narrative' },
  other: null,
} as const
export type OwnDocumentKind = keyof typeof ownDocumentKinds

/** Files that are taken: what every phone makes, and shows without running anything. */
export const ownDocumentTypes = ['application/pdf', 'image/jpeg', 'image/png'] as const
export type OwnDocumentType = (typeof ownDocumentTypes)[number]

/** What a file is by its first bytes, whatever its name says; undefined for anything that is not taken. */
export function ownDocumentTypeOf(bytes: Uint8Array): OwnDocumentType | undefined {
  const begins = (...start: number[]) => start.every((byte, index) => bytes[index] === byte)
  if (begins(0x25, 0x50, 0x44, 0x46, 0x2d)) return 'application/pdf'
  if (begins(0xff, 0xd8, 0xff)) return 'image/jpeg'
  return begins(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a) ? 'image/png' : undefined
}

export interface OwnDocument {
  kind: OwnDocumentKind
  /** Any text; see `ownTitle`. */
  title: string
  /** Day of the document, `YYYY-MM-DD`. */
  date: string
  contentType: OwnDocumentType
  bytes: Uint8Array
}

const titleCharactersMax = 120

/** A title as FHIR can hold it: one line without control characters, and not longer than a line. Empty for what has no more to it. */
export const ownTitle = (text: string): string =>
  // What has no UTF-8 form, and what a reader would not see.
  [
    ...text
      .toWellFormed()
      .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
      .trim(),
  ]
    .slice(0, titleCharactersMax)
    .join('')

/**
 * A document as the patient has it.
 *
 * @throws RangeError without a title.
 */
export function ownDocumentOf({
  kind,
  title: wanted,
  date,
  contentType,
  bytes,
}: OwnDocument): DocumentReference {
  const title = ownTitle(wanted)
  if (title === '') throw new RangeError('a document has a title')
  const code = ownDocumentKinds[kind]
  return {
    resourceType: 'DocumentReference',
    status: 'current',
    type: { ...(code && { coding: [{ system: 'http://loinc.org', ...code }] }), text: title },
    // An instant has to have a time; the day is what the document says, so it is noon of that day wherever it is read.
    date: `${date}T12:00:00Z`,
    author: [{ type: 'Patient' }],
    content: [{ attachment: { contentType, title, creation: date, data: bytesToBase64(bytes) } }],
  }
}

/** A unit as people choose it, with what it is in UCUM and what can be measured in it. */
export interface OwnUnit {
  /** As it is written. */
  unit: string
  /** UCUM. @see https://ucum.org/ucum */
  code: string
  /** Of what can be true of a living person, both inclusive: what is outside is a slip of the finger. */
  low: number
  high: number
  /** LOINC, where another unit is another observation. */
  loinc?: string
}

interface OwnMeasurementForm {
  /** LOINC codes of the observation, the most telling first. */
  loinc: readonly string[]
  display: string
  units: readonly [OwnUnit, ...OwnUnit[]]
  /** Of a value that has two parts: the second one, always the smaller. */
  second?: { loinc: string; display: string; low: number; high: number }
  /** Of the first of two parts. */
  first?: { loinc: string; display: string }
}

/**
 * What people measure at home.
 *
 * @see https://hl7.org/fhir/R4/observation-vitalsigns.html
 */
export const ownMeasurements = {
  'blood-pressure': {
    loinc: ['85354-9'],
    display: 'Blood pressure',
    units: [{ unit: 'mmHg', code: 'mm[Hg]', low: 50, high: 300 }],
    first: { loinc: '8480-6', display: 'Systolic blood pressure' },
    second: { loinc: '8462-4', display: 'Diastolic blood pressure', low: 20, high: 200 },
  },
  weight: {
    loinc: ['29463-7'],
    display: 'Body weight',
    units: [
      { unit: 'kg', code: 'kg', low: 0.3, high: 500 },
      { unit: 'lb', code: '[lb_av]', low: 0.7, high: 1_100 },
    ],
  },
  'blood-sugar': {
    loinc: ['41653-7'],
    display: 'Glucose in capillary blood by glucometer',
    units: [
      { unit: 'mg/dL', code: 'mg/dL', low: 10, high: 1_000 },
      { unit: 'mmol/L', code: 'mmol/L', low: 0.6, high: 55, loinc: '14743-9' },
    ],
  },
  temperature: {
    loinc: ['8310-5'],
    display: 'Body temperature',
    units: [
      { unit: '°C', code: 'Cel', low: 30, high: 45 },
      { unit: '°F', code: '[degF]', low: 86, high: 113 },
    ],
  },
  pulse: {
    loinc: ['8867-4'],
    display: 'Heart rate',
    units: [{ unit: '/min', code: '/min', low: 20, high: 300 }],
  },
  oxygen: {
    loinc: ['59408-5', '2708-6'],
    display: 'Oxygen saturation in arterial blood by pulse oximetry',
    units: [{ unit: '%', code: '%', low: 40, high: 100 }],
  },
} as const satisfies Record<string, OwnMeasurementForm>
export type OwnMeasurementKind = keyof typeof ownMeasurements

export interface OwnMeasurement {
  kind: OwnMeasurementKind
  value: number
  /** Of a blood pressure the lower value; null for everything else. */
  second: number | null
  /** As in `ownMeasurements`. */
  unit: string
  /** Instant in ISO 8601, with its distance from UTC. */
  takenAt: string
}

/** What is wrong with a value that was typed. `outside`: nobody has such a value. `order`: the lower one is not lower. */
export type OwnMeasurementFault = 'outside' | 'second-outside' | 'order'

/** @returns undefined for what can be. @throws RangeError for a unit that the measurement does not have. */
export function ownMeasurementFault({
  kind,
  value,
  second,
  unit,
}: Omit<OwnMeasurement, 'takenAt'>): OwnMeasurementFault | undefined {
  const form: OwnMeasurementForm = ownMeasurements[kind]
  if (!isWithin(value, unitOf(form, unit))) return 'outside'
  if (!form.second) return undefined
  if (second === null || !isWithin(second, form.second)) return 'second-outside'
  return second < value ? undefined : 'order'
}

/**
 * A measurement as the patient read it.
 *
 * @throws RangeError for what `ownMeasurementFault` finds fault with.
 */
export function ownMeasurementOf(measured: OwnMeasurement): Observation {
  const { kind, value, second, unit, takenAt } = measured
  const fault = ownMeasurementFault(measured)
  if (fault) throw new RangeError(`${kind}: ${fault}`)
  const form: OwnMeasurementForm = ownMeasurements[kind]
  const { code, loinc } = unitOf(form, unit)
  const quantity = (amount: number): Quantity => ({
    value: amount,
    unit,
    system: 'http://unitsofmeasure.org',
    code,
  })
  const { first, second: lower } = form
  return {
    resourceType: 'Observation',
    status: 'final',
    category: [
      {
        coding: [
          // https://terminology.hl7.org/CodeSystem-observation-category.html
          { system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' },
        ],
      },
    ],
    code: conceptOf(loinc ? [loinc] : form.loinc, form.display),
    effectiveDateTime: takenAt,
    performer: [{ type: 'Patient' }],
    ...(first && lower
      ? {
          component: [
            { code: conceptOf([first.loinc], first.display), valueQuantity: quantity(value) },
            { code: conceptOf([lower.loinc], lower.display), valueQuantity: quantity(second!) },
          ],
        }
      : { valueQuantity: quantity(value) }),
  }
}

function unitOf({ units }: OwnMeasurementForm, unit: string): OwnUnit {
  const found = units.find((candidate) => candidate.unit === unit)
  if (!found) throw new RangeError(`no such unit: ${units.map((candidate) => candidate.unit).join(', ')}`)
  return found
}

const isWithin = (value: number, { low, high }: { low: number; high: number }): boolean =>
  value >= low && value <= high

const conceptOf = (codes: readonly string[], text: string): CodeableConcept => ({
  coding: codes.map((code) => ({ system: 'http://loinc.org', code })),
  text,
})
