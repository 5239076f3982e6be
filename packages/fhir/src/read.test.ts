import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzip } from '@hre/testkit/hostile'
import { bundle, bytesOf, ndjsonOf, observation, patient, practitioner } from './chart.fixture.ts'
import type { FhirError } from './errors.ts'
import { readAll, refusal } from './read.fixture.ts'
import type { ChartSource } from './read.ts'

const types = (resources: { resourceType: string; id?: string }[]) =>
  resources.map((r) => `${r.resourceType}/${r.id}`)

test('a Bundle of one patient is one chart, the patient first', async () => {
  for (const type of ['collection', 'transaction', 'batch', 'searchset', 'document']) {
    const [chart, ...others] = await readAll(
      bytesOf(bundle([observation('o1'), patient(), practitioner()], type)),
    )
    assert.deepEqual(types(chart?.resources ?? []), ['Patient/p1', 'Observation/o1', 'Practitioner/d1'], type)
    assert.deepEqual(chart?.source, { name: 'test', index: 0 })
    assert.equal(others.length, 0)
  }
})

test('fullUrls stand beside the resources that they name', async () => {
  const entry = [
    { fullUrl: 'urn:uuid:0a', resource: observation('o1', 'p1', { subject: { reference: 'urn:uuid:0b' } }) },
    { fullUrl: 'urn:uuid:0b', resource: { resourceType: 'Patient' } },
  ]
  const [chart] = await readAll(bytesOf({ resourceType: 'Bundle', type: 'transaction', entry }))
  assert.deepEqual(chart?.fullUrls, ['urn:uuid:0b', 'urn:uuid:0a'])
})

test('gzip is recognised by its bytes, and a byte order mark is tolerated', async () => {
  const plain = bytesOf(bundle([patient()]))
  assert.equal((await readAll(await gzip(plain))).length, 1)
  assert.equal((await readAll(Uint8Array.of(0xef, 0xbb, 0xbf, ...plain))).length, 1)
})

test('the source may arrive byte by byte, a character split between chunks', async () => {
  const bytes = bytesOf(bundle([{ ...patient(), name: [{ family: 'Ünïcødé 🩺' }] }]))
  async function* single() {
    for (const byte of bytes) yield Uint8Array.of(byte)
  }
  const [chart] = await readAll(single())
  assert.equal(chart?.patient.name?.[0]?.family, 'Ünïcødé 🩺')
})

test('NDJSON: a Bundle on each line, or a resource on each line', async () => {
  const bundles = [bundle([patient('a')]), '', bundle([patient('b'), observation('o', 'b')])]
  const charts = await readAll(ndjsonOf(bundles))
  assert.deepEqual(
    charts.map((chart) => chart.source),
    [
      { name: 'test', index: 0, line: 1 },
      { name: 'test', index: 1, line: 3 },
    ],
  )
  const lines = [observation('o1', 'b'), patient('a'), patient('b'), observation('o2', 'a')]
  const loose = await readAll(ndjsonOf(lines))
  assert.deepEqual(
    loose.map((chart) => types(chart.resources)),
    [
      ['Patient/a', 'Observation/o2'],
      ['Patient/b', 'Observation/o1'],
    ],
  )
})

test('an indented file is one document, whatever its lines', async () => {
  assert.equal((await readAll(bytesOf(JSON.stringify(bundle([patient()]), null, 2)))).length, 1)
})

test('all or nothing: one bad resource refuses its patient, the others go on if the caller says so', async () => {
  const bad = { ...observation('o2', 'b'), status: undefined }
  const source = bytesOf(bundle([patient('a'), patient('b'), patient('c'), observation('o1', 'a'), bad]))
  const refused: [FhirError, ChartSource | undefined][] = []
  const charts = await readAll(source, { onRefused: (error, place) => refused.push([error, place]) })
  assert.deepEqual(
    charts.map((chart) => chart.patient.id),
    ['a', 'c'],
  )
  const [[error, place] = []] = refused
  assert.equal(error?.code, 'fhir-resource-invalid')
  assert.deepEqual(error?.data, {
    entry: 4,
    resourceType: 'Observation',
    resourceId: 'o2',
    path: 'Observation.status',
    rule: 'required',
    issues: [{ path: 'Observation.status', rule: 'required' }],
  })
  assert.match(
    error?.message ?? '',
    /entry 4, resourceType Observation, resourceId o2, path Observation.status/,
  )
  assert.equal(place?.index, 1)
  await refusal('fhir-resource-invalid', source)
})

test('without onRefused a refused document hands out none of its charts', async () => {
  const source = bytesOf(bundle([patient('a'), patient('b'), { ...observation('o', 'b'), status: 7 }]))
  const seen: string[] = []
  await assert.rejects(async () => {
    for (const chart of await readAll(source)) seen.push(chart.patient.id ?? '')
  })
  assert.deepEqual(seen, [])
})

test('a bad shared resource refuses every chart that refers to it', async () => {
  const performer = { performer: [{ reference: 'Practitioner/d1' }] }
  const source = bundle([
    patient('a'),
    patient('b'),
    patient('c'),
    observation('o1', 'a', performer),
    observation('o2', 'b', performer),
    { ...practitioner(), active: 'yes' },
  ])
  const refused: (number | undefined)[] = []
  const charts = await readAll(bytesOf(source), { onRefused: (_error, place) => refused.push(place?.index) })
  assert.deepEqual(refused, [0, 1])
  assert.deepEqual(charts[0]?.source.index, 2)
})

test('an unreadable NDJSON line refuses the charts that it may belong to', async () => {
  const errors: string[] = []
  const onRefused = (error: FhirError) => errors.push(error.code)
  assert.equal(
    (await readAll(ndjsonOf([patient('a'), '{"resourceType":', patient('b')]), { onRefused })).length,
    0,
  )
  assert.deepEqual(errors, ['fhir-not-json', 'fhir-not-json', 'fhir-not-json'])
  const bundles = [bundle([patient('a')]), '{"resourceType":', bundle([patient('b')])]
  assert.equal((await readAll(ndjsonOf(bundles), { onRefused })).length, 2)
})

test('what concerns no patient is left out and reported', async () => {
  const left: unknown[] = []
  const source = bytesOf(bundle([patient('a'), patient('b'), practitioner()]))
  const charts = await readAll(source, { onLeftOut: (place) => left.push(place) })
  assert.equal(charts.length, 2)
  assert.deepEqual(left, [{ entry: 2, resourceType: 'Practitioner' }])
})

test('errors of the source itself pass through unchanged', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    throw new RangeError('disk')
  }
  await assert.rejects(readAll(broken()), RangeError)
})
