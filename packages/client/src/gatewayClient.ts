import {
  errorTable,
  fromProblem,
  HreError,
  hreError,
  isHreError,
  limits,
  problemSchema,
  routes,
  solvePuzzle,
  type Events,
  type Route,
  type RouteInput,
  type RouteName,
  type RouteOutput,
  type Routes,
} from '@hre/protocol'
import type { EventSourceMessage } from 'eventsource-parser'
import type { z } from 'zod'

/** Gateways give a sign of life every 15 seconds. */
const defaultSilenceMilliseconds = 45_000

export interface CallOptions {
  /** Bearer token of a session. */
  token?: string
  /** For routes that take one (G33): the same key with the same input is done once. */
  idempotencyKey?: string
  signal?: AbortSignal
  /** For routes marked `ranged` (P1): leave out the bytes before this one. */
  from?: number
  /** Told of an answer's bytes as they come. Who listens sees them stall and ends the call by `signal`: the client's own time limit is off. */
  onBytes?: (chunk: Uint8Array) => void
}

/** Routes that answer with a stream of events. */
export type StreamName = {
  [Name in RouteName]: Routes[Name]['response'] extends Events ? Name : never
}[RouteName]

export interface StreamOptions extends Pick<CallOptions, 'token' | 'signal'> {
  /** Go on after this event. */
  lastEventId?: number
  /** A stream that says nothing for this long, not even that it is there, is dead. */
  silenceMilliseconds?: number
}

/** An event longer than this is not one of a gateway's. */
const eventCharactersMax = 1024 * 1024

/** The loosest view of an input: what the request is built from. */
interface AnyInput {
  params?: Record<string, string>
  query?: Record<string, unknown>
  body?: unknown
}

/** Calls a gateway's routes by name; typed and checked by the same definitions as the server. */
export class GatewayClient {
  readonly baseUrl: string
  readonly #timeoutMilliseconds: number
  readonly #fetch: typeof fetch

  constructor(options: { baseUrl: string; timeoutMilliseconds?: number; fetch?: typeof fetch }) {
    this.baseUrl = options.baseUrl.replace(/\/+$/, '')
    this.#timeoutMilliseconds = options.timeoutMilliseconds ?? 30_000
    // A browser's fetch must be called as the global's own.
    this.#fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
  }

  /**
   * @throws HreError with the gateway's own code, or `gateway-unreachable`.
   */
  async call<Name extends RouteName>(
    name: Name,
    input: RouteInput<Routes[Name]>,
    options: CallOptions = {},
  ): Promise<RouteOutput<Routes[Name]>> {
    const route: Route = routes[name]
    const { body } = input as AnyInput
    const response = await this.#sendPaying(this.#urlOf(route, input as AnyInput), route, body, options)
    const answer =
      route.response === 'bytes'
        ? await bytesOf(response, this.baseUrl, options)
        : await parsed(response, route.response as z.ZodType)
    return answer as RouteOutput<Routes[Name]>
  }

