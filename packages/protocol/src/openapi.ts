import { z } from 'zod'
import { codeOfContractError, contractErrorTable } from './contract-errors.ts'
import { errorTable, type ErrorCode } from './errors.ts'
import { limits } from './limits.ts'
import { problemSchema } from './problem.ts'
import { errorsOf, routeGroups, type Route } from './routes/index.ts'

/** A JSON Schema (2020-12), as far as this API uses it. */
export interface JsonSchema {
  $ref?: string
  description?: string
  type?: string
  const?: unknown
  enum?: unknown[]
  pattern?: string
  format?: string
  contentEncoding?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  minItems?: number
  maxItems?: number
  default?: unknown
  items?: JsonSchema
  properties?: Record<string, JsonSchema>
  propertyNames?: JsonSchema
  additionalProperties?: boolean | JsonSchema
  required?: string[]
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  allOf?: JsonSchema[]
}

export interface ApiParameter {
  name: string
  in: 'path' | 'query' | 'header'
  required: boolean
  description?: string
  schema: JsonSchema
}

type Content = Record<string, { schema: JsonSchema }>

export interface ApiAnswer {
  description: string
  headers?: Record<string, { description: string; schema: JsonSchema }>
  content?: Content
}

export interface ApiOperation {
  operationId: string
  tags: string[]
  summary: string
  description: string
  security: Record<string, string[]>[]
  parameters: ApiParameter[]
  requestBody?: { required: boolean; description: string; content: Content }
  responses: Record<string, ApiAnswer>
}

export interface ApiDocument {
  openapi: '3.1.1'
  info: {
    title: string
    version: string
    summary: string
    description: string
    license: { name: string; identifier: string }
  }
  servers: { url: string; description: string }[]
  tags: { name: string }[]
  paths: Record<string, Record<string, ApiOperation>>
  components: {
    schemas: Record<string, JsonSchema>
    securitySchemes: Record<
      string,
      { type: string; scheme: string; bearerFormat: string; description: string }
    >
  }
}

/** What differs from gateway to gateway. Rates are requests a minute. */
export interface ApiTerms {
  version: string
  anonymousPerMinute: number
  accountPerMinute: number
}

/**
 * The OpenAPI 3.1 document of a gateway, made from its routes: what is validated is what is described.
 *
 * @see https://spec.openapis.org/oas/v3.1.1.html
 */
export function openApiDocument(terms: ApiTerms): ApiDocument {
  const schemas: Record<string, JsonSchema> = {}
  hoisted(problemSchema, 'output', schemas)
  const paths: ApiDocument['paths'] = {}
  for (const [tag, routes] of Object.entries(routeGroups))
    for (const [name, route] of Object.entries(routes) as [string, Route][]) {
      const path = route.path.replace(/:(\w+)/g, '{$1}')
      paths[path] = {
        ...paths[path],
        [route.method.toLowerCase()]: operationOf(name, tag, route, terms, schemas),
      }
    }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Healthcare Records Exchange: a gateway',
      version: terms.version,
      summary: 'Sealed health records, released by their patient’s decision alone',
      description: introductionOf(terms),
      license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'This gateway' }],
    tags: Object.keys(routeGroups).map((name) => ({ name })),
    paths,
    components: { schemas, securitySchemes },
  }
}

const securitySchemes = {
  account: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'A session’s token: EdDSA, 15 minutes, bound to one account and good at this gateway alone (G1)',
  },
  organisation: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'The same, of an account that is an active organisation: gateways use it between themselves (G2)',
  },
}

function introductionOf({ anonymousPerMinute, accountPerMinute }: ApiTerms): string {
  return [
    'Failures are problem details (RFC 9457) with a stable `code`, whether to `retry`, and a `hint`.',
    `Bodies are JSON of at most ${bytes(limits.jsonBodyBytesMax)} where a route names no other limit; more is answered with 413.`,
    `Without a session an address has ${anonymousPerMinute} requests a minute, with one an account has ${accountPerMinute}; more is answered with 429 and Retry-After.`,
    'Headers have 16 KiB and 10 seconds (431, 408), a request 120 seconds.',
    'What may not be seen and what does not exist are answered alike: 404.',
  ].join(' ')
}

function operationOf(
  name: string,
  tag: string,
  route: Route,
  terms: ApiTerms,
  schemas: Record<string, JsonSchema>,
): ApiOperation {
  const bodyBytesMax = route.bodyBytesMax ?? limits.jsonBodyBytesMax
  const rate =
    route.auth === 'none'
      ? `${terms.anonymousPerMinute} requests a minute for an address`
      : `${terms.accountPerMinute} requests a minute for an account`
  return {
    operationId: name,
    tags: [tag],
    summary: route.summary,
    description: [
      `At most ${rate}.`,
      ...(route.body ? [`Body of at most ${bytes(bodyBytesMax)}.`] : []),
    ].join(' '),
    security: route.auth === 'none' ? [] : [{ [route.auth === 'peer' ? 'organisation' : 'account']: [] }],
    parameters: [
      ...parametersOf(route.params, 'path', schemas),
      ...parametersOf(route.query, 'query', schemas),
      ...headersOf(route),
    ],
    ...(route.body
      ? {
          requestBody: {
            required: true,
            description: `At most ${bytes(bodyBytesMax)}`,
            content: contentOf(route.body, 'input', schemas),
          },
        }
      : {}),
    responses: {
      [String(route.status ?? 200)]: {
        description: 'Done',
        ...(isTagged(route)
          ? { headers: { ETag: { description: 'Names this very answer', schema: { type: 'string' } } } }
          : {}),
        content: contentOf(route.response, 'output', schemas),
      },
      ...(route.ranged
        ? {
            '206': {
              description: 'The bytes that Range asked for',
              headers: {
                'Content-Range': { description: 'Which they are, of how many', schema: { type: 'string' } },
              },
              content: contentOf(route.response, 'output', schemas),
            },
          }
        : {}),
      ...(isTagged(route) ? { '304': { description: 'The caller has it already' } } : {}),
      ...problemsOf(route),
    },
  }
}

