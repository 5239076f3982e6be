import type { Resource } from '@medplum/fhirtypes'

/** One resource of a source, with where it stood and what else it may be called. */
export interface Entry {
  index: number
  line?: number
  fullUrl?: string
  resource: Resource
}

/** A mention of another resource. `path` is log-safe: FHIR element names only reach it from known fields. */
export interface Link {
  /** Field that holds it. */
  field: string
  reference?: string
  /** `system|value` of a logical reference. */
  identifier?: string
  /** The type that the reference itself names. */
  type?: string
}

/** Fields through which R4 resources say whom they are about. @see https://hl7.org/fhir/R4/compartmentdefinition-patient.html */
const aboutFields = new Set([
  'subject',
  'patient',
  'beneficiary',
  'for',
  'individual',
  'candidate',
  'policyHolder',
])

/** True when a link that leads nowhere must be taken for a patient we do not have. */
export function isAboutPatient(link: Link): boolean {
  if (link.type !== undefined) return link.type === 'Patient'
  if (link.reference === undefined) return aboutFields.has(link.field)
  if (/(^|\/)Patient[/?]/.test(link.reference)) return true
  return aboutFields.has(link.field) && /^(urn:|#)/.test(link.reference)
}

/** Every mention of another resource, at any depth, contained resources included. */
export function linksOf(resource: Resource): Link[] {
  const links: Link[] = []
  collect(resource, '', links)
  return links
}

function collect(value: unknown, field: string, links: Link[]): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const item of value) collect(item, field, links)
    return
  }
  const { reference, identifier, type, url } = value as Record<string, unknown>
  const typeName = typeof type === 'string' ? type : undefined
  if (typeof reference === 'string') links.push({ field, reference, type: typeName })
  else if (aboutFields.has(field) && typeof identifier === 'object' && identifier !== null) {
    links.push({ field, identifier: identifierKey(identifier), type: typeName })
  }
  // An attachment may live in a Binary of the same source.
  if (typeof url === 'string' && field !== 'extension' && /^urn:|(^|\/)Binary\//.test(url)) {
    links.push({ field: 'url', reference: url, type: 'Binary' })
  }
  for (const key of Object.keys(value)) collect((value as Record<string, unknown>)[key], key, links)
}

const identifierKey = ({ system, value }: { system?: unknown; value?: unknown }): string =>
  `${String(system)}|${String(value)}`

/** Finds entries by what references call them. @see https://hl7.org/fhir/R4/bundle.html#references */
export class ReferenceIndex {
  readonly #byUrl = new Map<string, Entry>()
  readonly #byTypeAndId = new Map<string, Entry>()
  readonly #patientByIdentifier = new Map<string, Entry>()

  /** @returns the entry that already has this identity, if one does; then nothing is added. */
  add(entry: Entry): Entry | undefined {
    const { resource, fullUrl } = entry
    const typeAndId = resource.id === undefined ? undefined : `${resource.resourceType}/${resource.id}`
    const present =
      (fullUrl === undefined ? undefined : this.#byUrl.get(fullUrl)) ??
      (typeAndId === undefined ? undefined : this.#byTypeAndId.get(typeAndId))
    if (present) return present
    if (fullUrl !== undefined) this.#byUrl.set(fullUrl, entry)
    if (typeAndId !== undefined) this.#byTypeAndId.set(typeAndId, entry)
    if (resource.resourceType === 'Patient' && Array.isArray(resource.identifier)) {
      for (const identifier of resource.identifier) {
        if (identifier) this.#patientByIdentifier.set(identifierKey(identifier), entry)
      }
    }
    return undefined
  }

  find(link: Link): Entry | undefined {
    if (link.reference === undefined) return this.#patientByIdentifier.get(link.identifier ?? '')
    const reference = link.reference.replace(/\/_history\/[^/]*$/, '')
    const direct = this.#byUrl.get(reference) ?? this.#byTypeAndId.get(reference)
    if (direct) return direct
    // An entry without a fullUrl answers to any server's address for it.
    const tail = /\/([A-Za-z]+\/[A-Za-z0-9\-.]+)$/.exec(reference)?.[1]
    const named = tail === undefined ? undefined : this.#byTypeAndId.get(tail)
    return named?.fullUrl === undefined ? named : undefined
  }
}
