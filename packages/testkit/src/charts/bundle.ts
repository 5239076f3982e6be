import type { Bundle, BundleEntry } from '@medplum/fhirtypes'
import type { SyntheticChart } from './chart.ts'

/** Where the synthetic resources would live if anywhere; the name is reserved by RFC 2606. */
export const testServer = 'https://fhir.example.org'

/** The chart as a Bundle. A transaction puts each resource under its own id, so that loading it twice changes nothing. */
export function bundleOf(
  chart: SyntheticChart,
  type: 'collection' | 'transaction' | 'searchset' = 'collection',
): Bundle {
  const entry = chart.resources.map((resource): BundleEntry => {
    const path = `${resource.resourceType}/${resource.id}`
    return {
      fullUrl: `${testServer}/${path}`,
      resource,
      ...(type === 'transaction' ? { request: { method: 'PUT', url: path } } : {}),
      ...(type === 'searchset' ? { search: { mode: 'match' } } : {}),
    }
  })
  return { resourceType: 'Bundle', type, ...(type === 'searchset' ? { total: entry.length } : {}), entry }
}
