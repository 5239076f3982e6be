import type { Resource } from '@medplum/fhirtypes'
import { linksOf, ReferenceIndex, type Entry } from '../references.ts'
import { conclude, inspect, type Classification, type Findings } from './classify.ts'

/**
 * Fields by which a resource says why it exists or what it is made of. Through these a prescription without any psychiatric code
 * tells of the depression it is for. `encounter`, `subject` and `performer` are not among them: where something was done does not say why.
 */
const tellingFields = new Set(
  `reasonReference addresses goal condition diagnosisReference problem indication finding outcomeReference result hasMember
  derivedFrom basedOn partOf focus item target prescription medicationReference`.split(/\s+/),
)

/**
 * Classifies the resources of one chart together, in their order. A resource that refers to a mental health or specially
 * protected one, as its reason or as a part of it, is protected as that one is; through any number of steps.
 */
export function classifyChart(chart: {
  resources: readonly Resource[]
  fullUrls?: readonly (string | undefined)[]
}): Classification[] {
  const index = new ReferenceIndex()
  const entries = chart.resources.map((resource, at): Entry => ({
    index: at,
    resource,
    fullUrl: chart.fullUrls?.[at],
  }))
  for (const entry of entries) index.add(entry)
  const findings = chart.resources.map(inspect)
  const referrers = new Map<Entry, Entry[]>()
  for (const entry of entries) {
    for (const link of linksOf(entry.resource)) {
      const target = tellingFields.has(link.field) ? index.find(link) : undefined
      if (!target) continue
      const list = referrers.get(target)
      if (list) list.push(entry)
      else referrers.set(target, [entry])
    }
  }
  const waiting = entries.filter(({ index: at }) => findings[at]?.mentalHealth || findings[at]?.special)
  for (let told = waiting.pop(); told; told = waiting.pop()) {
    const from = findings[told.index] as Findings
    for (const referrer of referrers.get(told) ?? []) {
      if (referrer.resource.resourceType === 'Patient') continue
      const to = findings[referrer.index] as Findings
      if ((to.mentalHealth || !from.mentalHealth) && (to.special || !from.special)) continue
      findings[referrer.index] = {
        ...to,
        mentalHealth: to.mentalHealth || from.mentalHealth,
        special: to.special || from.special,
      }
      waiting.push(referrer)
    }
  }
  return chart.resources.map((resource, at) => conclude(resource, findings[at] as Findings))
}
