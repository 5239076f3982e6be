import { readFile } from 'node:fs/promises'
import { openApiDocument } from '@hre/protocol'
import { apiPage, pages } from '@hre/web'
import type { FastifyInstance } from 'fastify'
import type { GatewayConfig } from '../config.ts'
import { version } from '../version.ts'

/** The gateway's own page, its API to read and for machines, and the story of whoever demonstrates it. */
export function servePages(server: FastifyInstance, config: GatewayConfig): void {
  const { storyFile, anonymousPerMinute, accountPerMinute } = config
  const api = openApiDocument({ version, anonymousPerMinute, accountPerMinute })
  const asJson = JSON.stringify(api)
  const asPage = apiPage(api)
  server.get('/openapi.json', (_request, reply) => reply.type('application/json').send(asJson))
  server.get('/docs', (_request, reply) => reply.type('text/html; charset=utf-8').send(asPage))
  for (const { path, type, file } of pages)
    server.get(path, async (_request, reply) => reply.type(type).send(await readFile(file)))
  server.get('/story', async (_request, reply) => {
    const lines = storyFile ? await readFile(storyFile, 'utf8').catch(() => '') : ''
    const steps = lines
      .split('\n')
      .filter((line) => line.length > 0)
      .map((line) => JSON.parse(line) as unknown)
    return reply.header('cache-control', 'no-store').send({ steps })
  })
}
