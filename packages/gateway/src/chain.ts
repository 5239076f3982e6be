import {
  batchIdOf,
  hreError,
  recordsAbi,
  zeroAddress,
  zeroBytes32,
  type Deployment,
  type HreError,
} from '@hre/protocol'
import {
  BaseError,
  ContractFunctionRevertedError,
  ContractFunctionZeroDataError,
  createPublicClient,
  defineChain,
  http,
  type PublicClient,
} from 'viem'

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

/**
 * Checks that the Records contract names batches as this gateway does (R3). Events of another version would be passed
 * over without a word, and the records with them.
 *
 * @throws HreError `contracts-differ`, `chain-unavailable`.
 */
export async function assertContracts(chain: Chain, { records }: Deployment): Promise<void> {
  const probe = [zeroAddress, zeroBytes32] as const
  const id = await chain
    .readContract({ address: records, abi: recordsAbi, functionName: 'batchIdOf', args: probe })
    .catch((cause: unknown) => {
      throw unread(cause, { records })
    })
  if (id !== batchIdOf(...probe)) throw hreError('contracts-differ', { records })
}

function unread(cause: unknown, data: { records: string }): HreError {
  const answered =
    cause instanceof BaseError &&
    cause.walk(
      (error) =>
        error instanceof ContractFunctionRevertedError || error instanceof ContractFunctionZeroDataError,
    ) !== null
  return answered ? hreError('contracts-differ', data, cause) : hreError('chain-unavailable', {}, cause)
}
