import { ChainError } from './errors.ts'
import { BATCH_REQUESTS_MAX } from './limits.ts'
import { RPC_CODE, RpcError } from './rpc-error.ts'

/** Methods passed to the engine as they are. Everything not named here or in {@link OWN_METHODS} does not exist. */
export const READ_METHODS: ReadonlySet<string> = new Set([
  'eth_accounts',
  'eth_blobBaseFee',
  'eth_blockNumber',
  'eth_call',
  'eth_createAccessList',
  'eth_estimateGas',
  'eth_feeHistory',
  'eth_gasPrice',
  'eth_getBalance',
  'eth_getBlockByHash',
  'eth_getBlockByNumber',
  'eth_getBlockReceipts',
  'eth_getBlockTransactionCountByHash',
  'eth_getBlockTransactionCountByNumber',
  'eth_getCode',
  'eth_getFilterChanges',
  'eth_getFilterLogs',
  'eth_getLogs',
  'eth_getProof',
  'eth_getStorageAt',
  'eth_getTransactionByBlockHashAndIndex',
  'eth_getTransactionByBlockNumberAndIndex',
  'eth_getTransactionCount',
  'eth_getTransactionReceipt',
  'eth_getUncleCountByBlockHash',
  'eth_getUncleCountByBlockNumber',
  'eth_maxPriorityFeePerGas',
  'eth_newBlockFilter',
  'eth_newFilter',
  'eth_newPendingTransactionFilter',
  'eth_uninstallFilter',
])

/** Methods the host answers itself. */
export const OWN_METHODS: ReadonlySet<string> = new Set([
  'eth_chainId',
  'eth_getTransactionByHash',
  'eth_sendRawTransaction',
  'eth_syncing',
  'net_listening',
  'net_peerCount',
  'net_version',
  'web3_clientVersion',
])

/** Answers one allowed call. @throws RpcError, ChainError */
export type RpcHandler = (method: string, params: unknown) => Promise<unknown>

interface RpcResponse {
  readonly jsonrpc: '2.0'
  readonly id: string | number | null
  readonly result?: unknown
  readonly error?: { code: number; message: string; data?: unknown }
}

/**
 * Answers a parsed JSON-RPC body, single or batch (spec/chain.md H8).
 *
 * @returns the response, an array of them, or undefined if the body held notifications only.
 */
export async function answerRpc(
  body: unknown,
  handler: RpcHandler,
): Promise<RpcResponse | RpcResponse[] | undefined> {
  if (!Array.isArray(body)) return answerOne(body, handler)
  if (body.length === 0) return failure(null, new RpcError(RPC_CODE.invalidRequest, 'empty batch'))
  if (body.length > BATCH_REQUESTS_MAX) {
    const message = `batch of ${body.length} requests, limit ${BATCH_REQUESTS_MAX}: send smaller ones`
    return failure(null, new RpcError(RPC_CODE.invalidRequest, message))
  }
  const responses = await Promise.all(body.map((request) => answerOne(request, handler)))
  const wanted = responses.filter((response) => response !== undefined)
  return wanted.length > 0 ? wanted : undefined
}

async function answerOne(request: unknown, handler: RpcHandler): Promise<RpcResponse | undefined> {
  const { jsonrpc, id, method, params = [] } = (request ?? {}) as Record<string, unknown>
  const isId = id === undefined || id === null || typeof id === 'string' || typeof id === 'number'
  if (
    jsonrpc !== '2.0' ||
    typeof method !== 'string' ||
    !isId ||
    typeof params !== 'object' ||
    params === null
  ) {
    return failure(
      isId ? (id ?? null) : null,
      new RpcError(RPC_CODE.invalidRequest, 'not a JSON-RPC 2.0 request'),
    )
  }
  try {
    if (!READ_METHODS.has(method) && !OWN_METHODS.has(method)) {
      throw new RpcError(
        RPC_CODE.methodNotFound,
        `the method ${method.slice(0, 64)} does not exist/is not available`,
      )
    }
    const result = await handler(method, params)
    return id === undefined ? undefined : { jsonrpc: '2.0', id, result: result ?? null }
  } catch (error) {
    return id === undefined ? undefined : failure(id, error)
  }
}

/** Any error as a JSON-RPC response. Unknown ones say nothing of their cause. */
export function failure(id: string | number | null, error: unknown): RpcResponse {
  if (error instanceof RpcError) {
    const { code, message, data } = error
    return { jsonrpc: '2.0', id, error: { code, message, ...(data === undefined ? {} : { data }) } }
  }
  if (error instanceof ChainError) {
    const code = error.retry === 'later' ? RPC_CODE.comeBackLater : RPC_CODE.internal
    return {
      jsonrpc: '2.0',
      id,
      error: { code, message: error.message, data: { code: error.code, retry: error.retry } },
    }
  }
  return { jsonrpc: '2.0', id, error: { code: RPC_CODE.internal, message: 'internal error' } }
}
