import type { Socket } from 'node:net'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import rateLimit from '@fastify/rate-limit'
import { hreError, HreError, limits, routes, toProblem, type Route, type RouteName } from '@hre/protocol'
import Fastify, {
  LogController,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import helmet from 'helmet'
import type { z } from 'zod'
import type { Address } from 'viem'
import { partOf, type FilePart } from '../blobs/blobStore.ts'
import type { Gateway } from '../gateway.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { StreamEvent } from '../notifications/streams.ts'
import type { Caller } from '../session/sessions.ts'
import { directoryOf } from '../store/directory.ts'
import { databaseFault } from '../store/faults.ts'
import { takesGzip } from './acceptEncoding.ts'
import { entityTagOf, namesTag } from './entityTags.ts'
import { answerEvents } from './eventStream.ts'
import type { Circumstances, Handlers } from './handler.ts'
import { askHandlers } from './handlers/asks.ts'
import { chainHandlers } from './handlers/chain.ts'
import { consentHandlers } from './handlers/consent.ts'
import { delegationHandlers } from './handlers/delegations.ts'
import { copyHandlers } from './handlers/copies.ts'
import { directoryHandlers } from './handlers/directory.ts'
import { frontDeskHandlers } from './handlers/frontDesk.ts'
import { emergencyHandlers } from './handlers/emergency.ts'
import { erasureHandlers } from './handlers/erasure.ts'
import { findPatientHandlers } from './handlers/findPatient.ts'
import { keystoreHandlers } from './handlers/keystore.ts'
import { integrityHandlers } from './handlers/integrity.ts'
import { notificationHandlers } from './handlers/notifications.ts'
import { operationHandlers } from './handlers/operations.ts'
import { passkeyHandlers } from './handlers/passkeys.ts'
import { peerHandlers } from './handlers/peer.ts'
import { ownRecordHandlers } from './handlers/ownRecords.ts'
import { recordHandlers } from './handlers/records.ts'
import { recoveryHandlers } from './handlers/recovery.ts'
import { sessionHandlers } from './handlers/session.ts'
import { signatureHandlers } from './handlers/signatures.ts'
import { statusHandlers } from './handlers/status.ts'
import { serveHealth } from './health.ts'
import { serveApp } from './app.ts'
import { allowApps } from './crossOrigin.ts'
import { servePages } from './pages.ts'

const handlers: Handlers<RouteName> = {
  ...sessionHandlers,
  ...erasureHandlers,
  ...passkeyHandlers,
  ...operationHandlers,
  ...directoryHandlers,
  ...consentHandlers,
  ...delegationHandlers,
  ...recordHandlers,
  ...ownRecordHandlers,
  ...signatureHandlers,
  ...emergencyHandlers,
  ...findPatientHandlers,
  ...recoveryHandlers,
  ...keystoreHandlers,
  ...peerHandlers,
  ...statusHandlers,
  ...integrityHandlers,
  ...copyHandlers,
  ...frontDeskHandlers,
  ...askHandlers,
  ...notificationHandlers,
  ...chainHandlers,
}

const headersBytesMax = 16 * 1024
/** Answers under way have so long when the gateway ends; who fetches a large file goes on elsewhere, or later (P1). */
const closeMilliseconds = 10_000
/**
 * Lists of records and files in base64 are long, and a third to a half of them is said twice. Answers that carry a tag go as they are. Nobody
 * learns a secret from a length (BREACH): a session is no cookie, so no other page makes a browser ask in its owner's name.
 */
const gzipFromCharacters = 16 * 1024
/** Most of what there is to gain, at a third of the price. */
const gzipOptions = { level: 1 }

/** The headers of pages, and of whatever has no route. Worked out once: Fastify's plugin for it does so with each answer. */
const protectPage = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  referrerPolicy: { policy: 'no-referrer' },
  // TLS ends at a proxy in front, which says so itself.
  hsts: false,
})
/** Those of answers to programs: what a browser would heed that is led to show one (OWASP, REST Security Cheat Sheet). */
const answerHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
}
const noLimitHeaders = {
  'x-ratelimit-limit': false,
  'x-ratelimit-remaining': false,
  'x-ratelimit-reset': false,
}
/** For answers that come to an end by themselves. */
const neverGone = new AbortController().signal

