import Fastify, { LogController, type FastifyInstance } from 'fastify'
import type { Gateway } from '../gateway.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { serveHealth } from './health.ts'

/** `/metrics` and health, on an address of their own: figures tell how busy a hospital is, and are not the public's. */
export function createOperationsServer(gateway: Gateway, metrics: Metrics): FastifyInstance {
  const server = Fastify({
    loggerInstance: gateway.log,
    logController: new LogController({ disableRequestLogging: true }),
  })
  serveHealth(server, gateway)
  server.get('/metrics', async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  )
  return server
}