  /**
   * Listens to a stream, event by event, until the gateway ends it. Leaving the loop closes it.
   *
   * @throws HreError with the gateway's own code; `gateway-unreachable` also when the connection is lost, or silent for too long.
   */
  async *events<Name extends StreamName>(
    name: Name,
    input: RouteInput<Routes[Name]>,
    options: StreamOptions = {},
  ): AsyncGenerator<EventSourceMessage> {
    const route: Route = routes[name]
    const { token, lastEventId, silenceMilliseconds = defaultSilenceMilliseconds } = options
    const silence = new AbortController()
    const signal = AbortSignal.any([silence.signal, ...(options.signal ? [options.signal] : [])])
    let timer = setTimeout(() => silence.abort(), silenceMilliseconds)
    try {
      const response = await this.#fetch(this.#urlOf(route, input as AnyInput), {
        headers: {
          accept: 'text/event-stream',
          ...(token && { authorization: `Bearer ${token}` }),
          ...(lastEventId !== undefined && { 'last-event-id': String(lastEventId) }),
        },
        redirect: 'error',
        cache: 'no-store',
        signal,
      })
      if (!response.ok) throw await errorOf(response)
      const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
      // Loaded with the first stream: a page that only asks does without.
      const { createParser } = await import('eventsource-parser')
      const events: EventSourceMessage[] = []
      const parser = createParser({
        onEvent: (event) => events.push(event),
        maxBufferSize: eventCharactersMax,
      })
      try {
        for (;;) {
          const { value, done } = await reader.read()
          if (done) return
          clearTimeout(timer)
          timer = setTimeout(() => silence.abort(), silenceMilliseconds)
          parser.feed(value)
          yield* events.splice(0)
        }
      } finally {
        await reader.cancel().catch(() => {})
      }
    } catch (cause) {
      if (isHreError(cause)) throw cause
      throw hreError('gateway-unreachable', { url: this.baseUrl }, cause)
    } finally {
      clearTimeout(timer)
    }
  }

  #urlOf(route: Route, { params = {}, query = {} }: AnyInput): string {
    const path = route.path.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(params[key] ?? ''))
    const search = new URLSearchParams(
      Object.entries(query)
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => [key, String(value)]),
    )
    return `${this.baseUrl}${path}${search.size > 0 ? `?${search.toString()}` : ''}`
  }

  /** Sends, and solves the puzzle that a gateway under pressure asks for (G39): once, its answer is good for one request. */
  async #sendPaying(url: string, route: Route, body: unknown, options: CallOptions): Promise<Response> {
    const response = await this.#send(url, route, body, options)
    if (response.ok) return response
    const error = await errorOf(response)
    const { puzzle, bits } = error.data
    if (error.code !== 'puzzle-required' || typeof puzzle !== 'string' || typeof bits !== 'number')
      throw error
    const solution = await solvePuzzle(puzzle, bits, {
      timeoutMilliseconds: this.#timeoutMilliseconds,
      signal: options.signal,
    })
    const again = await this.#send(url, route, body, options, solution)
    if (again.ok) return again
    throw await errorOf(again)
  }

  async #send(
    url: string,
    route: Route,
    body: unknown,
    options: CallOptions,
    puzzle?: string,
  ): Promise<Response> {
    const { token, idempotencyKey, signal, from, onBytes } = options
    const isBytes = route.body === 'bytes'
    const headers: Record<string, string> = {}
    if (route.body) headers['content-type'] = isBytes ? 'application/octet-stream' : 'application/json'
    if (token) headers['authorization'] = `Bearer ${token}`
    if (puzzle) headers['hre-puzzle'] = puzzle
    if (idempotencyKey) headers['idempotency-key'] = idempotencyKey
    if (from) headers['range'] = `bytes=${from}-`
    const limit = onBytes ? undefined : AbortSignal.timeout(this.#timeoutMilliseconds)
    const signals = [signal, limit].filter((one) => one !== undefined)
    try {
      return await this.#fetch(url, {
        method: route.method,
        headers,
        redirect: 'error',
        signal: AbortSignal.any(signals),
        ...(route.body ? { body: isBytes ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body) } : {}),
      })
    } catch (cause) {
      throw hreError('gateway-unreachable', { url: this.baseUrl }, cause)
    }
  }
}

/**
 * An answer's bytes, from `options.from` on also where a gateway sends them all.
 *
 * @throws HreError `gateway-unreachable` when it is cut off, `payload-too-large`.
 */
async function bytesOf(
  response: Response,
  url: string,
  { from = 0, onBytes }: CallOptions,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let received = 0
  let surplus = response.status === 206 ? 0 : from
  const reader = response.body?.getReader()
  try {
    for (;;) {
      const { value: chunk } = (await reader?.read()) ?? {}
      if (!chunk) break
      received += chunk.length
      if (received > limits.blobBytesMax) break
      const wanted = chunk.subarray(Math.min(surplus, chunk.length))
      surplus -= chunk.length - wanted.length
      chunks.push(wanted)
      onBytes?.(wanted)
    }
  } catch (cause) {
    throw hreError('gateway-unreachable', { url }, cause)
  }
  if (received > limits.blobBytesMax) {
    await reader?.cancel().catch(() => {})
    throw hreError('payload-too-large', { bytesMax: limits.blobBytesMax })
  }
  const whole = new Uint8Array(chunks.reduce((bytes, chunk) => bytes + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

async function parsed(response: Response, schema: z.ZodType): Promise<unknown> {
  const result = schema.safeParse(await response.json().catch(() => undefined))
  if (result.success) return result.data
  throw hreError(
    'internal',
    { reason: 'the gateway answered in a form that its route does not have' },
    result.error,
  )
}

async function errorOf(response: Response): Promise<HreError> {
  const problem = problemSchema.safeParse(await response.json().catch(() => undefined))
  if (problem.success) return fromProblem(problem.data)
  // Not one of ours: a proxy in between, say.
  return new HreError('gateway-unreachable', errorTable['gateway-unreachable'], { status: response.status })
}
