import type { Route } from '@hre/protocol'
import type { FastifyInstance } from 'fastify'

/**
 * Lets pages of other origins call the routes that say so. A session is a token in a header, never a cookie, so a
 * page can do no more with these routes than any program that holds the same keys.
 */
export function allowApps(server: FastifyInstance): void {
  const preflighted = new Set<string>()
  server.addHook('onRoute', (options) => {
    const { route } = (options.config ?? {}) as { route?: Route }
    if (!route?.crossOrigin || preflighted.has(options.url)) return
    preflighted.add(options.url)
    server.options(options.url, async (_request, reply) =>
      reply
        .code(204)
        .header('access-control-allow-origin', '*')
        .header('access-control-allow-methods', 'GET, POST, PUT')
        .header('access-control-allow-headers', 'authorization, content-type, last-event-id')
        .header('access-control-max-age', '600')
        .send(),
    )
  })
  server.addHook('onRequest', (request, reply, done) => {
    const { route } = request.routeOptions.config as { route?: Route }
    if (route?.crossOrigin)
      void reply
        .header('access-control-allow-origin', '*')
        .header('access-control-expose-headers', 'retry-after')
    done()
  })
}
