import { OperationOutcomeError, validateResource } from '@medplum/core'
import type { OperationOutcomeIssue, Resource } from '@medplum/fhirtypes'
import { isElementName, isResourceType, loadDefinitions } from './definitions.ts'
import { FhirError, type Issue, type Place } from './errors.ts'
import { readLimits } from './limits.ts'
import { fhirIdPattern, findRuleIssues } from './rules.ts'

/** More would only make the message longer. */
const ISSUES_MAX = 20

/**
 * The value, if it is a valid FHIR R4 resource: structure, types, cardinality, formats, invariants. Terminology, profiles and
 * the targets of references are not checked.
 *
 * @param place - where it came from, for the error.
 * @throws FhirError `fhir-not-fhir`, `fhir-resource-invalid`
 */
export async function parseResource(value: unknown, place: Place = {}): Promise<Resource> {
  await loadDefinitions()
  const resource = asResource(value, place)
  const error = findInvalid(resource, place)
  if (error) throw error
  return resource
}

/** The error for a resource that breaks a rule, or undefined. The definitions must be loaded. */
export function findInvalid(
  resource: Resource,
  place: Place,
): FhirError<'fhir-resource-invalid'> | undefined {
  const issues = findIssues(resource)
  const [first] = issues
  return first && new FhirError('fhir-resource-invalid', { ...placeOf(resource, place), ...first, issues })
}

/** The broken rules of a resource, at most 20. Its type must be known and the definitions loaded. */
export function findIssues(resource: Resource): Issue[] {
  const issues: Issue[] = []
  for (const issue of findRuleIssues(resource, resource.resourceType)) {
    issues.push(issue)
    if (issues.length === ISSUES_MAX) break
  }
  issues.push(...findSchemaIssues(resource).slice(0, ISSUES_MAX - issues.length))
  return issues.map(({ path, rule }) => ({ path: namesOnly(path), rule }))
}

/** A value whose `resourceType` R4 defines. @throws FhirError `fhir-not-fhir` */
export function asResource(value: unknown, place: Place = {}): Resource {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FhirError('fhir-not-fhir', { ...place, reason: 'not-an-object' })
  }
  const { resourceType } = value as { resourceType?: unknown }
  if (resourceType === undefined)
    throw new FhirError('fhir-not-fhir', { ...place, reason: 'resource-type-missing' })
  if (!isResourceType(resourceType))
    throw new FhirError('fhir-not-fhir', { ...place, reason: 'resource-type-unknown' })
  return value as Resource
}

/** The place, with the type and id of the resource that is there. A malformed id could hold anything, so it is left out. */
export function placeOf(resource: Resource, place: Place): Place {
  const { resourceType, id } = resource
  const safeId = typeof id === 'string' && fhirIdPattern.test(id) ? { resourceId: id } : {}
  return { ...place, resourceType, ...safeId }
}

function findSchemaIssues(resource: Resource): Issue[] {
  try {
    return validateResource(resource, { base64BinaryMaxBytes: readLimits.resourceBytesMax }).flatMap(toIssue)
  } catch (error) {
    if (error instanceof OperationOutcomeError) {
      const issues = (error.outcome.issue ?? []).flatMap(toIssue)
      return issues.length > 0 ? issues : [{ path: resource.resourceType, rule: 'structure' }]
    }
    // A value in a place where the validator expects another shape can make it throw: invalid all the same.
    return [{ path: resource.resourceType, rule: 'structure' }]
  }
}

const rulesByText: [RegExp, string][] = [
  [/^Missing required/, 'required'],
  [/^Invalid additional property/, 'unknown-property'],
  [/^(Expected array|Expected single|Array length|.*items)/, 'cardinality'],
  [/^Invalid JSON type/, 'type'],
  [/^Invalid \w+ (format|value)|must contain non-whitespace|^Invalid numeric|^Expected number/, 'format'],
  [/^(String cannot be larger|base64Binary exceeds)/, 'size'],
  [/^Invalid (null|empty|undefined)/, 'empty'],
  [/^Unknown data type/, 'unknown-type'],
  [/^Conflicting choice/, 'choice-of-type'],
]

function toIssue(issue: OperationOutcomeIssue): Issue[] {
  const text = issue.details?.text ?? ''
  const path = issue.expression?.[0] ?? ''
  const invariant = /^Constraint ([a-z]+-\d+[a-z]*) not met/.exec(text)?.[1]
  const rule = invariant ?? rulesByText.find(([pattern]) => pattern.test(text))?.[1] ?? 'structure'
  // The validator only warns about `valueString` beside `valueInteger`; R4 forbids it.
  if (issue.severity !== 'error' && rule !== 'choice-of-type') return []
  return [{ path, rule }]
}

/** A path as it may be logged: a property that FHIR does not define becomes `?`, since its name is contents. */
function namesOnly(path: string): string {
  return path
    .split('.')
    .map((step) => {
      const [, name = '', index = ''] = /^_?([A-Za-z0-9]+)((?:\[\d+\])?)$/.exec(step) ?? []
      return isElementName(name) ? name + index : '?'
    })
    .join('.')
}
