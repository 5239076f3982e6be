import { hreError, type chainRoutes, type Deployment } from '@hre/protocol'
import type { Handlers } from '../handler.ts'

export const chainHandlers: Handlers<keyof typeof chainRoutes> = {
  async readChain({ chain, deployment }, { body }) {
    const { method, params } = body
    if (!isAboutExchange(deployment, method, params)) throw hreError('forbidden', { method })
    try {
      // The method is one of the route's list; viem's types want each with its own parameters.
      const result: unknown = await chain.request({ method, params } as never)
      return { result }
    } catch (cause) {
      throw hreError('chain-unavailable', {}, cause)
    }
  },
}

/** Calls and logs of the exchange's contracts: a gateway is not a stranger's node. */
function isAboutExchange(deployment: Deployment, method: string, params: readonly unknown[]): boolean {
  if (method !== 'eth_call' && method !== 'eth_getLogs') return true
  const [first] = params as [{ to?: unknown; address?: unknown } | null | undefined]
  const named = method === 'eth_call' ? first?.to : first?.address
  return typeof named === 'string' && Object.values<unknown>(deployment).includes(named.toLowerCase())
}
