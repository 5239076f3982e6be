/** A coding as found in a resource that may not have been validated. */
export interface FoundCoding {
  system?: string
  code: string
}

/** Every coding of a resource, contained resources included, security labels left out. */
export function codingsOf(resource: object): FoundCoding[] {
  const found: FoundCoding[] = []
  for (const [key, value] of Object.entries(resource)) if (key !== 'meta') collect(value, found)
  return found
}

/** The codes of one element (`category`, `code`), whatever their system. */
export function codesIn(element: unknown): FoundCoding[] {
  const found: FoundCoding[] = []
  collect(element, found)
  return found
}

function collect(value: unknown, found: FoundCoding[]): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const item of value) collect(item, found)
    return
  }
  const { system, code } = value as Record<string, unknown>
  if (typeof code === 'string') found.push({ code, ...(typeof system === 'string' ? { system } : {}) })
  for (const item of Object.values(value)) collect(item, found)
}

/** `system` values as R4 writes them. @see https://hl7.org/fhir/R4/terminologies-systems.html */
export const systems = {
  loinc: 'http://loinc.org',
  snomed: 'http://snomed.info/sct',
  icd10: 'http://hl7.org/fhir/sid/icd-10',
  icd9: 'http://hl7.org/fhir/sid/icd-9-cm',
  actCode: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
  confidentiality: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality',
  roleCode: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode',
  serviceCategory: 'http://terminology.hl7.org/CodeSystem/service-category',
  serviceType: 'http://terminology.hl7.org/CodeSystem/service-type',
  diagnosticSection: 'http://terminology.hl7.org/CodeSystem/v2-0074',
  observationCategory: 'http://terminology.hl7.org/CodeSystem/observation-category',
} as const
