import assert from 'node:assert/strict'
import { test } from 'node:test'
import { laboratoryOrderOf, referenceToOrder } from '@hre/fhir'
import { itemOf, withAnswers, wordsOf } from './item.ts'

const from = {
  record: '0x01' as const,
  topic: 'labs' as const,
  author: '0x02' as const,
  organisation: '0x03' as const,
  isPatientsOwn: false,
  status: 'live' as const,
}
const read = (resource: unknown) =>
  itemOf({
    ...from,
    mediaType: 'application/fhir+json',
    body: new TextEncoder().encode(JSON.stringify(resource)),
  })

test('a result has its value, its range and where it stands', () => {
  const item = read({
    resourceType: 'Observation',
    code: { coding: [{ system: 'http://loinc.org', code: '4548-4' }], text: 'Haemoglobin A1c' },
    effectiveDateTime: '2026-03-03T09:00:00+05:30',
    valueQuantity: { value: 7.2004, unit: '%' },
    referenceRange: [{ low: { value: 4 }, high: { value: 5.6 } }],
  })
  assert.deepEqual(item.value, { text: '7.2', unit: '%', number: 7.2 })
  assert.deepEqual(item.range, { low: 4, high: 5.6, text: '' })
  assert.equal(item.standing, 'high')
  assert.equal(item.code, '4548-4')
  assert.equal(item.kind, 'result')
})

test('the laboratory’s own word goes before the numbers', () => {
  const item = read({
    resourceType: 'Observation',
    valueQuantity: { value: 9 },
    referenceRange: [{ high: { value: 5 } }],
    interpretation: [{ coding: [{ code: 'N' }] }],
  })
  assert.equal(item.standing, 'normal')
})

test('a blood pressure reads as two numbers', () => {
  const part = (value: number) => ({ valueQuantity: { value, unit: 'mmHg' } })
  const item = read({ resourceType: 'Observation', component: [part(120), part(80)] })
  assert.deepEqual(item.value, { text: '120/80', unit: 'mmHg', number: 120 })
})

test('attack: what is not FHIR, or is FHIR turned inside out, is still a line', () => {
  for (const hostile of [
    null,
    7,
    'text',
    [],
    { resourceType: 7, code: [[[]]] },
    { code: { coding: 'x' }, note: 3 },
  ])
    assert.equal(typeof read(hostile).title, 'string')
  const cut = itemOf({ ...from, mediaType: 'application/fhir+json', body: new TextEncoder().encode('{"a":') })
  assert.equal(cut.kind, 'other')
  const pdf = itemOf({ ...from, mediaType: 'application/pdf', body: new Uint8Array(8) })
  assert.equal(pdf.title, 'application/pdf')
  assert.equal(read({ resourceType: 'Observation', effectiveDateTime: 'javascript:alert(1)' }).date, null)
})

test('attack: a narrative with script, style, events and half a tag gives words alone', () => {
  const words = wordsOf(
    '<div onclick="x()">Take <b>one</b><script>alert(1)</script><style>*{}</style><p>daily</p>&lt;img&gt;<img src=x onerror=',
  )
  assert.equal(words, 'Take one daily\n<img>')
})

test('“no known allergy” is no allergy, and one that was refuted warns of nothing', () => {
  const allergy = (code: string, verified = 'confirmed') =>
    read({
      resourceType: 'AllergyIntolerance',
      code: { coding: [{ system: 'http://snomed.info/sct', code }] },
      verificationStatus: { coding: [{ code: verified }] },
    })
  assert.equal(allergy('716186003').saysNone, true)
  assert.deepEqual([allergy('91936005').saysNone, allergy('91936005').isOver], [false, false])
  assert.equal(allergy('91936005', 'refuted').isOver, true)
  // The number alone, of another system, says nothing.
  assert.equal(
    read({ resourceType: 'AllergyIntolerance', code: { coding: [{ code: '716186003' }] } }).saysNone,
    false,
  )
})

test('an appointment stands at its beginning', () => {
  const item = read({
    resourceType: 'Appointment',
    status: 'booked',
    start: '2026-03-03T09:00:00Z',
    description: 'Review',
  })
  assert.deepEqual([item.kind, item.date, item.title], ['appointment', '2026-03-03T09:00:00Z', 'Review'])
})

const orderRecord = `0x${'0d'.repeat(32)}` as const
const ordered = (change: object = {}, status: 'live' | 'withdrawn' = 'live') => {
  const resource = laboratoryOrderOf({
    test: { code: '2823-3', title: 'Potassium' },
    priority: 'urgent',
    reason: 'Takes a diuretic',
    authoredOn: '2026-11-21T07:30:00+05:30',
    requester: 'Dr Mehta',
  })
  const body = new TextEncoder().encode(JSON.stringify({ ...resource, ...change }))
  return itemOf({ ...from, record: orderRecord, status, mediaType: 'application/fhir+json', body })
}
const answer = (change: object = {}) => ({
  ...read({ resourceType: 'Observation', basedOn: [referenceToOrder(orderRecord)], valueString: 'negative' }),
  ...change,
})
const stateAfter = (...answers: ReturnType<typeof answer>[]) => withAnswers([ordered(), ...answers])[0]!.order

test('[R18] an order says what, how soon and why, and that it is awaited', () => {
  const { kind, code, order, isUrgent, details, isOver } = ordered()
  assert.deepEqual([kind, code, order, isUrgent, isOver], ['order', '2823-3', 'awaited', true, false])
  assert.deepEqual(details, ['Takes a diuretic', 'Dr Mehta'])
  assert.equal(ordered({ priority: 'routine' }).isUrgent, false)
})

test('[R18] an order is answered by a result that names its record, and withdrawn by its mark or its own word', () => {
  assert.equal(stateAfter(answer()), 'answered')
  assert.equal(stateAfter(), 'awaited')
  assert.equal(ordered({}, 'withdrawn').order, 'withdrawn')
  assert.equal(ordered({ status: 'revoked' }).order, 'withdrawn')
  // Done by another system, whose results may be anywhere.
  assert.equal(ordered({ status: 'completed' }).order, 'answered')
})

test('[R18] attack: what the patient adds, what was taken back, and what names another order answers nothing', () => {
  assert.equal(stateAfter(answer({ isPatientsOwn: true })), 'awaited')
  assert.equal(stateAfter(answer({ status: 'withdrawn' })), 'awaited')
  assert.equal(stateAfter(answer({ basedOn: [`0x${'0e'.repeat(32)}`] })), 'awaited')
  const [order] = withAnswers([ordered({}, 'withdrawn'), answer()])
  assert.equal(order!.order, 'withdrawn')
})

test('[R18] attack: a reference that is none is passed over', () => {
  for (const basedOn of [
    null,
    'x',
    [7],
    [{ identifier: 'x' }],
    [{ identifier: { system: 'urn:hre:record', value: '0x1' } }],
  ])
    assert.equal(read({ resourceType: 'Observation', basedOn }).basedOn, undefined)
})

test('a report has its document', () => {
  const presentedForm = [{ contentType: 'application/pdf', data: 'AQID' }]
  assert.equal(read({ resourceType: 'DiagnosticReport', presentedForm }).hasDocument, true)
  assert.equal(read({ resourceType: 'DiagnosticReport', presentedForm: 7 }).hasDocument, false)
  assert.equal(read({ resourceType: 'Observation', presentedForm }).hasDocument, false)
})
