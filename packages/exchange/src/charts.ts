import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { isFhirError, readBundles, type Resource } from '@hre/fhir'
import { fileRecords, recordsOfChart, type Actor, type FiledBatch } from '@hre/sdk'
import { generateChart } from '@hre/testkit'
import type { Address } from 'viem'
import { ExchangeError } from './errors.ts'
import type { Progress } from './exchange.ts'

/** Charts in place of the generated one: one for each patient in the files, in order. */
export async function* readCharts(files: readonly string[]): AsyncGenerator<Resource[]> {
  for (const [index, file] of files.entries()) {
    try {
      for await (const chart of readBundles(createReadStream(file), { name: basename(file) }))
        yield chart.resources
    } catch (cause) {
      throw importError(index, cause)
    }
  }
}

/** Files are told by number: a file's name is often a patient's. */
function importError(index: number, cause: unknown): ExchangeError {
  const file = index + 1
  if (isFhirError(cause))
    return new ExchangeError(
      'import-failed',
      { file, code: cause.code, reason: cause.message, ...cause.data },
      cause,
    )
  return new ExchangeError(
    'import-failed',
    { file, reason: (cause as NodeJS.ErrnoException).code ?? 'unreadable' },
    cause,
  )
}

/** The demonstration's own chart: the same for the same seed. */
export const generatedChart = (seed: string, name: string): Resource[] =>
  generateChart(seed, { name, sex: 'female', birthDate: '1958-04-12' }).resources

/**
 * Files one patient's chart in one batch: all of it or nothing.
 *
 * @param parties - two accounts that sign it (R8).
 */
export function fileChart(
  author: Actor,
  patient: Address,
  chart: readonly Resource[],
  progress: Progress,
  parties?: readonly [Address, Address],
): Promise<FiledBatch> {
  return fileRecords(author, {
    patient,
    records: recordsOfChart(chart),
    ...(parties && { parties }),
    onProgress: (done, of) => progress('City Hospital seals a chart', done, of),
  })
}
