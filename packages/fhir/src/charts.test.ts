import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bundle, bytesOf, ndjsonOf, observation, patient, practitioner } from './chart.fixture.ts'
import { readAll, refusal } from './read.fixture.ts'

const charts = async (resources: unknown[]) =>
  (await readAll(bytesOf(bundle(resources)))).map((chart) => chart.resources.map(({ id }) => id).join(' '))

const provenance = (target: string) => ({
  resourceType: 'Provenance',
  id: 'v',
  target: [{ reference: target }],
  recorded: '2024-01-01T00:00:00Z',
  agent: [{ who: { reference: 'Practitioner/d1' } }],
})

test('what charts share comes along with each chart that refers to it, through others too', async () => {
  const role = {
    resourceType: 'PractitionerRole',
    id: 'r',
    practitioner: { reference: 'Practitioner/d1' },
    organization: { reference: 'Organization/h' },
  }
  const performer = { performer: [{ reference: 'PractitionerRole/r' }] }
  const hospital = { resourceType: 'Organization', id: 'h', name: 'City Hospital' }
  const found = await charts([
    patient('a'),
    patient('b'),
    hospital,
    role,
    practitioner(),
    observation('o1', 'a', performer),
    observation('o2', 'b', performer),
  ])
  assert.deepEqual(found, ['a h r d1 o1', 'b h r d1 o2'])
})

test('a resource without a patient of its own follows the clinical resource it refers to', async () => {
  const found = await charts([
    patient('a'),
    patient('b'),
    practitioner(),
    observation('o', 'b'),
    provenance('Observation/o'),
  ])
  assert.deepEqual(found, ['a', 'b d1 o v'])
})

test('references may be relative, absolute, versioned, urn:uuid or by identifier', async () => {
  const identifier = { system: 'urn:test', value: '42' }
  const entry = [
    { fullUrl: 'https://a.example/Patient/a', resource: { ...patient('a'), identifier: [identifier] } },
    { fullUrl: 'urn:uuid:0b', resource: patient('b') },
    { resource: observation('o1', 'a') },
    { resource: observation('o2', '', { subject: { reference: 'https://a.example/Patient/a' } }) },
    { resource: observation('o3', '', { subject: { reference: 'Patient/a/_history/2' } }) },
    { resource: observation('o4', '', { subject: { reference: 'urn:uuid:0b' } }) },
    { resource: observation('o5', '', { subject: { identifier } }) },
  ]
  const read = await readAll(bytesOf({ resourceType: 'Bundle', type: 'collection', entry }))
  assert.deepEqual(
    read.map((chart) => chart.resources.map(({ id }) => id).join(' ')),
    ['a o1 o2 o3 o5', 'b o4'],
  )
})

test('two resources with one identity are refused, by id or by fullUrl', async () => {
  const error = await refusal(
    'fhir-duplicate-resource',
    bytesOf(bundle([patient(), observation('o'), observation('o')])),
  )
  assert.deepEqual(error.data, {
    entry: 2,
    resourceType: 'Observation',
    resourceId: 'o',
    other: { entry: 1, resourceType: 'Observation', resourceId: 'o' },
  })
  await refusal('fhir-duplicate-resource', ndjsonOf([patient(), patient()]))
  const fullUrl = 'urn:uuid:1'
  const entry = [
    { fullUrl, resource: patient() },
    { fullUrl, resource: observation('o') },
  ]
  await refusal('fhir-duplicate-resource', bytesOf({ resourceType: 'Bundle', type: 'collection', entry }))
})

test('a duplicate refuses its own chart only', async () => {
  const source = bundle([patient('a'), patient('b'), observation('o', 'b'), observation('o', 'b')])
  const read = await readAll(bytesOf(source), { onRefused: () => undefined })
  assert.deepEqual(
    read.map((chart) => chart.patient.id),
    ['a'],
  )
})

