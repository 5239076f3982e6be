import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { classify, findIssues, loadDefinitions, readBundles, type Resource } from '@hre/fhir'
import { isLoincCode, isSnomedConcept } from './check-digits.ts'
import { systems } from './codes.ts'
import { bundleOf } from './bundle.ts'
import { defaultToday, generateChart, generateCharts, type SyntheticChart } from './chart.ts'

const SEEDS = 200
const charts = Array.from({ length: SEEDS }, (_, seed) => generateChart(seed))

test(`${SEEDS} charts: at least 60 resources each, every one valid FHIR R4`, async () => {
  await loadDefinitions()
  for (const [seed, chart] of charts.entries()) {
    assert.ok(chart.resources.length >= 60, `seed ${seed}: ${chart.resources.length}`)
    for (const resource of chart.resources) assert.deepEqual(findIssues(resource), [], `seed ${seed}`)
  }
})

test('every code has the form and check digit of its system', () => {
  const rules: Record<string, (code: string) => boolean> = {
    [systems.loinc]: isLoincCode,
    [systems.snomed]: isSnomedConcept,
    [systems.rxnorm]: (code) => /^[1-9]\d{1,7}$/.test(code),
    [systems.cvx]: (code) => /^\d{2,3}$/.test(code),
    [systems.icd10]: (code) => /^[A-Z]\d\d(\.\d)?$/.test(code),
  }
  const seen = new Map<string, Set<string>>()
  for (const { system, code } of charts.flatMap((chart) => chart.resources.flatMap(codingsIn))) {
    const codes = seen.get(system) ?? new Set()
    seen.set(system, codes.add(code))
  }
  for (const [system, isValid] of Object.entries(rules)) {
    const codes = [...(seen.get(system) ?? [])]
    assert.ok(codes.length > 5, system)
    assert.deepEqual(
      codes.filter((code) => !isValid(code)),
      [],
      system,
    )
  }
})

test('every resource says that it is test data', () => {
  for (const { resources } of charts) {
    for (const { meta } of resources) assert.equal(meta?.tag?.[0]?.code, 'HTEST')
  }
})

test('the reader takes each chart whole, as any kind of Bundle', async () => {
  for (const chart of charts.slice(0, 20)) {
    for (const type of ['collection', 'transaction', 'searchset'] as const) {
      const bytes = new TextEncoder().encode(JSON.stringify(bundleOf(chart, type)))
      const read = await collect(readBundles(bytes, { name: 'synthetic' }))
      assert.deepEqual(
        read.map(({ resources }) => resources.length),
        [chart.resources.length],
      )
    }
  }
})

test('every reference leads to a resource of the chart', () => {
  for (const chart of charts) {
    const present = new Set(chart.resources.map(({ resourceType, id }) => `${resourceType}/${id}`))
    assert.equal(present.size, chart.resources.length)
    for (const [, reference] of JSON.stringify(chart.resources).matchAll(/"reference":"([^"]+)"/g)) {
      assert.ok(present.has(reference as string), reference)
    }
  }
})

test('nothing happens before birth or after today', () => {
  for (const chart of charts) {
    for (const [, date] of JSON.stringify(chart.resources).matchAll(/"(\d{4}-\d\d-\d\d)[T"]/g)) {
      const day = date as string
      assert.ok(day >= (chart.patient.birthDate as string) && day <= defaultToday, day)
    }
  }
})

