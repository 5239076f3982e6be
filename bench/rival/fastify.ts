// The same answers without any protection: what `bench/gateway.ts` compares reads with. Told by its first line of standard input
// what to serve, it prints its address.
import { createInterface } from 'node:readline'
import fastify from 'fastify'

const [line] = await createInterface({ input: process.stdin })
  [Symbol.asyncIterator]()
  .next()
  .then(({ value }) => [value])
const { access, blob } = JSON.parse(line as string) as { access: unknown; blob: string }
const bytes = Buffer.from(blob, 'base64')
const server = fastify()
server.post('/v1/accesses', () => access)
server.get('/v1/blobs/:contentId', (_request, reply) => reply.type('application/octet-stream').send(bytes))
server.post('/v1/accesses/:receipt/blobs', (_request, reply) => reply.type('application/json').send(bytes))
console.log(await server.listen({ host: '127.0.0.1', port: 0 }))
process.stdin.on('end', () => process.exit(0))
