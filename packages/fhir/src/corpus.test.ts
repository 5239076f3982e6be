import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { classify } from './classify/classify.ts'
import { loadDefinitions } from './definitions.ts'
import { describe } from './describe.ts'
import { isFhirError } from './errors.ts'
import { parseJson } from './json.ts'
import { readAll, refusal } from './read.fixture.ts'
import { parseResource } from './validate.ts'

const shared = process.env.HRE_SHARED_DATA
const options = { skip: shared ? false : 'HRE_SHARED_DATA names no folder of real example data' }
const folder = (name: string) => join(shared ?? '', name)
const filesIn = (name: string) =>
  readdirSync(folder(name)).map((file) => ({ file, bytes: readFileSync(join(folder(name), file)) }))
const jsonOf = (bytes: Uint8Array) => parseJson(new TextDecoder().decode(bytes))

test('all ten Synthea patients are read whole: 3,055 resources', options, async (t) => {
  const loadStarted = performance.now()
  await loadDefinitions()
  t.diagnostic(`definitions loaded in ${(performance.now() - loadStarted).toFixed(0)} ms`)
  let count = 0
  const started = performance.now()
  for (const { bytes } of filesIn('synthea-r4')) {
    const charts = await readAll(bytes)
    assert.equal(charts.length, 1)
    count += charts[0]?.resources.length ?? 0
  }
  t.diagnostic(`${((performance.now() - started) / 10).toFixed(0)} ms per bundle`)
  assert.equal(count, 3055)
})

test('the ten as one NDJSON file, and one truncated on the way', options, async () => {
  const bundles = await Promise.all(
    filesIn('synthea-r4').map(({ bytes }) =>
      new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).json(),
    ),
  )
  const lines = bundles.map((bundle) => JSON.stringify(bundle)).join('\n')
  const charts = await readAll(new TextEncoder().encode(lines))
  assert.deepEqual(
    charts.map(({ source }) => source.line),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  )
  const [first] = filesIn('synthea-r4')
  await refusal('fhir-gzip-truncated', (first?.bytes ?? new Uint8Array()).subarray(0, 20_000))
})

test('every Synthea resource gets a compartment, a sensitivity and a line', options, async () => {
  const seen = new Map<string, number>()
  for (const { bytes } of filesIn('synthea-r4')) {
    for (const chart of await readAll(bytes)) {
      for (const resource of chart.resources) {
        const { compartment } = classify(resource)
        seen.set(compartment, (seen.get(compartment) ?? 0) + 1)
        assert.match(describe(resource), /^\S.{2,159}$/)
      }
    }
  }
  assert.deepEqual(Object.fromEntries([...seen].sort()), {
    billing: 591,
    encounters: 272,
    imaging: 5,
    labs: 861,
    'mental-health': 9,
    summary: 874,
    vitals: 443,
  })
})

test('examples of the FHIR specification, US Core and the patient summary are valid', options, async () => {
  for (const name of ['fhir-r4-spec', 'uscore']) {
    for (const { bytes } of filesIn(name)) await parseResource(jsonOf(bytes))
  }
  for (const { file, bytes } of filesIn('ips')) assert.equal((await readAll(bytes)).length, 1, file)
})

/**
 * Cases on which we and the HL7 validator differ, and why. It also checks terminology, profiles, signatures and references, which need
 * code systems and packages that we do not ship.
 */
const accepted: Record<string, string> = {
  'attachment-with-wrong-size.json': 'size of an attachment',
  'bundle-document-versioned-references-bad.json': 'references (the reader refuses it: one identity twice)',
  'bundle-duplicate-id.json': 'a relative fullUrl',
  'bundle-duplicate-ids-not.json': 'display names',
  'capstmt.json': 'terminology',
  'encounter-period.json': 'a day that starts after an instant on it',
  'nested-questionnaire-nested-valueset.json': 'profiles',
  'obs-temp-bad.json': 'profiles',
  'PulseOxBundle_25Oct2022.json': 'display names',
  'q-enablewhen-me-wrong.json': 'invariant que-12, which the schema library evaluates wrongly',
  'questionnaire-enableWhen-dw.json': 'invariant que-12, which the schema library evaluates wrongly',
  'sdoh-type-slice.json': 'display names',
  'shc-cvx.json': 'terminology',
  'signatures__example-2.json': 'signatures',
}

test('against the recorded verdicts of the HL7 validator', options, async (t) => {
  const cases: { file: string; javaValidatorSaysInvalid: boolean }[] = JSON.parse(
    readFileSync(join(folder('validator-cases'), 'expected.json'), 'utf8'),
  )
  const differing = new Set<string>()
  for (const { file, javaValidatorSaysInvalid } of cases) {
    const bytes = readFileSync(join(folder('validator-cases'), file))
    const invalid = await Promise.resolve()
      .then(() => parseResource(jsonOf(bytes)))
      .then(
        () => false,
        (error: unknown) => assert.ok(isFhirError(error), String(error)) ?? true,
      )
    if (invalid !== javaValidatorSaysInvalid) differing.add(file)
  }
  t.diagnostic(`agrees on ${cases.length - differing.size} of ${cases.length}`)
  assert.deepEqual([...differing].sort(), Object.keys(accepted).sort())
})