/** Every route of the protocol on Fastify. Nothing here knows what a route does. */
export async function createServer(gateway: Gateway, metrics?: Metrics): Promise<FastifyInstance> {
  const { config } = gateway
  const server = Fastify({
    loggerInstance: gateway.log,
    bodyLimit: limits.jsonBodyBytesMax,
    requestTimeout: config.requestSeconds * 1000,
    http: { maxHeaderSize: headersBytesMax, headersTimeout: 10_000, connectionsCheckingInterval: 2_000 },
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 128 },
    // Paths hold pseudonyms at most, but they tell who reads whom: requests are not logged.
    logController: new LogController({ disableRequestLogging: true }),
    // What Fastify refuses before it has a route, in its own words, would repeat the path.
    frameworkErrors: (error, request, reply) => {
      void answerProblem(error, request, reply as FastifyReply)
    },
    trustProxy: config.trustedProxies?.split(',').map((network) => network.trim()) ?? false,
  })
  metrics?.watch(server)
  server.addHook('onRequest', (request, reply, done) => {
    const { route } = request.routeOptions.config as { route?: Route }
    if (!route) return protectPage(request.raw, reply.raw, () => done())
    void reply.headers(answerHeaders)
    done()
  })
  await server.register(rateLimit, {
    timeWindow: 60_000,
    keyGenerator: (request) => accountOf(request) ?? request.ip,
    max: (request) => (accountOf(request) ? config.accountPerMinute : config.anonymousPerMinute),
    hook: 'preHandler',
    // Who is over the limit is told; the document says what it is.
    addHeadersOnExceeding: noLimitHeaders,
    errorResponseBuilder: (_request, { ttl }) =>
      hreError('rate-limited', { retryAfterSeconds: Math.ceil(ttl / 1000) }),
  })
  allowApps(server)
  server.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload))
  server.setValidatorCompiler(({ schema }) => (data) => {
    const result = (schema as z.ZodType).safeParse(data)
    return result.success ? { value: result.data } : { error: result.error }
  })
  server.setErrorHandler(answerProblem)
  server.setNotFoundHandler(() => {
    throw hreError('not-found')
  })
  // A session is looked at before the limit, so that the limit is the account's and not the address's.
  server.addHook('onRequest', async (request) => {
    const { route, name } = request.routeOptions.config as { route?: Route; name?: RouteName }
    if (!route) return
    // Who is known pays no stranger's price, also where nobody has to be known.
    const isKnown = route.auth !== 'none' || (route.costly && request.headers.authorization !== undefined)
    if (!isKnown) {
      if (route.costly) await gateway.puzzles.charge(name!, headerOf(request, 'hre-puzzle'))
      return
    }
    const caller = await gateway.sessions.callerOf(request.headers.authorization)
    if (route.auth === 'peer') await assertOrganisation(gateway, caller.account)
    callers.set(request, caller)
  })
  // Streams are counted while they come; one that says how long it is need not come at all.
  server.addHook('preParsing', (request, _reply, payload, done) => {
    const { route } = request.routeOptions.config as { route?: Route }
    const bytesMax = route?.bodyBytesMax ?? limits.jsonBodyBytesMax
    if (Number(request.headers['content-length'] ?? 0) > bytesMax)
      done(hreError('payload-too-large', { bytesMax }))
    else done(null, payload)
  })
  endConnectionsOnClose(server, gateway)
  for (const name of Object.keys(routes) as RouteName[]) addRoute(server, gateway, name)
  serveHealth(server, gateway)
  servePages(server, config)
  await serveApp(server, gateway)
  return server
}

