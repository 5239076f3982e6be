import {
  keccak256,
  parseTransaction,
  recoverTransactionAddress,
  type Address,
  type Hex,
  type TransactionSerialized,
} from 'viem'
import { TRANSACTION_BYTES_MAX, TRANSACTION_GAS_MAX } from './limits.ts'
import { RPC_CODE, RpcError } from './rpc-error.ts'

/** A raw transaction and what the host must know of it. The engine checks the signature and the rest. */
export interface ChainTransaction {
  readonly raw: Hex
  readonly sizeBytes: number
  readonly hash: Hex
  readonly nonce: number
  /** Declared gas: a block is packed by it, because the engine loses what follows a transaction that found no room. */
  readonly gas: bigint
  /** Wei per gas. */
  readonly maxFee: bigint
  readonly maxTip: bigint
}

const TYPES = new Set(['legacy', 'eip2930', 'eip1559', 'eip7702'])

/**
 * Reads a raw transaction.
 *
 * @throws RpcError - in the words nodes use: malformed, too large, a type or chain id this chain does not take, or
 *   more gas than a block (or EIP-7825) allows.
 */
export function readTransaction(
  raw: unknown,
  rules: { chainId: number; blockGasLimit: number },
): ChainTransaction {
  if (typeof raw !== 'string' || !/^0x([0-9a-f]{2})+$/i.test(raw)) {
    throw new RpcError(RPC_CODE.invalidParams, 'transaction must be 0x-prefixed hex')
  }
  const sizeBytes = raw.length / 2 - 1
  if (sizeBytes > TRANSACTION_BYTES_MAX) {
    throw refused(`oversized data: transaction size ${sizeBytes}, limit ${TRANSACTION_BYTES_MAX}`)
  }
  const parsed = parse(raw as TransactionSerialized)
  if (!TYPES.has(parsed.type ?? '')) throw refused('transaction type not supported')
  if (parsed.chainId === undefined)
    throw refused('only replay-protected (EIP-155) transactions allowed over RPC')
  if (parsed.chainId !== rules.chainId)
    throw refused(`invalid chain id for signer: have ${parsed.chainId} want ${rules.chainId}`)
  const gas = parsed.gas ?? 0n
  if (gas > BigInt(rules.blockGasLimit)) throw refused('exceeds block gas limit')
  if (gas > TRANSACTION_GAS_MAX)
    throw refused(`transaction gas limit too high (cap: ${TRANSACTION_GAS_MAX}, tx: ${gas})`)
  const price = parsed.gasPrice ?? 0n
  return {
    raw: raw.toLowerCase() as Hex,
    sizeBytes,
    hash: keccak256(raw as Hex),
    nonce: parsed.nonce ?? 0,
    gas,
    maxFee: parsed.maxFeePerGas ?? price,
    maxTip: parsed.maxPriorityFeePerGas ?? price,
  }
}

/** Who signed it; about 1.5 ms, so only where the engine cannot tell. */
export async function senderOf({ raw }: { raw: Hex }): Promise<Address> {
  const sender = await recoverTransactionAddress({ serializedTransaction: raw as TransactionSerialized })
  return sender.toLowerCase() as Address
}

/** A transaction that is not in a block yet, as `eth_getTransactionByHash` shows it. */
export async function describePending(transaction: ChainTransaction): Promise<Record<string, unknown>> {
  const parsed = parse(transaction.raw as TransactionSerialized)
  const quantity = (value: bigint | number | undefined) =>
    value === undefined ? undefined : `0x${value.toString(16)}`
  const types: Record<string, Hex> = { legacy: '0x0', eip2930: '0x1', eip1559: '0x2', eip7702: '0x4' }
  return {
    blockHash: null,
    blockNumber: null,
    transactionIndex: null,
    hash: transaction.hash,
    from: await senderOf(transaction),
    to: parsed.to ?? null,
    nonce: quantity(transaction.nonce),
    gas: quantity(transaction.gas),
    gasPrice: quantity(transaction.maxFee),
    maxFeePerGas: quantity(parsed.maxFeePerGas),
    maxPriorityFeePerGas: quantity(parsed.maxPriorityFeePerGas),
    value: quantity(parsed.value ?? 0n),
    input: parsed.data ?? '0x',
    type: types[parsed.type!],
    chainId: quantity(parsed.chainId),
    ...('r' in parsed ? { r: parsed.r, s: parsed.s, v: quantity(parsed.v ?? parsed.yParity) } : {}),
  }
}

export function refused(message: string): RpcError {
  return new RpcError(RPC_CODE.transactionRefused, message)
}

interface ParsedTransaction {
  type?: string
  chainId?: number
  nonce?: number
  gas?: bigint
  gasPrice?: bigint
  maxFeePerGas?: bigint
  maxPriorityFeePerGas?: bigint
  to?: Address | null
  value?: bigint
  data?: Hex
  r?: Hex
  s?: Hex
  v?: bigint
  yParity?: number
}

function parse(raw: TransactionSerialized): ParsedTransaction {
  try {
    return parseTransaction(raw) as ParsedTransaction
  } catch {
    throw new RpcError(RPC_CODE.invalidParams, 'Failed to decode transaction')
  }
}
