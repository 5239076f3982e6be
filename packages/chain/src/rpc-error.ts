/** A JSON-RPC error as the caller gets it. */
export class RpcError extends Error {
  readonly code: number
  readonly data: unknown

  constructor(code: number, message: string, data?: unknown) {
    super(message)
    this.name = 'RpcError'
    this.code = code
    this.data = data
  }
}

/** JSON-RPC 2.0 and EIP-1474 codes. https://eips.ethereum.org/EIPS/eip-1474 */
export const RPC_CODE = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  /** What nodes answer when they refuse a transaction; clients tell the reasons apart by the words. */
  transactionRefused: -32000,
  /** "Limit exceeded": viem and others try again by themselves. */
  comeBackLater: -32005,
} as const