/**
 * What is under way is answered, and its connection not kept: the server would end a minute later, with the last of them. Who has not asked
 * anything yet, or takes too long to, is not waited for.
 */
function endConnectionsOnClose(server: FastifyInstance, { relay }: Gateway): void {
  let isClosing = false
  /** Connections without a request so far. Node takes them for busy, and looks at no time limit any more once it closes. */
  const silent = new Set<Socket>()
  server.server.on('connection', (socket) => {
    silent.add(socket)
    socket.once('close', () => silent.delete(socket))
  })
  server.server.on('request', ({ socket }) => silent.delete(socket))
  server.addHook('preClose', async () => {
    isClosing = true
    relay.endWaits()
    for (const socket of silent) socket.destroy()
    setTimeout(() => server.server.closeAllConnections(), closeMilliseconds).unref()
  })
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (isClosing) void reply.header('connection', 'close')
    done()
  })
}

function addRoute(server: FastifyInstance, gateway: Gateway, name: RouteName): void {
  const route: Route = routes[name]
  const isStream = route.body === 'bytes'
  server.route({
    method: route.method,
    url: route.path,
    config: { route, name },
    schema: {
      ...(route.params ? { params: route.params } : {}),
      ...(route.query ? { querystring: route.query } : {}),
      ...(route.body && !isStream ? { body: route.body } : {}),
    },
    ...(route.bodyBytesMax ? { bodyLimit: route.bodyBytesMax } : {}),
    // The head alone of what has no end would never come to one.
    ...(route.response === 'events' ? { exposeHeadRoute: false } : {}),
    handler: async (request, reply) => {
      const { params, query, body } = request
      const gone = route.response === 'events' ? new AbortController() : undefined
      const circumstances: Circumstances = {
        address: request.ip,
        ifMatch: request.headers['if-match'],
        announcedBytes: announcedIn(headerOf(request, 'content-length')),
        from: route.ranged ? firstByteIn(headerOf(request, 'range')) : 0,
        lastEventId: lastEventIdOf(request),
        gone: gone?.signal ?? neverGone,
      }
      const handle = handlers[name] as (gateway: Gateway, request: unknown) => Promise<unknown>
      const act = () => handle(gateway, { params, query, body, ...callers.get(request), ...circumstances })
      void reply.code(route.status ?? 200)
      if (route.response === 'bytes')
        return answerBytes(request, reply, (await act()) as Uint8Array | FilePart, circumstances.from)
      if (gone) return answerEvents(request, reply, (await act()) as AsyncIterable<StreamEvent>, gone)
      const json = await jsonOf(gateway, route, request, reply, act)
      return answerJson(request, reply, json)
    },
  })
}

/** The answer as text: of this call or, under an Idempotency-Key, of the first one. */
async function jsonOf(
  gateway: Gateway,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  act: () => Promise<unknown>,
): Promise<string> {
  const key = headerOf(request, 'idempotency-key')
  if (!route.idempotent || key === undefined) return JSON.stringify(await act())
  const { method, url, body } = request
  const call = { key, caller: accountOf(request), request: JSON.stringify([method, url, body]) }
  const { json, replayed } = await gateway.idempotency.run(call, async () => JSON.stringify(await act()))
  if (replayed) void reply.header('idempotency-replayed', 'true')
  return json
}

async function answerJson(request: FastifyRequest, reply: FastifyReply, json: string): Promise<FastifyReply> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    void reply.type('application/json')
    if (json.length < gzipFromCharacters) return reply.send(json)
    void reply.header('vary', 'accept-encoding')
    if (!takesGzip(request)) return reply.send(json)
    return reply.header('content-encoding', 'gzip').send(await promisify(gzip)(json, gzipOptions))
  }
  const tag = entityTagOf(json)
  void reply.header('etag', tag)
  if (namesTag(request.headers['if-none-match'], tag)) return reply.code(304).send()
  return reply.type('application/json').send(json)
}

