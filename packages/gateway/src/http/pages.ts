import { readFile } from 'node:fs/promises'
import { pages } from '@hre/web'
import type { FastifyInstance } from 'fastify'

/** The gateway's own page, and the story of whoever demonstrates it. */
export function servePages(server: FastifyInstance, storyFile: string | undefined): void {
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