/** Answers that have a tag (G32): what is whole when it is sent. */
const isTagged = (route: Route): boolean => route.method === 'GET' && route.response !== 'events'

function parametersOf(
  schema: z.ZodType | undefined,
  place: ApiParameter['in'],
  schemas: Record<string, JsonSchema>,
): ApiParameter[] {
  if (!schema) return []
  const { properties = {}, required = [] } = hoisted(schema, 'input', schemas)
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(property.description ? { description: property.description } : {}),
    schema: property,
  }))
}

function headersOf(route: Route): ApiParameter[] {
  const header = (name: string, description: string, schema: JsonSchema, required = false): ApiParameter => ({
    name,
    in: 'header',
    required,
    description,
    schema,
  })
  const lastEventId = { type: 'string', pattern: '^[0-9]{1,16}$' }
  const tag = { type: 'string', pattern: '^(\\*|(W/)?"[^"]*"(, *(W/)?"[^"]*")*)$' }
  return [
    ...(route.response === 'events'
      ? [header('Last-Event-ID', 'In place of `after`: the last id that the caller has', lastEventId)]
      : []),
    ...(isTagged(route)
      ? [header('If-None-Match', 'ETags that the caller has: 304 when it is one of them', tag)]
      : []),
    ...(route.ranged
      ? [
          header('Range', 'The bytes from this one on: what is cut off is gone on with', {
            type: 'string',
            pattern: '^bytes=[0-9]{1,15}-$',
          }),
        ]
      : []),
    ...(route.conditional ? [header('If-Match', 'ETag of what is changed', tag, true)] : []),
    ...(route.idempotent
      ? [
          header(
            'Idempotency-Key',
            `Random, one for each request: a repetition within ${limits.idempotencySeconds / 3600} hours is answered as the first time`,
            { type: 'string', pattern: '^[A-Za-z0-9_-]{16,128}$' },
          ),
        ]
      : []),
    ...(route.costly
      ? [
          header(
            'HRE-Puzzle',
            'Solution of the puzzle of an earlier answer, while the gateway is under pressure',
            { type: 'string', maxLength: 600 },
          ),
        ]
      : []),
  ]
}

function contentOf(
  schema: z.ZodType | 'bytes' | 'events',
  direction: 'input' | 'output',
  schemas: Record<string, JsonSchema>,
): Content {
  // Bytes as they are have no schema of JSON (OpenAPI 3.1.1, 4.8.14.3).
  if (schema === 'events') return { 'text/event-stream': { schema: { type: 'string' } } }
  if (schema === 'bytes') return { 'application/octet-stream': { schema: {} } }
  return { 'application/json': { schema: hoisted(schema, direction, schemas) } }
}

/** Codes of a route by status; those of contracts are derived from their errors' names. */
function problemsOf(route: Route): Record<string, ApiAnswer> {
  const byStatus = new Map<number, string[]>()
  const add = (status: number, code: string) => byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  const codes = errorsOf(route)
  for (const code of codes) add(errorTable[code].status, code)
  if (route.contractErrors)
    for (const [name, { status = 422 }] of Object.entries(contractErrorTable))
      add(status, codeOfContractError(name))
  return Object.fromEntries(
    [...byStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, names]) => [String(status), problemAnswer(status, names)]),
  )
}

function problemAnswer(status: number, codes: string[]): ApiAnswer {
  const titles = codes.flatMap((code) => (code in errorTable ? [errorTable[code as ErrorCode].title] : []))
  return {
    description: titles.join('; ') || 'Refused by the contracts',
    ...(status === 429
      ? {
          headers: {
            'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer', minimum: 1 } },
          },
        }
      : {}),
    content: {
      'application/problem+json': {
        schema: {
          allOf: [
            { $ref: '#/components/schemas/Problem' },
            { type: 'object', properties: { status: { const: status }, code: { enum: codes } } },
          ],
        },
      },
    },
  }
}

/** A route's schema as JSON Schema; what has a name of its own goes to `schemas` and is referred to. */
function hoisted(
  schema: z.ZodType,
  direction: 'input' | 'output',
  schemas: Record<string, JsonSchema>,
): JsonSchema {
  const made = z.toJSONSchema(schema, { io: direction }) as JsonSchema & {
    $schema?: string
    $defs?: Record<string, JsonSchema>
    id?: string
  }
  const {
    $schema: _dialect,
    $defs = {},
    id,
    ...own
  } = JSON.parse(JSON.stringify(made).replaceAll('#/$defs/', '#/components/schemas/')) as typeof made
  for (const [name, definition] of Object.entries($defs)) schemas[name] = withoutId(definition)
  if (id === undefined) return own
  schemas[id] = own
  return { $ref: `#/components/schemas/${id}` }
}

function withoutId(definition: JsonSchema & { id?: string }): JsonSchema {
  const { id: _id, ...rest } = definition
  return rest
}

function bytes(count: number): string {
  const mebibytes = count / (1024 * 1024)
  return mebibytes >= 1 ? `${mebibytes} MiB` : `${count} bytes`
}
