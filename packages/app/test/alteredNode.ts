import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

interface RpcCall {
  method: string
  params?: unknown[]
}
interface RpcAnswer {
  result?: unknown
}

/** A node of the chain whose owner changes what it has in its own database. */
export interface AlteredNode {
  url: string
  /** From now on this node answers so. Null: as the chain does. */
  alter(change: ((call: RpcCall, result: unknown) => unknown) | null): void
  stop(): Promise<void>
}

/** Starts a node that has what the one at `upstream` has. */
export async function startAlteredNode(upstream: string): Promise<AlteredNode> {
  let change: ((call: RpcCall, result: unknown) => unknown) | null = null
  const altered = (call: RpcCall, answer: RpcAnswer): RpcAnswer =>
    change && 'result' in answer ? { ...answer, result: change(call, answer.result) } : answer
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const body = Buffer.concat(chunks)
      const headers = { 'content-type': 'application/json' }
      const answered = await fetch(upstream, { method: 'POST', headers, body })
      const calls = JSON.parse(body.toString()) as RpcCall | RpcCall[]
      const answers = (await answered.json()) as RpcAnswer | RpcAnswer[]
      const told =
        Array.isArray(calls) && Array.isArray(answers)
          ? answers.map((answer, index) => altered(calls[index]!, answer))
          : altered(calls as RpcCall, answers as RpcAnswer)
      response.writeHead(answered.status, headers).end(JSON.stringify(told))
    })().catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    alter: (changed) => void (change = changed),
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