test('attack: a resource that refers to two patients would carry one into the chart of the other', async () => {
  const both = observation('o', 'a', { performer: [{ reference: 'Patient/b' }] })
  const error = await refusal('fhir-two-patients', bytesOf(bundle([patient('a'), patient('b'), both])))
  assert.equal(error.data.field, 'performer')
  const members = { resourceType: 'List', id: 'l', status: 'current', mode: 'working' }
  const mixed = {
    ...members,
    entry: [{ item: { reference: 'Observation/x' } }, { item: { reference: 'Observation/y' } }],
  }
  await refusal(
    'fhir-two-patients',
    bytesOf(bundle([patient('a'), patient('b'), observation('x', 'a'), observation('y', 'b'), mixed])),
  )
})

test('attack: a reference across two charts, and a document shared by two', async () => {
  const cross = observation('x', 'a', { hasMember: [{ reference: 'Observation/y' }] })
  await refusal(
    'fhir-two-patients',
    bytesOf(bundle([patient('a'), patient('b'), cross, observation('y', 'b')])),
  )
  const document = (id: string, of: string) => ({
    resourceType: 'DocumentReference',
    id,
    status: 'current',
    subject: { reference: `Patient/${of}` },
    content: [{ attachment: { url: 'Binary/x' } }],
  })
  const binary = { resourceType: 'Binary', id: 'x', contentType: 'text/plain' }
  await refusal(
    'fhir-two-patients',
    bytesOf(bundle([patient('a'), patient('b'), document('1', 'a'), document('2', 'b'), binary])),
  )
})

test('attack: a resource about somebody who is not there', async () => {
  for (const subject of [
    { reference: 'Patient/other' },
    { reference: 'https://elsewhere.example/Patient/p1' },
    { reference: 'Patient?identifier=1' },
    { reference: 'urn:uuid:9' },
    { reference: '#inside' },
    { identifier: { system: 'urn:test', value: 'other' } },
  ]) {
    const contained = [{ resourceType: 'Patient', id: 'inside' }]
    const source = {
      resourceType: 'Bundle',
      type: 'collection',
      entry: [
        { fullUrl: 'https://here.example/Patient/p1', resource: patient() },
        { resource: observation('o', '', { subject, contained }) },
      ],
    }
    const error = await refusal('fhir-patient-unresolved', bytesOf(source))
    assert.equal(error.data.field, 'subject')
  }
})

test('with several patients, a resource must say whose it is', async () => {
  const nobodys = { ...observation('o'), subject: undefined }
  await refusal('fhir-patient-missing', bytesOf(bundle([patient('a'), patient('b'), nobodys])))
  assert.deepEqual(await charts([patient('a'), nobodys]), ['a o'])
})

test('a Patient may link to a record of theirs elsewhere', async () => {
  const link = [{ other: { reference: 'Patient/elsewhere' }, type: 'seealso' }]
  assert.deepEqual(await charts([{ ...patient('a'), link }]), ['a'])
})

test('grouping takes time in proportion to the source, whatever refers to what', async () => {
  const count = 20_000
  const chain = Array.from({ length: count }, (_, index) => ({
    ...provenance(index + 1 < count ? `Provenance/v${index + 1}` : 'Observation/o'),
    id: `v${index}`,
  }))
  const started = performance.now()
  const source = bytesOf(bundle([patient('a'), patient('b'), ...chain, observation('o', 'b')]))
  const [, second] = await readAll(source, { onRefused: () => undefined })
  assert.equal(second?.resources.length, count + 2)
  assert.ok(performance.now() - started < 10_000)

  const places = Array.from({ length: 3000 }, (_, index) => ({
    resourceType: 'Location',
    id: `l${index}`,
    partOf: { reference: `Location/l${index + 1}` },
  }))
  const guests = Array.from({ length: 3000 }, (_, index) => ({
    ...patient(`p${index}`),
    extension: [{ url: 'https://example.org/home', valueReference: { reference: 'Location/l0' } }],
  }))
  await refusal('fhir-too-many-entries', bytesOf(bundle([...guests, ...places])))
})
