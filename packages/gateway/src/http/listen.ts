import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'

const retryMilliseconds = 200

/**
 * Listens at an address. A port that is taken is tried again for a while: by the gateway that is about to end, or by somebody's outgoing
 * connection, to which the system gave the port while the gateway was away, and which keeps it for a minute after its end.
 *
 * @param address - `exclusive`: not shared with the other processes of this gateway.
 * @returns the base URL.
 * @throws Error `EADDRINUSE` when the port is taken for good, and what else the system says.
 */
export async function listen(
  server: FastifyInstance,
  { host, port, exclusive = false }: { host: string; port: number; exclusive?: boolean },
  waitMilliseconds = 15_000,
): Promise<string> {
  const deadline = performance.now() + waitMilliseconds
  for (;;) {
    try {
      return await server.listen({ host, port, exclusive })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || performance.now() > deadline) throw error
      await sleep(retryMilliseconds)
    }
  }
}
