import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Resource } from '@medplum/fhirtypes'
import { classify } from './classify.ts'
import { compartments } from './compartments.ts'

type Row = [what: string, resource: object, compartment: keyof typeof compartments, sensitivity: number]

const coded = (system: string, code: string) => ({ coding: [{ system, code }] })
const snomed = (code: string) => coded('http://snomed.info/sct', code)
const loinc = (code: string) => coded('http://loinc.org', code)
const category = (code: string) => [coded('http://terminology.hl7.org/CodeSystem/observation-category', code)]
const section = (code: string) => [coded('http://terminology.hl7.org/CodeSystem/v2-0074', code)]
const label = (code: string, system = 'v3-ActCode') => ({
  meta: { security: [{ system: `http://terminology.hl7.org/CodeSystem/${system}`, code }] },
})
const of = (resourceType: string, more: object = {}) => ({ resourceType, ...more })

const rows: Row[] = [
  ['patient', of('Patient'), 'summary', 3],
  ['diagnosis', of('Condition', { code: snomed('44054006') }), 'summary', 3],
  ['prescription', of('MedicationRequest'), 'summary', 3],
  ['family history', of('FamilyMemberHistory'), 'summary', 3],
  ['smoking status', of('Observation', { category: category('social-history') }), 'summary', 3],
  ['laboratory result', of('Observation', { category: category('laboratory') }), 'labs', 3],
  [
    'result without category',
    of('Observation', { code: loinc('718-7'), valueQuantity: {}, referenceRange: [] }),
    'labs',
    3,
  ],
  ['result with a specimen', of('Observation', { code: loinc('718-7'), specimen: {} }), 'labs', 3],
  ['specimen', of('Specimen'), 'labs', 3],
  ['laboratory report', of('DiagnosticReport', { category: section('HM') }), 'labs', 3],
  ['heart rate', of('Observation', { category: category('vital-signs') }), 'vitals', 2],
  ['heart rate without category', of('Observation', { code: loinc('8867-4') }), 'vitals', 2],
  [
    'order of a laboratory test',
    of('ServiceRequest', { category: [snomed('108252007')], code: loinc('718-7') }),
    'labs',
    3,
  ],
  ['order of something else', of('ServiceRequest', { category: [snomed('363679005')] }), 'summary', 3],
  ['imaging study', of('ImagingStudy'), 'imaging', 3],
  ['radiology report', of('DiagnosticReport', { category: section('RAD') }), 'imaging', 3],
  ['report of an imaging study', of('DiagnosticReport', { imagingStudy: [{}] }), 'imaging', 3],
  ['written report', of('DiagnosticReport', { presentedForm: [{}] }), 'documents', 4],
  ['note', of('DocumentReference', { type: loinc('11506-3') }), 'documents', 4],
  ['visit', of('Encounter', { class: { code: 'AMB' } }), 'encounters', 2],
  ['claim', of('Claim'), 'billing', 2],
  ['insurance', of('Coverage'), 'billing', 2],
  ['audit event', of('AuditEvent'), 'other', 3],
  // Mental health, wherever it shows.
  ['depression', of('Condition', { code: snomed('35489007') }), 'mental-health', 5],
  [
    'depression by ICD-10',
    of('Condition', { code: coded('http://hl7.org/fhir/sid/icd-10-cm', 'F32.1') }),
    'mental-health',
    5,
  ],
  [
    'fracture by ICD-10',
    of('Condition', { code: coded('http://hl7.org/fhir/sid/icd-10', 'S52.5') }),
    'summary',
    3,
  ],
  [
    'PHQ-9 score',
    of('Observation', { category: category('survey'), code: loinc('44261-6') }),
    'mental-health',
    5,
  ],
  [
    'medicine given for anxiety',
    of('MedicationRequest', { reasonCode: [snomed('48694002')] }),
    'mental-health',
    5,
  ],
  ['psychiatric visit', of('Encounter', { serviceType: snomed('394587001') }), 'mental-health', 5],
  ['psychotherapy note by label', of('DocumentReference', label('PSYTHPN')), 'mental-health', 5],
  ['alcohol treatment by label', of('Procedure', label('ETH')), 'mental-health', 5],
  [
    'claim that names depression',
    of('Claim', { diagnosis: [{ diagnosisCodeableConcept: snomed('35489007') }] }),
    'billing',
    5,
  ],
  ['psychiatrist', of('PractitionerRole', { specialty: [snomed('394587001')] }), 'summary', 3],
  ['patient labelled PSY', of('Patient', label('PSY')), 'summary', 5],
  // Other labels and codes.
  [
    'restricted',
    of('Observation', { ...label('R', 'v3-Confidentiality'), category: category('vital-signs') }),
    'vitals',
    4,
  ],
  ['very restricted', of('Encounter', label('V', 'v3-Confidentiality')), 'encounters', 5],
  ['normal does not lower', of('DocumentReference', label('N', 'v3-Confidentiality')), 'documents', 4],
  ['label of another system', of('Encounter', label('V', 'v3-Elsewhere')), 'encounters', 2],
  ['HIV by label', of('Observation', { ...label('HIV'), category: category('laboratory') }), 'labs', 5],
  ['HIV by code', of('Condition', { code: snomed('86406008') }), 'summary', 5],
  ['asked for discretion', of('Encounter', label('PRS')), 'encounters', 4],
  // Not what they should be.
  ['unknown type', of('Nonsense'), 'other', 3],
  ['type of a prototype', of('constructor'), 'other', 3],
  ['label of a prototype', of('Encounter', label('constructor', 'v3-Confidentiality')), 'encounters', 2],
]

for (const [what, resource, compartment, sensitivity] of rows) {
  test(`${what}: ${compartment} ${sensitivity}`, () => {
    const found = classify(resource as Resource)
    assert.deepEqual(found, { compartment, sensitivity, kind: 'resource' })
  })
}

test('a Bundle is filed as a Bundle', () => {
  assert.equal(classify(of('Bundle') as Resource).kind, 'bundle')
})

test('a ceiling can tell the compartments apart', () => {
  const levels = Object.values(compartments).map((row) => row.sensitivity)
  assert.deepEqual([...new Set(levels)].sort(), [2, 3, 4, 5])
})
