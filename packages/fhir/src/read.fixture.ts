import assert from 'node:assert/strict'
import { isFhirError, type FhirError, type FhirErrorCode } from './errors.ts'
import type { ByteSource } from './inflate.ts'
import { readBundles, type Chart, type ReadOptions } from './read.ts'

/** Every chart of a source. */
export async function readAll(source: ByteSource, options: Partial<ReadOptions> = {}): Promise<Chart[]> {
  const charts: Chart[] = []
  for await (const chart of readBundles(source, { name: 'test', ...options })) charts.push(chart)
  return charts
}

/** The error with which a source is refused; fails when it is read, or for another reason. */
export async function refusal<C extends FhirErrorCode>(
  code: C,
  source: ByteSource,
  options: Partial<ReadOptions> = {},
): Promise<FhirError<C>> {
  const error = await readAll(source, options).then(
    (charts) => assert.fail(`${code} expected, but ${charts.length} charts were read`),
    (caught: unknown) => caught,
  )
  assert.ok(isFhirError(error, code), `${code} expected, got ${String(error)}`)
  return error
}
