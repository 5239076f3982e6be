import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bundle, bytesOf, observation, patient, practitioner } from './chart.fixture.ts'
import { fhirErrorTable, isFhirError } from './errors.ts'
import { readAll } from './read.fixture.ts'

// fast-check prints the seed and the path of a failure; replay with { seed, path }.
const runs = { numRuns: Number(process.env.HRE_FUZZ_RUNS ?? 500) }

/** Success or a listed refusal, nothing else. */
async function assertListed(bytes: Uint8Array): Promise<void> {
  for (const onRefused of [undefined, () => undefined]) {
    try {
      for (const chart of await readAll(bytes, { onRefused })) assert.equal(chart.resources[0], chart.patient)
    } catch (error) {
      assert.ok(isFhirError(error) && error.code in fhirErrorTable, String(error))
    }
  }
}

test('any bytes', async () => {
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), assertListed), runs)
  const gzipped = fc.uint8Array({ maxLength: 200 }).map((bytes) => Uint8Array.of(0x1f, 0x8b, 8, 0, ...bytes))
  await fc.assert(fc.asyncProperty(gzipped, assertListed), runs)
})

test('any JSON', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue({ maxDepth: 6 }), (value) => assertListed(bytesOf(value))),
    runs,
  )
})

test('a chart with any value in the place of any other', async () => {
  const chart = bundle([
    { ...patient(), name: [{ family: 'A', given: ['B'] }], identifier: [{ system: 's', value: 'v' }] },
    observation('o1', 'p1', {
      valueQuantity: { value: 1, unit: 'g' },
      performer: [{ reference: 'Practitioner/d1' }],
    }),
    practitioner(),
  ])
  const odd = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom(
      'Patient',
      'Bundle',
      '__proto__',
      'constructor',
      'Patient/p1',
      'Patient/x',
      '#',
      '',
      null,
      [],
      {},
    ),
    fc.constant(patient()),
  )
  const mutated = fc.tuple(
    fc.nat(),
    fc.option(fc.constantFrom('__proto__', 'toString', 'contained', 'id', 'text')),
    odd,
  )
  await fc.assert(
    fc.asyncProperty(mutated, ([at, newKey, value]) =>
      assertListed(bytesOf(replaceAt(chart, at, newKey, value))),
    ),
    runs,
  )
})

/** Puts a value at the n-th place of a JSON tree, or under a new key there. */
function replaceAt(tree: unknown, at: number, newKey: string | null, value: unknown): string {
  const places: [object, string][] = []
  const copy = structuredClone(tree)
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    for (const key of Object.keys(node)) {
      places.push([node, key])
      walk((node as Record<string, unknown>)[key])
    }
  }
  walk(copy)
  const [node, key] = places[at % places.length] as [object, string]
  const name = newKey ?? key
  Object.defineProperty(node, name, { value, enumerable: true, configurable: true, writable: true })
  return JSON.stringify(copy)
}
