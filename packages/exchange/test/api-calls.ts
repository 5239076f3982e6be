import type { ApiDocument, ApiOperation, JsonSchema } from '@hre/protocol'
import { hostile } from '@hre/testkit'
import fc from 'fast-check'
import { z } from 'zod'

/** One operation of the document, and where it is. */
export interface Placed {
  method: string
  /** With parameters as `{name}`. */
  path: string
  operation: ApiOperation
}

/** A call to it: what goes into the path, the query and the body. */
export interface Call {
  path: Record<string, unknown>
  query: Record<string, unknown>
  /** `undefined`: none. */
  body: unknown
}

/** Ids that mean something at the gateway under test, so that calls come past the first look-up. */
export type Known = Record<'Address' | 'Bytes32', readonly string[]>

export const operationsOf = (api: ApiDocument): Placed[] =>
  Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )

/** Calls that keep to the document. */
export function validCalls(api: ApiDocument, { operation }: Placed, known: Known): fc.Arbitrary<Call> {
  const placed = (place: string) =>
    fc.record(
      Object.fromEntries(
        operation.parameters
          .filter((parameter) => parameter.in === place)
          .map(({ name, schema }) => [name, valuesOf(api, schema, known)]),
      ),
    )
  const json = operation.requestBody?.content['application/json']
  const bytes = operation.requestBody?.content['application/octet-stream']
  return fc.record({
    path: placed('path'),
    query: placed('query'),
    body: json
      ? valuesOf(api, json.schema, known)
      : bytes
        ? fc.uint8Array({ maxLength: 2000 })
        : fc.constant(undefined),
  })
}

const hostileTexts = [
  ...Object.values(hostile.sqlInjections),
  ...Object.values(hostile.pathTraversals),
  ...Object.values(hostile.awkwardTexts),
]

/** Calls of which one place, wherever it is, holds what does not belong there. */
export function invalidCalls(api: ApiDocument, placed: Placed, known: Known): fc.Arbitrary<Call> {
  const anything = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...hostileTexts) },
    fc.jsonValue(),
    fc.constantFrom(-1, 1e309, Number.MAX_SAFE_INTEGER, 0.5, -0),
  )
  return fc
    .record({ call: validCalls(api, placed, known), at: fc.nat(), value: anything, remove: fc.boolean() })
    .map(({ call, at, value, remove }) => {
      const places = placesIn(call)
      const place = places[at % Math.max(places.length, 1)]
      if (!place) return { ...call, query: { surplus: value } }
      return changed(call, place, remove ? undefined : value)
    })
}

/** Where the values stand in a call: the way to each, through names and indexes. */
export const placesIn = ({ path, query, body }: Call): Way[] => [
  ...Object.keys(path).map((name) => ['path', name]),
  ...Object.keys(query).map((name) => ['query', name]),
  ...(body === undefined || body instanceof Uint8Array ? [] : waysInto(body, ['body'])),
]

type Way = (string | number)[]

function waysInto(value: unknown, way: Way): Way[] {
  if (typeof value !== 'object' || value === null) return [way]
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((item, index) => [index, item])
    : Object.entries(value)
  return [way, ...entries.flatMap(([key, item]) => waysInto(item, [...way, key]))]
}

/** A copy with another value in one place. */
export function changed(call: Call, way: Way, value: unknown): Call {
  const copy = structuredClone(call) as unknown as Record<string | number, unknown>
  let inner = copy
  for (const key of way.slice(0, -1)) inner = inner[key] as Record<string | number, unknown>
  inner[way.at(-1)!] = value
  return copy as unknown as Call
}

/** Values that a schema allows; lengths are kept small, edges are preferred. */
function valuesOf(api: ApiDocument, schema: JsonSchema, known: Known): fc.Arbitrary<unknown> {
  if (schema.$ref) {
    const name = schema.$ref.split('/').at(-1)!
    const values = valuesOf(api, api.components.schemas[name]!, known)
    const ids = known[name as keyof Known] ?? []
    return ids.length > 0 ? fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...ids) }, values) : values
  }
  const alternatives = schema.anyOf ?? schema.oneOf
  if (alternatives) return fc.oneof(...alternatives.map((one) => valuesOf(api, one, known)))
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  switch (schema.type) {
    case 'object':
      return objectsOf(api, schema, known)
    case 'array':
      return fc.array(valuesOf(api, schema.items ?? {}, known), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 4, (schema.minItems ?? 0) + 4),
      })
    case 'integer':
      return fc.integer({
        min: Math.max(schema.minimum ?? 0, Number.MIN_SAFE_INTEGER),
        max: Math.min(schema.maximum ?? 1000, Number.MAX_SAFE_INTEGER),
      })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'string':
      return textsOf(schema)
    default:
      return fc.jsonValue()
  }
}

function objectsOf(api: ApiDocument, schema: JsonSchema, known: Known): fc.Arbitrary<unknown> {
  if (!schema.properties)
    return typeof schema.additionalProperties === 'object'
      ? fc.dictionary(fc.string({ maxLength: 20 }), valuesOf(api, schema.additionalProperties, known))
      : fc.object({ maxDepth: 2 })
  return fc.record(
    Object.fromEntries(
      Object.entries(schema.properties).map(([name, one]) => [name, valuesOf(api, one, known)]),
    ),
    { requiredKeys: schema.required ?? [] },
  )
}

function textsOf({ format, pattern, minLength = 0, maxLength = 200 }: JsonSchema): fc.Arbitrary<string> {
  if (format === 'base64')
    return fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes).toString('base64'))
  // One shape for all of our byte strings: any number of whole bytes.
  if (pattern === '^0x([0-9a-fA-F]{2})*$')
    return fc
      .uint8Array({ maxLength: Math.min((maxLength - 2) / 2, 100) })
      .map((bytes) => `0x${Buffer.from(bytes).toString('hex')}`)
  if (pattern) return fc.stringMatching(new RegExp(pattern))
  return fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 200) })
}

/** An answer's text. A stream has no end: that it began is all that is looked at. */
export async function textOf(response: Response): Promise<string> {
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return response.text()
  await response.body?.cancel()
  return ''
}

/** What the document says the answer of that status looks like; undefined when it does not know the status. */
export function answerSchemaOf(api: ApiDocument, operation: ApiOperation, status: number) {
  const answer = operation.responses[String(status)]
  if (!answer) return undefined
  const [type, media] = Object.entries(answer.content ?? {})[0] ?? []
  if (type === undefined || type === 'application/octet-stream') return { type, schema: z.unknown() }
  const known = JSON.stringify(api.components.schemas).replaceAll('#/components/schemas/', '#/$defs/')
  const own = JSON.stringify(media!.schema).replaceAll('#/components/schemas/', '#/$defs/')
  const schema = z.fromJSONSchema({
    ...(JSON.parse(own) as object),
    $defs: JSON.parse(known) as Record<string, never>,
  })
  return { type, schema }
}
