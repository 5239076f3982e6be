import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { ChainPortInUseError } from './errors.ts'
import { BODY_BYTES_MAX, CONNECTIONS_MAX, PORT_RETRY_MS, PORT_WAIT_MS } from './limits.ts'
import { answerRpc, failure, type RpcHandler } from './rpc.ts'
import { RPC_CODE, RpcError } from './rpc-error.ts'

const HOST = '127.0.0.1'
const REQUEST_TIMEOUT_MS = 30_000
/** As in geth. Node's five seconds close on clients that are about to send. */
const IDLE_TIMEOUT_MS = 120_000

export interface RpcServer {
  readonly port: number
  /** Stops listening, lets answers under way finish for a moment. */
  close(): Promise<void>
}

/**
 * Listens for JSON-RPC on loopback.
 *
 * @param port - 0 for a free one.
 * @param portWaitMs - how long a port that is taken is tried again.
 * @throws ChainPortInUseError
 */
export async function startRpcServer(
  port: number,
  handler: RpcHandler,
  portWaitMs = PORT_WAIT_MS,
): Promise<RpcServer> {
  const server = createServer((request, response) => void answer(request, response, handler))
  server.maxConnections = CONNECTIONS_MAX
  server.requestTimeout = REQUEST_TIMEOUT_MS
  server.keepAliveTimeout = IDLE_TIMEOUT_MS
  await listen(server, port, portWaitMs)
  return { port: (server.address() as AddressInfo).port, close: () => close(server) }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  handler: RpcHandler,
): Promise<void> {
  try {
    const refusal = refusalOf(request)
    if (refusal)
      return send(
        response,
        refusal.status,
        failure(null, new RpcError(RPC_CODE.invalidRequest, refusal.reason)),
      )
    const text = await readBody(request)
    if (text === undefined) {
      const error = new RpcError(RPC_CODE.invalidRequest, `body larger than ${BODY_BYTES_MAX} bytes`)
      return send(response, 413, failure(null, error))
    }
    let body: unknown
    try {
      body = JSON.parse(text)
    } catch {
      return send(response, 400, failure(null, new RpcError(RPC_CODE.parse, 'body is not JSON')))
    }
    send(response, 200, await answerRpc(body, handler))
  } catch (error) {
    // The caller went away while sending, or we have a fault; either way this connection is done.
    if (!response.headersSent) send(response, 500, failure(null, error))
  }
}

/**
 * Why a request is not listened to. A page in the user's browser can reach loopback: what it cannot do is send
 * `application/json` without asking first (we never agree), name a host that is ours after rebinding its own name,
 * or hide its origin.
 */
function refusalOf(request: IncomingMessage): { status: number; reason: string } | undefined {
  const port = request.socket.localPort
  const hosts = [`${HOST}:${port}`, `localhost:${port}`, `[::1]:${port}`]
  if (!hosts.includes((request.headers.host ?? '').toLowerCase()))
    return { status: 403, reason: 'unknown Host header' }
  const origin = request.headers.origin
  // A wallet extension has its own scheme and its user's permission; a page has neither.
  if (origin !== undefined && /^(https?:|null$)/i.test(origin))
    return { status: 403, reason: 'not for web pages' }
  if (request.method !== 'POST') return { status: 405, reason: 'POST only' }
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    return { status: 415, reason: 'Content-Type must be application/json' }
  }
  return undefined
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES_MAX) return undefined
  const parts: Buffer[] = []
  let sizeBytes = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    sizeBytes += part.length
    if (sizeBytes > BODY_BYTES_MAX) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts).toString()
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = body === undefined ? '' : JSON.stringify(body)
  const headers: Record<string, string | number> = { 'content-length': Buffer.byteLength(text) }
  if (text) headers['content-type'] = 'application/json'
  // A body we did not read would be taken for the next request.
  if (status >= 400) headers['connection'] = 'close'
  response.writeHead(text ? status : 204, headers).end(text)
}

/**
 * A port that is taken is tried again for a while: by a host that is about to end, or by somebody's outgoing connection, to which the
 * system gave the port while the host was away, and which keeps it for a minute after its end.
 */
async function listen(server: Server, port: number, waitMs: number): Promise<void> {
  const deadline = performance.now() + waitMs
  for (;;) {
    try {
      server.listen(port, HOST)
      await once(server, 'listening')
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
      if (performance.now() > deadline) throw new ChainPortInUseError(port)
      await sleep(PORT_RETRY_MS)
    }
  }
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
    setTimeout(() => server.closeAllConnections(), 500).unref()
  })
}
