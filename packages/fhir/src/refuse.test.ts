import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  damagedGzip,
  gzip,
  gzipBomb,
  invalidUtf8,
  repeated,
  trickyJson,
  truncatedGzip,
} from '@hre/testkit/hostile'
import { bundle, bytesOf, observation, patient } from './chart.fixture.ts'
import { fhirErrorTable, type FhirErrorCode } from './errors.ts'
import { readAll, refusal } from './read.fixture.ts'

const good = bytesOf(bundle([patient()]))

test('every refusal has a status, an answer to "again?" and a next step', () => {
  for (const [code, row] of Object.entries(fhirErrorTable)) {
    assert.match(code, /^fhir-[a-z0-9-]+$/)
    assert.ok(row.title.length > 5 && row.hint.length > 10 && row.status >= 400, code)
  }
})

test('gzip: truncated, damaged, followed by something else', async () => {
  await refusal('fhir-gzip-truncated', await truncatedGzip(good))
  await refusal('fhir-gzip-truncated', Uint8Array.of(0x1f, 0x8b))
  await refusal('fhir-gzip-damaged', await damagedGzip(good))
  await refusal('fhir-gzip-damaged', Uint8Array.of(...(await gzip(good)), 1, 2, 3))
})

test('a source larger than the limit is refused, packed or not', async () => {
  const limits = { sourceBytesMax: 1_000_000 }
  await refusal('fhir-too-large', repeated(' ', 1_100_000), { limits })
  await refusal('fhir-too-large', await gzipBomb(8_000_000), { limits })
})

test('nesting is counted on the bytes', async () => {
  const nested = (levels: number) => bytesOf('['.repeat(levels) + ']'.repeat(levels))
  await refusal('fhir-not-fhir', nested(64))
  const error = await refusal('fhir-too-deep', nested(65))
  assert.deepEqual(error.data, { levelsMax: 64, byteOffset: 64 })
  await refusal('fhir-not-fhir', bytesOf(JSON.stringify('['.repeat(100))))
})

test('more values or entries than the limit', async () => {
  await refusal('fhir-too-many-values', bytesOf('[1,1,1,1,1]'), { limits: { valuesMax: 4 } })
  await refusal('fhir-too-many-entries', bytesOf(bundle([patient(), observation('o')])), {
    limits: { entriesMax: 1 },
  })
})

test('a resource larger than its limit', async () => {
  const note = { ...observation('o'), note: [{ text: 'x'.repeat(5000) }] }
  const error = await refusal('fhir-resource-too-large', bytesOf(bundle([patient(), note])), {
    limits: { resourceBytesMax: 5000 },
  })
  assert.equal(error.data.entry, 1)
})

test('not UTF-8', async () => {
  for (const bytes of Object.values(invalidUtf8)) await refusal('fhir-not-utf8', bytes)
})

test('not JSON: says where, echoes nothing', async () => {
  const error = await refusal('fhir-not-json', bytesOf('{\n  "resourceType": "Patient",\n  secret\n}'))
  assert.deepEqual(error.data, { line: 3, column: 3, offset: 33 })
  assert.doesNotMatch(error.message, /secret/)
  for (const text of ['', '   \n', '{', 'null,', trickyJson.trailingComma, trickyJson.notANumber]) {
    await refusal('fhir-not-json', bytesOf(text))
  }
})

test('a key named twice is refused, escaped or not', async () => {
  await refusal('fhir-duplicate-key', bytesOf(trickyJson.duplicateKey))
  const error = await refusal('fhir-duplicate-key', bytesOf(trickyJson.duplicateEscapedKey))
  assert.deepEqual(error.data, { line: 1, column: 45, offset: 44 })
})

test('not FHIR', async () => {
  for (const value of ['null', '[]', '3', '"Patient"', '{}']) await refusal('fhir-not-fhir', bytesOf(value))
  for (const type of ['Foo', '__proto__', 'constructor', 'HumanName', 'DomainResource', 'string', 7]) {
    await refusal('fhir-not-fhir', bytesOf({ resourceType: type }))
    await refusal('fhir-not-fhir', bytesOf(bundle([patient(), { resourceType: type }])))
  }
  await refusal('fhir-not-fhir', bytesOf(trickyJson.prototypeType))
})

test('Bundles that hold no chart, and entries that hold no resource', async () => {
  for (const type of ['history', 'message', 'transaction-response', 'batch-response', 'secret', undefined]) {
    const error = await refusal('fhir-bundle-type', bytesOf({ ...bundle([patient()]), type }))
    assert.doesNotMatch(error.message, /secret/)
  }
  const entries = (entry: unknown) => bytesOf({ resourceType: 'Bundle', type: 'transaction', entry })
  for (const entry of [{}, [null], ['x'], [{}], [{ request: { method: 'DELETE' }, resource: patient() }]]) {
    await refusal('fhir-entry-unsupported', entries(entry))
  }
  await refusal('fhir-entry-unsupported', entries([{ fullUrl: 7, resource: patient() }]))
  await refusal('fhir-entry-unsupported', bytesOf(bundle([patient(), bundle([patient('p2')])])))
  await refusal('fhir-not-fhir', entries([{ resource: null }]))
})

test('a search outcome is not part of the chart', async () => {
  const entry = [
    { resource: patient() },
    { search: { mode: 'outcome' }, resource: { resourceType: 'OperationOutcome', issue: [] } },
  ]
  const [chart] = await readAll(bytesOf({ resourceType: 'Bundle', type: 'searchset', entry }))
  assert.equal(chart?.resources.length, 1)
})

test('no Patient', async () => {
  for (const source of [bundle([]), bundle([observation('o')]), observation('o')]) {
    await refusal('fhir-no-patient', bytesOf(source))
  }
})

test('property names of JavaScript objects are refused and harm nothing', async () => {
  for (const text of [trickyJson.prototypeKey, trickyJson.constructorKey]) {
    const error = await refusal('fhir-resource-invalid', bytesOf(text))
    assert.equal(error.data.rule, 'unknown-property')
  }
  assert.equal(({} as { polluted?: boolean }).polluted, undefined)
})

test('messages hold ids, indexes and names of FHIR elements, never contents', async () => {
  const sources = [
    { ...patient(), 'Ana Sharma': 1 },
    { ...patient(), birthDate: 'Ana Sharma' },
    { ...patient(), id: 'Ana Sharma' },
    { ...patient(), name: [{ Ana: ['Sharma'] }] },
    { ...patient(), contained: [{ resourceType: 'Ana Sharma' }] },
  ]
  for (const source of sources) {
    const error = await refusal('fhir-resource-invalid', bytesOf(source))
    assert.doesNotMatch(error.message + JSON.stringify(error.data), /Ana|Sharma/)
  }
})

test('every code in the table is reached by a test of this package', async () => {
  const { readdir, readFile } = await import('node:fs/promises')
  const files = (await readdir(import.meta.dirname)).filter((file) => file.endsWith('.test.ts'))
  const texts = await Promise.all(files.map((file) => readFile(`${import.meta.dirname}/${file}`, 'utf8')))
  for (const code of Object.keys(fhirErrorTable) as FhirErrorCode[]) {
    assert.ok(
      texts.some((text) => text.includes(`refusal('${code}'`)),
      code,
    )
  }
})
