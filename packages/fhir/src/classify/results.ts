import type { DiagnosticReport, Observation } from '@medplum/fhirtypes'
import { codesIn, systems } from './codings.ts'
import type { CompartmentName } from './compartments.ts'

/**
 * Sections of HL7 table 0074 and LOINC classes that mean imaging; of the others in the table most are laboratories.
 * @see https://terminology.hl7.org/CodeSystem-v2-0074.html
 */
const imagingSections = new Set('RAD CT CUS IMG NMR NMS OUS RUS RX VUS XRC CTH LP29684-5'.split(' '))
const labSections = new Set(
  'LAB BG BLB CG CH CP GE HM IMM MB MCB MYC OSL PAR PAT SP SR TX URN VR LP29693-6 LP7839-6'.split(' '),
)

/** @see https://hl7.org/fhir/R4/observation-vitalsigns.html */
const vitalSigns = new Set(
  `85353-1 9279-1 8867-4 2708-6 59408-5 8310-5 8331-1 8302-2 9843-4 29463-7 39156-5 85354-9 55284-4 8480-6 8462-4 8478-0
  72514-3 59576-9 8287-5`.split(/\s+/),
)

export function compartmentOfObservation(observation: Observation): CompartmentName {
  const categories = codesIn(observation.category).map(({ code }) => code)
  if (categories.includes('laboratory') || categories.some((code) => labSections.has(code))) return 'labs'
  if (categories.includes('vital-signs')) return 'vitals'
  if (categories.includes('imaging') || categories.some((code) => imagingSections.has(code))) return 'imaging'
  if (categories.length > 0) return 'summary'
  const codes = codesIn(observation.code)
  if (codes.some(({ code }) => vitalSigns.has(code))) return 'vitals'
  // Without a category: a specimen, or a measured LOINC item with a normal range, is what laboratories report.
  if (observation.specimen) return 'labs'
  const measured = observation.valueQuantity !== undefined && observation.referenceRange !== undefined
  if (measured && codes.some(({ system }) => system === systems.loinc)) return 'labs'
  if (observation.device) return 'vitals'
  return 'summary'
}

export function compartmentOfReport(report: DiagnosticReport): CompartmentName {
  const categories = codesIn(report.category).map(({ code }) => code)
  if (categories.some((code) => imagingSections.has(code))) return 'imaging'
  if (categories.some((code) => labSections.has(code))) return 'labs'
  if (report.imagingStudy || report.media) return 'imaging'
  if (report.result || report.specimen) return 'labs'
  return report.presentedForm ? 'documents' : 'labs'
}
