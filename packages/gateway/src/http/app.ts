import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { appFolder } from '@hre/app'
import { hreError } from '@hre/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Gateway } from '../gateway.ts'
import * as t from '../store/schema.ts'
import { takesGzip } from './acceptEncoding.ts'

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
}

/** Files of the app that an address may fetch for each request that it may make without a session (G9): a first visit takes some fifty. */
const appFilesPerRequest = 20

interface AppFile {
  type: string
  /** The build puts a hash into the names of these. */
  isHashed: boolean
  bytes: Buffer
  gzipped: Buffer
}

/** The built app under /app/, from memory: a few files, read when the gateway starts. */
export async function serveApp(server: FastifyInstance, gateway: Gateway): Promise<void> {
  const files = await readApp()
  if (files.size === 0) gateway.log.warn('the app is not built: /app/ is not served')
  server.get('/app', async (_request, reply) => reply.redirect('/app/'))
  const max = appFilesPerRequest * gateway.config.anonymousPerMinute
  server.get('/app/*', { config: { rateLimit: { max } } }, async (request, reply) => {
    const name = (request.params as { '*': string })['*'] || 'index.html'
    const file = files.get(name)
    if (!file) throw hreError('not-found')
    void reply.header('content-security-policy', await policyFor(gateway, name)).type(file.type)
    void reply.header('cache-control', file.isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
    if (name === 'service-worker.js') void reply.header('service-worker-allowed', '/app/')
    return send(request, reply, file)
  })
}

function send(request: FastifyRequest, reply: FastifyReply, { bytes, gzipped }: AppFile): FastifyReply {
  void reply.header('vary', 'accept-encoding')
  return takesGzip(request) ? reply.header('content-encoding', 'gzip').send(gzipped) : reply.send(bytes)
}

/**
 * No inline script or style, nothing from elsewhere, and script sinks take what one named policy made. Requests go to the
 * organisations of the directory, because a patient asks each for its own log. The worker that holds the keys compiles
 * Argon2id, which is WebAssembly; the page itself may not.
 */
async function policyFor({ db }: Gateway, name: string): Promise<string> {
  const rows = await db.select({ endpoint: t.organisations.endpoint }).from(t.organisations)
  const origins = rows.flatMap(({ endpoint }) =>
    endpoint && URL.canParse(endpoint) ? [new URL(endpoint)] : [],
  )
  const web = origins.filter(({ protocol }) => protocol === 'https:' || protocol === 'http:')
  const isKeeper = /^assets\/keeper[\w.-]*\.js$/.test(name)
  return [
    "default-src 'none'",
    `script-src 'self'${isKeeper ? " 'wasm-unsafe-eval'" : ''}`,
    "style-src 'self'",
    "img-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    ["connect-src 'self'", ...new Set(web.map(({ origin }) => origin))].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types hre',
  ].join('; ')
}

async function readApp(): Promise<Map<string, AppFile>> {
  const names = await readdir(appFolder, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = new Map<string, AppFile>()
  for (const entry of names) {
    const path = join(entry.parentPath, entry.name)
    const name = path.slice(appFolder.length + 1).replaceAll('\\', '/')
    const type = types[extname(name)]
    if (!entry.isFile() || !type) continue
    const bytes = await readFile(path)
    files.set(name, {
      type,
      isHashed: name.startsWith('assets/'),
      bytes,
      gzipped: await promisify(gzip)(bytes),
    })
  }
  return files
}
