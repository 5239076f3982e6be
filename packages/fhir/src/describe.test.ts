import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Resource } from '@medplum/fhirtypes'
import { describe } from './describe.ts'

const rows: [line: string, resource: object][] = [
  [
    'Haemoglobin A1c 7.2 %, 3 March 2024',
    {
      resourceType: 'Observation',
      code: { text: 'Haemoglobin A1c' },
      valueQuantity: { value: 7.2, unit: '%' },
      effectiveDateTime: '2024-03-03T09:00:00+05:30',
    },
  ],
  [
    'Blood pressure 120/80 mmHg, March 2024',
    {
      resourceType: 'Observation',
      code: { coding: [{ code: '85354-9', display: 'Blood pressure' }] },
      component: [
        { valueQuantity: { value: 120, unit: 'mmHg' } },
        { valueQuantity: { value: 80, unit: 'mmHg' } },
      ],
      effectiveDateTime: '2024-03',
    },
  ],
  [
    'Weight 71.235 kg',
    { resourceType: 'Observation', code: { text: 'Weight' }, valueQuantity: { value: 71.23456, unit: 'kg' } },
  ],
  [
    'Ana Sharma, 4 May 1984',
    { resourceType: 'Patient', name: [{ given: ['Ana'], family: 'Sharma' }], birthDate: '1984-05-04' },
  ],
  [
    'Type 2 diabetes, 2015',
    { resourceType: 'Condition', code: { text: 'Type 2 diabetes' }, onsetDateTime: '2015' },
  ],
  [
    'Prescription: metformin 500 mg',
    { resourceType: 'MedicationRequest', medicationCodeableConcept: { text: 'metformin 500 mg' } },
  ],
  [
    'Visit: Check-up, 1 January 2024',
    { resourceType: 'Encounter', type: [{ text: 'Check-up' }], period: { start: '2024-01-01' } },
  ],
  [
    'Imaging Study: Ultrasound',
    { resourceType: 'ImagingStudy', series: [{ modality: { code: 'US', display: 'Ultrasound' } }] },
  ],
  ['Audit Event', { resourceType: 'AuditEvent' }],
]

for (const [line, resource] of rows) {
  test(line, () => assert.equal(describe(resource as Resource), line))
}

test('one line of at most 160 characters, whatever is in it', () => {
  const line = describe({ resourceType: 'Condition', code: { text: 'a\n b '.repeat(200) } } as Resource)
  assert.ok(line.length <= 160 && !line.includes('\n'))
})
