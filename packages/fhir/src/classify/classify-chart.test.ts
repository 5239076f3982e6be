import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateChart } from '@hre/testkit'
import type { Resource } from '@medplum/fhirtypes'
import { classify } from './classify.ts'
import { classifyChart } from './classify-chart.ts'

const depression = {
  resourceType: 'Condition',
  id: 'c',
  code: { coding: [{ system: 'http://snomed.info/sct', code: '35489007' }] },
}
const to = (reference: string) => ({ reference })
const compartmentsOf = (resources: object[], fullUrls?: string[]) =>
  classifyChart({ resources: resources as Resource[], fullUrls }).map(
    ({ compartment, sensitivity }) => `${compartment} ${sensitivity}`,
  )

test('attack: a prescription without a psychiatric code tells of the depression it is for', () => {
  const prescription = { resourceType: 'MedicationRequest', id: 'm', reasonReference: [to('Condition/c')] }
  assert.equal(classify(prescription as unknown as Resource).compartment, 'summary')
  assert.deepEqual(compartmentsOf([depression, prescription]), ['mental-health 5', 'mental-health 5'])
})

test('through several steps, and by fullUrl', () => {
  const goal = { resourceType: 'Goal', addresses: [to('urn:uuid:1')] }
  const plan = { resourceType: 'CarePlan', goal: [to('urn:uuid:2')] }
  assert.deepEqual(compartmentsOf([plan, goal, depression], ['urn:uuid:3', 'urn:uuid:2', 'urn:uuid:1']), [
    'mental-health 5',
    'mental-health 5',
    'mental-health 5',
  ])
})

test('a bill stays with billing but at 5; HIV raises and does not move', () => {
  const claim = { resourceType: 'Claim', diagnosis: [{ diagnosisReference: to('Condition/c') }] }
  assert.deepEqual(compartmentsOf([depression, claim]), ['mental-health 5', 'billing 5'])
  const hiv = { ...depression, code: { coding: [{ system: 'http://snomed.info/sct', code: '86406008' }] } }
  const test = { resourceType: 'DiagnosticReport', result: [to('Condition/c')] }
  assert.deepEqual(compartmentsOf([hiv, test]), ['summary 5', 'labs 5'])
})

test('where something was done does not say why', () => {
  const visit = {
    resourceType: 'Encounter',
    id: 'e',
    serviceType: { coding: [{ system: 'http://snomed.info/sct', code: '394587001' }] },
  }
  const weight = {
    resourceType: 'Observation',
    category: [{ coding: [{ code: 'vital-signs' }] }],
    encounter: to('Encounter/e'),
  }
  assert.deepEqual(compartmentsOf([visit, weight]), ['mental-health 5', 'vitals 2'])
})

test('circles end', () => {
  const a = { ...depression, id: 'a', partOf: [to('Procedure/b')] }
  const b = { resourceType: 'Procedure', id: 'b', partOf: [to('Condition/a')] }
  assert.deepEqual(compartmentsOf([a, b]), ['mental-health 5', 'mental-health 5'])
})

test('synthetic charts: outside mental-health nothing names the depression or its treatment', () => {
  let depressed = 0
  for (let seed = 0; seed < 60; seed++) {
    const { resources } = generateChart(seed)
    const answers = classifyChart({ resources })
    const open = resources.filter(
      (_, at) => answers[at]?.compartment !== 'mental-health' && answers[at]?.sensitivity !== 5,
    )
    assert.doesNotMatch(JSON.stringify(open), /depress|sertraline|psychotherapy|PHQ/i)
    if (open.length < resources.length) depressed++
  }
  assert.ok(depressed > 2)
})
