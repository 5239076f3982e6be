import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import { hreError, HreError, limits, routes, toProblem, type Route, type RouteName } from '@hre/protocol'
import Fastify, { LogController, type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Address } from 'viem'
import type { Gateway } from '../gateway.ts'
import { isActiveOrganisation } from '../store/directory.ts'
import type { Handlers } from './handler.ts'
import { askHandlers } from './handlers/asks.ts'
import { chainHandlers } from './handlers/chain.ts'
import { consentHandlers } from './handlers/consent.ts'
import { directoryHandlers } from './handlers/directory.ts'
import { frontDeskHandlers } from './handlers/front-desk.ts'
import { emergencyHandlers } from './handlers/emergency.ts'
import { erasureHandlers } from './handlers/erasure.ts'
import { findPatientHandlers } from './handlers/find-patient.ts'
import { keystoreHandlers } from './handlers/keystore.ts'
import { operationHandlers } from './handlers/operations.ts'
import { peerHandlers } from './handlers/peer.ts'
import { recordHandlers } from './handlers/records.ts'
import { recoveryHandlers } from './handlers/recovery.ts'
import { sessionHandlers } from './handlers/session.ts'
import { statusHandlers } from './handlers/status.ts'
import { serveApp } from './app.ts'
import { allowApps } from './cross-origin.ts'
import { servePages } from './pages.ts'

const handlers: Handlers<RouteName> = {
  ...sessionHandlers,
  ...erasureHandlers,
  ...operationHandlers,
  ...directoryHandlers,
  ...consentHandlers,
  ...recordHandlers,
  ...emergencyHandlers,
  ...findPatientHandlers,
  ...recoveryHandlers,
  ...keystoreHandlers,
  ...peerHandlers,
  ...statusHandlers,
  ...frontDeskHandlers,
  ...askHandlers,
  ...chainHandlers,
}

/** A request must be complete within this, so that a slow sender holds no socket for long. */
const requestTimeoutMilliseconds = 120_000
const headersBytesMax = 16 * 1024

/** Every route of the protocol on Fastify. Nothing here knows what a route does. */
export async function createServer(gateway: Gateway): Promise<FastifyInstance> {
  const { config } = gateway
  const server = Fastify({
    loggerInstance: gateway.log,
    bodyLimit: limits.jsonBodyBytesMax,
    requestTimeout: requestTimeoutMilliseconds,
    http: { maxHeaderSize: headersBytesMax, headersTimeout: 10_000, connectionsCheckingInterval: 2_000 },
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 128 },
    // Paths hold pseudonyms at most, but they tell who reads whom: requests are not logged.
    logController: new LogController({ disableRequestLogging: true }),
  })
  await server.register(helmet, {
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
  await server.register(rateLimit, {
    timeWindow: 60_000,
    keyGenerator: (request) => accountOf(request) ?? request.ip,
    max: (request) => (accountOf(request) ? config.accountPerMinute : config.anonymousPerMinute),
    hook: 'preHandler',
    errorResponseBuilder: (_request, { ttl }) =>
      hreError('rate-limited', { retryAfterSeconds: Math.ceil(ttl / 1000) }),
  })
  allowApps(server)
  server.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload))
  server.setValidatorCompiler(({ schema }) => (data) => {
    const result = (schema as z.ZodType).safeParse(data)
    return result.success ? { value: result.data } : { error: result.error }
  })
  server.setErrorHandler((error, request, reply) => {
    const known = asHreError(error as FastifyError, request)
    const seconds = known.data['retryAfterSeconds']
    if (typeof seconds === 'number') void reply.header('retry-after', seconds)
    return reply.code(known.status).type('application/problem+json').send(toProblem(known))
  })
  server.setNotFoundHandler(() => {
    throw hreError('not-found')
  })
  // A session is looked at before the limit, so that the limit is the account's and not the address's.
  server.addHook('onRequest', async (request) => {
    const route = request.routeOptions.config as { route?: Route }
    if (!route.route || route.route.auth === 'none') return
    const account = await gateway.tokens.accountOf(request.headers.authorization)
    if (route.route.auth === 'peer') await assertOrganisation(gateway, account)
    accounts.set(request, account)
  })
  for (const name of Object.keys(routes) as RouteName[]) addRoute(server, gateway, name)
  servePages(server, config.storyFile)
  await serveApp(server, gateway)
  return server
}

function addRoute(server: FastifyInstance, gateway: Gateway, name: RouteName): void {
  const route: Route = routes[name]
  const isStream = route.body === 'bytes'
  server.route({
    method: route.method,
    url: route.path,
    config: { route },
    schema: {
      ...(route.params ? { params: route.params } : {}),
      ...(route.query ? { querystring: route.query } : {}),
      ...(route.body && !isStream ? { body: route.body } : {}),
    },
    ...(route.bodyBytesMax ? { bodyLimit: route.bodyBytesMax } : {}),
    handler: async (request, reply) => {
      const { params, query, body } = request
      const handler = handlers[name] as (gateway: Gateway, request: unknown) => Promise<unknown>
      const answer = await handler(gateway, { params, query, body, account: accountOf(request) })
      return reply
        .code(route.status ?? 200)
        .header('cache-control', 'no-store')
        .type(route.response === 'bytes' ? 'application/octet-stream' : 'application/json')
        .send(answer)
    },
  })
}

/** The caller of each request under way; set by the session hook alone. */
const accounts = new WeakMap<FastifyRequest, Address>()
const accountOf = (request: FastifyRequest): Address | undefined => accounts.get(request)

async function assertOrganisation({ db, follower }: Gateway, account: Address): Promise<void> {
  await follower.sync()
  if (!(await isActiveOrganisation(db, account))) throw hreError('forbidden')
}

/** Anything thrown, as a problem that is safe to show. What we did not expect is logged and not told. */
function asHreError(error: FastifyError | HreError, request: FastifyRequest): HreError {
  if (error instanceof HreError) {
    if (error.status >= 500) request.log.warn({ code: error.code }, error.message)
    return error
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