test('the story holds together: results follow the illness, medicines follow the diagnosis', () => {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const valuesOf = (some: SyntheticChart[], code: string) =>
    some.flatMap((chart) =>
      chart.resources.flatMap((resource) =>
        resource.resourceType === 'Observation' && resource.code.coding?.[0]?.code === code
          ? [resource.valueQuantity?.value as number]
          : [],
      ),
    )
  const has = (chart: SyntheticChart, code: string) => codesOf(chart).has(code)
  const diabetic = charts.filter((chart) => has(chart, '44054006') && !isFamilyOnly(chart, '44054006'))
  const others = charts.filter((chart) => !has(chart, '44054006'))
  assert.ok(diabetic.length > 15)
  assert.ok(mean(valuesOf(diabetic, '4548-4')) > 6.3)
  assert.ok(mean(valuesOf(others, '4548-4')) < 5.6)
  for (const chart of diabetic) assert.ok(has(chart, '6809'), 'metformin')
  for (const chart of others) assert.ok(!has(chart, '6809'), 'no metformin')
})

test('the charts reach every compartment', () => {
  const reached = new Set(
    charts.flatMap(({ resources }) => resources.map((resource) => classify(resource).compartment)),
  )
  const expected = [
    'billing',
    'documents',
    'encounters',
    'imaging',
    'labs',
    'mental-health',
    'summary',
    'vitals',
  ]
  assert.deepEqual([...reached].sort(), expected)
})

test('the same seed gives the same chart, on every platform', () => {
  const text = JSON.stringify(
    generateChart('ana', { name: 'Ana Sharma', sex: 'female', birthDate: '1984-05-04' }),
  )
  // Changes when the generator changes: then record it anew, and say so in the commit.
  assert.equal(createHash('sha256').update(text).digest('hex').slice(0, 16), '47bd86bc918ec78f')
  assert.notEqual(JSON.stringify(generateChart(1)), JSON.stringify(generateChart(2)))
  assert.deepEqual(generateChart(7), generateChart('7'))
})

test('options fix the name, the sex, the birth date and today', () => {
  const options = { name: 'Ana Sharma', sex: 'female', birthDate: '1984-05-04', today: '2020-02-02' } as const
  const { patient, resources } = generateChart(1, options)
  assert.deepEqual(patient.name?.[0], { use: 'official', given: ['Ana'], family: 'Sharma' })
  assert.equal(patient.gender, 'female')
  assert.equal(patient.birthDate, '1984-05-04')
  for (const [, date] of JSON.stringify(resources).matchAll(/"(\d{4}-\d\d-\d\d)[T"]/g)) {
    assert.ok((date as string) <= '2020-02-02')
  }
})

test('a series streams, and any one of it can be made again by itself', async () => {
  const series = await collect(generateCharts({ seed: 'series', count: 3 }))
  assert.deepEqual(series[2], generateChart('series/2'))
})

test('a thousand charts fit a heap of 48 MB', async (t) => {
  const script = `
    import { generateCharts } from '${import.meta.dirname}/chart.ts'
    const started = performance.now()
    let resources = 0
    for await (const chart of generateCharts({ seed: 1, count: 1000 })) resources += chart.resources.length
    console.log(Math.round(1000 / ((performance.now() - started) / 1000)), resources)`
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, [
    '--max-old-space-size=48',
    '--input-type=module-typescript',
    '-e',
    script,
  ])
  const [perSecond, resources] = stdout.split(' ').map(Number)
  t.diagnostic(`${perSecond} charts a second, ${(resources ?? 0) / 1000} resources each`)
  assert.ok((perSecond ?? 0) > 50)
})

function codingsIn(value: unknown): { system: string; code: string }[] {
  if (typeof value !== 'object' || value === null) return []
  const { system, code } = value as { system?: unknown; code?: unknown }
  const own = typeof system === 'string' && typeof code === 'string' ? [{ system, code }] : []
  return [...own, ...Object.values(value).flatMap(codingsIn)]
}

const codesOf = ({ resources }: SyntheticChart): Set<string> =>
  new Set(resources.flatMap((resource: Resource) => codingsIn(resource).map(({ code }) => code)))

/** The mother's diabetes is not the patient's. */
const isFamilyOnly = ({ resources }: SyntheticChart, code: string): boolean =>
  !resources.some(
    (resource) =>
      resource.resourceType === 'Condition' && codingsIn(resource).some((found) => found.code === code),
  )

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
