import type { z } from 'zod'
import type { ErrorCode } from '../errors.ts'

/** Who may call: nobody in particular, any account with a session, or an active organisation's gateway. */
export type RouteAuth = 'none' | 'account' | 'peer'

/** Marks a body or an answer that is bytes, not JSON. */
export type Bytes = 'bytes'

/** Marks an answer that is a stream of server-sent events, which goes on until one side ends it. */
export type Events = 'events'

/**
 * One route, defined once: the gateway validates by it, the SDK's client is typed by it, the OpenAPI document follows.
 */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Fastify path: parameters as `:name`. */
  path: string
  auth: RouteAuth
  /** The app of another organisation's gateway may call it: a patient asks each organisation itself. */
  crossOrigin?: true
  summary: string
  params?: z.ZodType
  query?: z.ZodType
  body?: z.ZodType | Bytes
  response: z.ZodType | Bytes | Events
  /** Status of the good answer; 200 if absent. */
  status?: number
  /** Body limit in bytes; `limits.jsonBodyBytesMax` if absent. */
  bodyBytesMax?: number
  /** Failures beside those of `commonErrorsOf`. */
  errors: readonly ErrorCode[]
  /** An answer of bytes that may begin further on: takes a `Range` (P1). */
  ranged?: true
  /** Takes an `Idempotency-Key` (G33). */
  idempotent?: true
  /** A change that needs an `If-Match` of what it changes (G32). */
  conditional?: true
  /** Costs the gateway something and asks for no session: under pressure it asks for a puzzle (G39). */
  costly?: true
  /** The operation is tried on the chain first: any refusal of the contracts may be the answer. */
  contractErrors?: true
}

/** Failures that a route has by its form. */
export function commonErrorsOf(route: Route): ErrorCode[] {
  return [
    'bad-request',
    ...(route.auth === 'none' ? [] : (['unauthenticated'] as const)),
    ...(route.auth === 'peer' ? (['forbidden'] as const) : []),
    ...(route.body ? (['payload-too-large'] as const) : []),
    ...(route.idempotent ? (['idempotency-key-reused', 'idempotency-running'] as const) : []),
    ...(route.conditional ? (['precondition-failed', 'precondition-required'] as const) : []),
    ...(route.costly ? (['puzzle-required'] as const) : []),
    'rate-limited',
    'internal',
    'chain-unavailable',
  ]
}

/** Every code of `errorTable` that the route may answer with. */
export const errorsOf = (route: Route): ErrorCode[] => [
  ...new Set([...commonErrorsOf(route), ...route.errors]),
]

/** Keeps the literal types of a route. */
export const route = <const R extends Route>(definition: R): R => definition

type InputOf<T> = T extends z.ZodType ? z.input<T> : T extends Bytes ? Uint8Array : undefined
type OutputOf<T> = T extends z.ZodType ? z.output<T> : T extends Bytes ? Uint8Array : undefined

/** What a client passes. */
export type RouteInput<R extends Route> = (R extends { params: infer P } ? { params: InputOf<P> } : object) &
  (R extends { query: infer Q } ? { query: InputOf<Q> } : object) &
  (R extends { body: infer B } ? { body: InputOf<B> } : object)

/** What a handler receives, parsed. */
export type RouteRequest<R extends Route> = (R extends { params: infer P }
  ? { params: OutputOf<P> }
  : object) &
  (R extends { query: infer Q } ? { query: OutputOf<Q> } : object) &
  (R extends { body: infer B } ? { body: OutputOf<B> } : object)

/** What a client gets back. */
export type RouteOutput<R extends Route> = OutputOf<R['response']>
