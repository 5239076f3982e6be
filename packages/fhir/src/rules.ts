import type { Issue } from './errors.ts'

/** @see https://hl7.org/fhir/R4/datatypes.html#id */
export const fhirIdPattern = /^[A-Za-z0-9\-.]{1,64}$/

/**
 * Rules of FHIR R4 that the schema validator does not check: the form of ids, nothing empty, text that can be encoded,
 * periods that do not end before they begin, no property names borrowed from JavaScript's own objects.
 *
 * @see https://hl7.org/fhir/R4/json.html (no empty arrays, objects or strings), invariant per-1
 */
export function* findRuleIssues(resource: object, resourceType: string): Generator<Issue> {
  yield* walk(resource, resourceType)
}

function* walk(value: unknown, path: string): Generator<Issue> {
  if (typeof value === 'string') {
    if (value === '') yield { path, rule: 'empty' }
    // A lone surrogate has no UTF-8 form: sealing would silently change it.
    else if (!value.isWellFormed()) yield { path, rule: 'text-encoding' }
  } else if (Array.isArray(value)) {
    if (value.length === 0) yield { path, rule: 'empty' }
    for (let index = 0; index < value.length; index++) yield* walk(value[index], `${path}[${index}]`)
  } else if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value)
    if (keys.length === 0) yield { path, rule: 'empty' }
    const { id, resourceType } = value as { id?: unknown; resourceType?: unknown }
    // Contained resources too; the id of a mere element may be any text.
    if (
      resourceType !== undefined &&
      id !== undefined &&
      !(typeof id === 'string' && fhirIdPattern.test(id))
    ) {
      yield { path: `${path}.id`, rule: 'id-format' }
    }
    if (endsBeforeItBegins(value)) yield { path, rule: 'per-1' }
    for (const key of keys) {
      // The validator looks names up with `in`, which finds these on every object.
      if (key in Object.prototype) yield { path: `${path}.?`, rule: 'unknown-property' }
      else yield* walk((value as Record<string, unknown>)[key], `${path}.${key}`)
    }
  }
}

/** Compared only where both say the same amount (`2024-03`), or both name an instant. */
function endsBeforeItBegins({ start, end }: { start?: unknown; end?: unknown }): boolean {
  if (typeof start !== 'string' || typeof end !== 'string') return false
  if (start.includes('T') && end.includes('T')) return Date.parse(start) > Date.parse(end)
  return start.length === end.length && !start.includes('T') && start > end
}
