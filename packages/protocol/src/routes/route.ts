import type { z } from 'zod'
import type { ErrorCode } from '../errors.ts'

/** Who may call: nobody in particular, any account with a session, or an active organisation's gateway. */
export type RouteAuth = 'none' | 'account' | 'peer'

/** Marks a body or an answer that is bytes, not JSON. */
export type Bytes = 'bytes'

/**
 * One route, defined once: the gateway validates by it, the SDK's client is typed by it, the OpenAPI document follows.
 */
export interface Route {
  method: 'GET' | 'POST' | 'PUT'
  /** Fastify path: parameters as `:name`. */
  path: string
  auth: RouteAuth
  /** The app of another organisation's gateway may call it: a patient asks each organisation itself. */
  crossOrigin?: true
  summary: string
  params?: z.ZodType
  query?: z.ZodType
  body?: z.ZodType | Bytes
  response: z.ZodType | Bytes
  /** Status of the good answer; 200 if absent. */
  status?: number
  /** Body limit in bytes; `limits.jsonBodyBytesMax` if absent. */
  bodyBytesMax?: number
  /** Failures beside those that every route has (bad-request, unauthenticated, rate-limited, internal). */
  errors: readonly ErrorCode[]
}

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