/** Sealed files, manifests and wraps are named by their hash: that is their tag, whatever it took to be allowed to have them. */
function answerBytes(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: Uint8Array | FilePart,
  wanted: number,
): FastifyReply {
  const { contentId, hash } = request.params as { contentId?: string; hash?: string }
  const tag = `"${contentId ?? hash}"`
  void reply.header('etag', tag)
  const part = answer instanceof Uint8Array ? partOf(answer, wanted) : answer
  if (namesTag(request.headers['if-none-match'], tag)) {
    part.stream.destroy()
    return reply.code(304).send()
  }
  const { from, bytes } = part
  void reply.header('content-length', bytes - from)
  if (from > 0) void reply.code(206).header('content-range', `bytes ${from}-${bytes - 1}/${bytes}`)
  return reply.type('application/octet-stream').send(part.atHand ?? part.stream)
}

/** RFC 9110, 14.1.2, of one form: `bytes=N-`. A range of another one is passed over, which the RFC allows. */
function firstByteIn(range: string | undefined): number {
  return Number(/^bytes=(\d{1,15})-$/.exec(range ?? '')?.[1] ?? 0)
}

/** RFC 9110, 8.6. Undefined where a body comes in chunks. */
const announcedIn = (length: string | undefined): number | undefined =>
  length === undefined ? undefined : Number(length)

/** @throws HreError `bad-request` for what no event of ours was called. */
function lastEventIdOf(request: FastifyRequest): number | undefined {
  const header = headerOf(request, 'last-event-id')
  // A browser sends it empty when it has seen none.
  if (header === undefined || header === '') return undefined
  const id = Number(header)
  if (!/^[0-9]{1,16}$/.test(header) || !Number.isSafeInteger(id))
    throw hreError('bad-request', { field: 'Last-Event-ID' })
  return id
}

/** The caller of each request under way; set by the session hook alone. */
const callers = new WeakMap<FastifyRequest, Caller>()
const accountOf = (request: FastifyRequest): Address | undefined => callers.get(request)?.account

const headerOf = ({ headers }: FastifyRequest, name: string): string | undefined => {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}

async function assertOrganisation({ db, follower }: Gateway, account: Address): Promise<void> {
  await follower.sync()
  if (!(await directoryOf(db, [account])).isActiveOrganisation(account)) throw hreError('forbidden')
}

function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = asHreError(error as FastifyError, request)
  const seconds = known.data['retryAfterSeconds']
  if (typeof seconds === 'number') void reply.header('retry-after', seconds)
  return reply.code(known.status).type('application/problem+json').send(toProblem(known))
}

/** Anything thrown, as a problem that is safe to show. What we did not expect is logged and not told. */
function asHreError(error: FastifyError | HreError, request: FastifyRequest): HreError {
  if (error instanceof HreError) {
    if (error.status >= 500) request.log.warn({ code: error.code }, error.message)
    return error
  }
  const fault = databaseFault(error)
  if (fault) {
    request.log.warn({ code: fault.code }, fault.message)
    return fault
  }
  if (error.validation || 'issues' in error) return hreError('bad-request', { issues: issuesOf(error) })
  if (error.statusCode === 413) return hreError('payload-too-large')
  if (error.statusCode && error.statusCode < 500) return hreError('bad-request', { reason: error.code })
  request.log.error({ err: error, requestId: request.id }, 'unexpected failure')
  return hreError('internal', { requestId: request.id })
}

/** Which fields are wrong, without their values: a value may be personal. */
function issuesOf(error: unknown): { path: string; code: string }[] {
  const cause = (error as { cause?: unknown }).cause ?? error
  const { issues = [] } = cause as { issues?: { path: PropertyKey[]; code: string }[] }
  return issues.slice(0, 20).map(({ path, code }) => ({ path: path.join('.'), code }))
}
