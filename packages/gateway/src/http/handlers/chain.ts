import { addressSchema, bytes32Schema, bytesSchema, hreError, limits, type chainRoutes } from '@hre/protocol'
import type { chainMethods, Deployment } from '@hre/protocol'
import { RpcError, RpcRequestError } from 'viem'
import { z } from 'zod'
import type { Handlers } from '../handler.ts'

const block = z.union([
  z.enum(['earliest', 'finalized', 'safe', 'latest']),
  z.string().regex(/^0x(0|[1-9a-f][0-9a-f]{0,13})$/),
])
const topic = z.union([bytes32Schema, z.null(), z.array(bytes32Schema).max(16)])

/** What each method may be given, as the execution API names it. */
const parameters: Record<(typeof chainMethods)[number], z.ZodType> = {
  eth_chainId: z.tuple([]),
  eth_call: z.tuple([
    z.strictObject({ to: addressSchema, data: bytesSchema(limits.operationDataBytesMax) }),
    block.optional(),
  ]),
  eth_getLogs: z.tuple([
    z.strictObject({
      address: addressSchema,
      topics: z.array(topic).max(4).optional(),
      fromBlock: block.optional(),
      toBlock: block.optional(),
    }),
  ]),
  eth_getBlockByNumber: z.tuple([block, z.boolean()]),
  eth_getTransactionByHash: z.tuple([bytes32Schema]),
}

export const chainHandlers: Handlers<keyof typeof chainRoutes> = {
  async readChain({ chain, deployment }, { body }) {
    const { method, params } = body
    if (!parameters[method].safeParse(params).success) throw hreError('bad-request', { field: 'params' })
    if (!isAboutExchange(deployment, method, params)) throw hreError('forbidden', { method })
    try {
      // The method is one of the route's list; viem's types want each with its own parameters.
      const result: unknown = await chain.request({ method, params } as never)
      return { result }
    } catch (cause) {
      // The node answered, and refuses: a call that reverts, a range that ends before it begins.
      if (cause instanceof RpcError || cause instanceof RpcRequestError)
        throw hreError('bad-request', { reason: 'refused by the node' })
      throw hreError('chain-unavailable', {}, cause)
    }
  },
}

/** Calls and logs of the exchange's contracts: a gateway is not a stranger's node. */
function isAboutExchange(deployment: Deployment, method: string, params: readonly unknown[]): boolean {
  if (method !== 'eth_call' && method !== 'eth_getLogs') return true
  const [first] = params as [{ to?: string; address?: string }]
  const named = method === 'eth_call' ? first.to : first.address
  return Object.values<unknown>(deployment).includes(named?.toLowerCase())
}
