import { createPublicClient, defineChain, http, type PublicClient } from 'viem'
import type { Deployment } from '@hre/protocol'

/** Everything the gateway needs of a chain: any EVM JSON-RPC endpoint. */
export type Chain = PublicClient

export function connectChain(rpcUrl: string, deployment: Deployment): Chain {
  const chain = defineChain({
    id: deployment.chainId,
    name: 'consortium',
    nativeCurrency: { name: 'none', symbol: 'NONE', decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  })
  return createPublicClient({
    chain,
    transport: http(rpcUrl, { timeout: 10_000, retryCount: 2, batch: { batchSize: 100 } }),
    // Answers must be as fresh as the chain: the read path depends on it.
    cacheTime: 0,
  })
}
