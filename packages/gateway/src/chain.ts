import { Pool } from 'undici'
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
  type Hex,
  type PublicClient,
} from 'viem'
import { z } from 'zod'

/** The newest block of a chain. `time`: Unix seconds. */
export interface Head {
  number: number
  hash: Hex
  time: number
}

/** Everything the gateway needs of a chain: any EVM JSON-RPC endpoint. */
export type Chain = PublicClient & {
  /** The newest block as the node has it at this moment. */
  head(): Promise<Head>
}

const timeoutMilliseconds = 10_000

export function connectChain(rpcUrl: string, deployment: Deployment): Chain {
  const chain = defineChain({
    id: deployment.chainId,
    name: 'consortium',
    nativeCurrency: { name: 'none', symbol: 'NONE', decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  })
  const client = createPublicClient({
    chain,
    transport: http(rpcUrl, { timeout: timeoutMilliseconds, retryCount: 2, batch: { batchSize: 100 } }),
    // Answers must be as fresh as the chain: the read path depends on it.
    cacheTime: 0,
  })
  const quickHead = headReader(rpcUrl)
  // What fails is asked for again by the client, which tries more than once and says what is wrong.
  const head = () => quickHead().catch(async () => headOf(await client.request(newestBlock)))
  return Object.assign(client, { head })
}

const newestBlock: { method: 'eth_getBlockByNumber'; params: ['latest', false] } = {
  method: 'eth_getBlockByNumber',
  params: ['latest', false],
}
const hex = z.custom<Hex>((value) => typeof value === 'string' && /^0x[0-9a-f]{1,64}$/.test(value))
const block = z.object({ number: hex, hash: hex, timestamp: hex })

function headOf(answer: unknown): Head {
  const { number, hash, timestamp } = block.parse(answer)
  return { number: Number(number), hash, time: Number(timestamp) }
}

/** Asks for the newest block by a bare request on an open connection: it comes before every decision, and a seventh of what the client's costs. */
function headReader(rpcUrl: string): () => Promise<Head> {
  const { origin, pathname, search, username, password } = new URL(rpcUrl)
  const limits = {
    connectTimeout: timeoutMilliseconds,
    headersTimeout: timeoutMilliseconds,
    bodyTimeout: timeoutMilliseconds,
  }
  const pool = new Pool(origin, limits)
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  const request = {
    path: pathname + search,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(username && { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, ...newestBlock }),
  } as const
  return async () => {
    const { body } = await pool.request(request)
    const { result } = (await body.json()) as { result?: unknown }
    return headOf(result)
  }
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
