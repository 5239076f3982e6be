import { HreError, type ErrorRow, type Retry } from '@hre/protocol'

/** Where in a source something is. Indexes count from 0, lines from 1. Ids are FHIR ids, or left out. */
export type Place = {
  /** Line of an NDJSON source. */
  line?: number
  /** Index in `Bundle.entry`; for one resource a line, the number of the resource. */
  entry?: number
  resourceType?: string
  resourceId?: string
}

/** One broken rule of FHIR. `path` holds FHIR element names and indexes only. */
export type Issue = {
  path: string
  /** Key of the FHIR invariant (`obs-6`), or the name of a structural rule (`required`, `id-format`). */
  rule: string
}

/** Typed details of each refusal: indexes, ids, codes, sizes. Never names or contents. */
export type FhirErrorData = {
  'fhir-gzip-truncated': { compressedBytes: number }
  'fhir-gzip-damaged': { compressedBytes: number }
  'fhir-too-large': { sourceBytesMax: number }
  'fhir-too-deep': { levelsMax: number; byteOffset: number }
  'fhir-too-many-values': { valuesMax: number }
  'fhir-too-many-entries': { entriesMax: number }
  'fhir-not-utf8': { byteOffset: number }
  'fhir-not-json': { line: number; column: number; offset: number }
  'fhir-duplicate-key': { line: number; column: number; offset: number }
  'fhir-not-fhir': Place & { reason: 'not-an-object' | 'resource-type-missing' | 'resource-type-unknown' }
  'fhir-bundle-type': Place & { bundleType?: string }
  'fhir-entry-unsupported': Place & {
    reason:
      'entries-not-a-list' | 'entry-not-an-object' | 'no-resource' | 'method' | 'nested-bundle' | 'full-url'
  }
  'fhir-resource-too-large': Place & { sizeBytes: number; resourceBytesMax: number }
  'fhir-resource-invalid': Place & { path: string; rule: string; issues: Issue[] }
  'fhir-duplicate-resource': Place & { other: Place }
  'fhir-no-patient': Place
  'fhir-two-patients': Place & { field?: string }
  'fhir-patient-unresolved': Place & { field?: string }
  'fhir-patient-missing': Place
}
export type FhirErrorCode = keyof FhirErrorData

const row = (status: number, title: string, hint: string, retry: Retry = 'never'): ErrorRow => ({
  status,
  retry,
  title,
  hint,
})

/** Every way in which a FHIR source can be refused. Nothing of a refused chart is handed out. */
export const fhirErrorTable: Record<FhirErrorCode, ErrorRow> = {
  // The bytes.
  'fhir-gzip-truncated': row(422, 'The gzip file ends too early', 'Copy or download it again', 'later'),
  'fhir-gzip-damaged': row(422, 'The gzip file is damaged', 'Copy or download it again', 'later'),
  'fhir-too-large': row(413, 'Larger than the limit when unpacked', 'Split it into files of fewer patients'),
  'fhir-too-deep': row(
    413,
    'Nested deeper than any FHIR resource',
    'Export it again; this is not a FHIR file',
  ),
  'fhir-too-many-values': row(
    413,
    'More JSON values than the limit',
    'Split it into files of fewer patients',
  ),
  'fhir-too-many-entries': row(413, 'More resources than the limit', 'Split it into files of fewer patients'),
  'fhir-not-utf8': row(422, 'Not UTF-8 text', 'Export it as JSON in UTF-8'),
  // The JSON.
  'fhir-not-json': row(422, 'Not JSON', 'Export it again as FHIR JSON or NDJSON'),
  'fhir-duplicate-key': row(
    422,
    'An object names the same key twice',
    'Have the exporting system write it once',
  ),
  // The FHIR envelope.
  'fhir-not-fhir': row(422, 'Not a FHIR R4 resource', 'Export it as FHIR R4 (4.0.1)'),
  'fhir-bundle-type': row(
    422,
    'A Bundle of this type holds no chart',
    'Export it as collection, transaction, batch, searchset or document',
  ),
  'fhir-entry-unsupported': row(
    422,
    'An entry that cannot be read as a resource',
    'Export whole resources only',
  ),
  'fhir-resource-too-large': row(
    413,
    'A resource larger than the limit',
    'Send attachments as files of their own',
  ),
  // The chart.
  'fhir-resource-invalid': row(
    422,
    'A resource breaks a rule of FHIR R4',
    'Correct the named element and retry',
  ),
  'fhir-duplicate-resource': row(
    422,
    'Two resources have the same identity',
    'Remove or renumber one of them',
  ),
  'fhir-no-patient': row(422, 'There is no Patient', 'Include the Patient that the resources are about'),
  'fhir-two-patients': row(
    422,
    'A resource refers to two patients',
    'Split it, so that each is about one patient',
  ),
  'fhir-patient-unresolved': row(
    422,
    'A resource is about a patient who is not in the source',
    'Include that Patient as a resource of its own, or correct the reference',
  ),
  'fhir-patient-missing': row(
    422,
    'With several patients in the source, this resource does not say whose it is',
    'Add its subject, or give each patient a Bundle',
  ),
}

/**
 * A refused source or chart. `message` is safe to log; it names the place and the rule, never contents.
 *
 * @see fhirErrorTable for status, hint and whether to retry.
 */
export class FhirError<C extends FhirErrorCode = FhirErrorCode> extends HreError {
  declare readonly code: C
  declare readonly data: FhirErrorData[C]

  constructor(code: C, data: FhirErrorData[C], cause?: unknown) {
    const entry = fhirErrorTable[code]
    super(code, { ...entry, title: `${entry.title}${detail(data)}` }, data, cause)
    this.name = 'FhirError'
  }
}

export function isFhirError<C extends FhirErrorCode>(error: unknown, code?: C): error is FhirError<C> {
  return error instanceof FhirError && (code === undefined || error.code === code)
}

function detail(data: Partial<Record<string, unknown>>): string {
  const shown = 'line column entry resourceType resourceId bundleType reason field path rule'.split(' ')
  const parts = shown.filter((key) => data[key] !== undefined).map((key) => `${key} ${String(data[key])}`)
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`
}
