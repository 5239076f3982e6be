import type { Resource } from '@medplum/fhirtypes'
import { FhirError, type Place } from './errors.ts'
import type { Entry } from './references.ts'
import { asResource, placeOf } from './validate.ts'

/**
 * Bundle types whose entries are whole resources as they are now. A history holds several versions of one resource, responses and
 * messages speak about resources.
 * @see https://hl7.org/fhir/R4/valueset-bundle-type.html
 */
const chartBundleTypes: unknown[] = ['collection', 'transaction', 'batch', 'searchset', 'document']
const knownBundleTypes: unknown[] = [
  ...chartBundleTypes,
  'message',
  'transaction-response',
  'batch-response',
  'history',
]

/**
 * The resources of a Bundle. Entries that a server adds to explain a search (`search.mode` outcome) are left out.
 *
 * @throws FhirError `fhir-bundle-type`, `fhir-entry-unsupported`, `fhir-not-fhir`, `fhir-too-many-entries`
 */
export function entriesOfBundle(bundle: Resource, line: number | undefined, entriesMax: number): Entry[] {
  const { type, entry: list = [] } = bundle as { type?: unknown; entry?: unknown }
  const at: Place = line === undefined ? {} : { line }
  if (!chartBundleTypes.includes(type)) {
    const bundleType = knownBundleTypes.includes(type) ? (type as string) : undefined
    throw new FhirError('fhir-bundle-type', { ...placeOf(bundle, at), bundleType })
  }
  if (!Array.isArray(list))
    throw new FhirError('fhir-entry-unsupported', { ...at, reason: 'entries-not-a-list' })
  if (list.length > entriesMax) throw new FhirError('fhir-too-many-entries', { entriesMax })
  return list.flatMap((item: unknown, index) => readEntry(item, { ...at, entry: index }, index, line))
}

function readEntry(item: unknown, place: Place, index: number, line: number | undefined): Entry[] {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    throw new FhirError('fhir-entry-unsupported', { ...place, reason: 'entry-not-an-object' })
  }
  const { resource: value, fullUrl, request, search } = item as Record<string, unknown>
  if ((search as { mode?: unknown } | undefined)?.mode === 'outcome') return []
  const method = (request as { method?: unknown } | undefined)?.method
  // A deletion or a patch is an instruction to a server, not a piece of a chart.
  if (method !== undefined && method !== 'POST' && method !== 'PUT') {
    throw new FhirError('fhir-entry-unsupported', { ...place, reason: 'method' })
  }
  if (value === undefined) throw new FhirError('fhir-entry-unsupported', { ...place, reason: 'no-resource' })
  const resource = asResource(value, place)
  if (resource.resourceType === 'Bundle') {
    throw new FhirError('fhir-entry-unsupported', { ...placeOf(resource, place), reason: 'nested-bundle' })
  }
  if (fullUrl !== undefined && (typeof fullUrl !== 'string' || fullUrl === '')) {
    throw new FhirError('fhir-entry-unsupported', { ...placeOf(resource, place), reason: 'full-url' })
  }
  return [{ index, line, fullUrl: fullUrl as string | undefined, resource }]
}
