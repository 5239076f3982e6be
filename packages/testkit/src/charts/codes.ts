import type { CodeableConcept, Coding } from '@medplum/fhirtypes'

/** @see https://hl7.org/fhir/R4/terminologies-systems.html */
export const systems = {
  loinc: 'http://loinc.org',
  snomed: 'http://snomed.info/sct',
  rxnorm: 'http://www.nlm.nih.gov/research/umls/rxnorm',
  cvx: 'http://hl7.org/fhir/sid/cvx',
  icd10: 'http://hl7.org/fhir/sid/icd-10',
  ucum: 'http://unitsofmeasure.org',
} as const

/** A code and what it is called. */
export type Code = readonly [code: string, display: string]

const coding =
  (system: string) =>
  ([code, display]: Code): Coding => ({ system, code, display })

export const snomed = coding(systems.snomed)
export const loinc = coding(systems.loinc)
export const rxnorm = coding(systems.rxnorm)
export const cvx = coding(systems.cvx)

/** HL7's own code systems. @see https://terminology.hl7.org */
export const hl7 = (system: string, code: string): Coding => ({
  system: `http://terminology.hl7.org/CodeSystem/${system}`,
  code,
})

export const concept = (text: string, ...codings: Coding[]): CodeableConcept => ({ coding: codings, text })
export const named = (found: Coding): CodeableConcept => ({ coding: [found], text: found.display })
