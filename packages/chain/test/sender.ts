import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { getContractAddress, keccak256, pad, toHex, type Address, type Hex } from 'viem'
import { privateKeyToAccount, type PrivateKeyAccount } from 'viem/accounts'
import { CHAIN_ID_DEFAULT } from '../src/index.ts'

/** Counts calls: storage[word] += 1, and an event with `word` as its topic. 16 bytes of runtime code. */
const COUNTER = '0x6f6000358054600101815560006000a10060005260106010f3'

export interface TransactionOverrides {
  nonce?: number
  gas?: bigint
  fee?: bigint
  value?: bigint
  chainId?: number
  to?: Address | null
  data?: Hex
}

/** Someone without any balance who signs transactions. */
export class Sender {
  readonly account: PrivateKeyAccount
  readonly counter: Address
  nonce = 0

  /** @param index - names the key; the counter contract is the first sender's first transaction. */
  constructor(index = 1) {
    this.account = privateKeyToAccount(pad(toHex(index)))
    this.counter = getContractAddress({ from: privateKeyToAccount(pad(toHex(1))).address, nonce: 0n })
  }

  get address(): Address {
    return this.account.address
  }

  /** Signs with the next nonce unless one is given. */
  sign({
    nonce = this.nonce++,
    gas = 80_000n,
    fee = 0n,
    value = 0n,
    chainId,
    to,
    data,
  }: TransactionOverrides = {}): Promise<Hex> {
    return this.account.signTransaction({
      type: 'eip1559',
      chainId: chainId ?? CHAIN_ID_DEFAULT,
      nonce,
      gas,
      value,
      maxFeePerGas: fee,
      maxPriorityFeePerGas: fee,
      ...(to === null ? {} : { to: to ?? this.counter }),
      data: data ?? '0x',
    })
  }

  deployCounter(): Promise<Hex> {
    return this.sign({ to: null, data: COUNTER, gas: 200_000n })
  }

  /** A call that adds one to `storage[word]`. */
  count(word: number, overrides: TransactionOverrides = {}): Promise<Hex> {
    return this.sign({ data: pad(toHex(word)), ...overrides })
  }
}

export interface RpcAnswer {
  readonly id: number
  readonly result?: unknown
  readonly error?: { code: number; message: string; data?: unknown }
}

export async function post(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

/** One call; the answer with its error, if any. */
export async function ask(url: string, method: string, params: unknown = []): Promise<RpcAnswer> {
  return (await (await post(url, { jsonrpc: '2.0', id: 1, method, params })).json()) as RpcAnswer
}

/** One call that must succeed. */
export async function call<Result = string>(
  url: string,
  method: string,
  params: unknown = [],
): Promise<Result> {
  const { result, error } = await ask(url, method, params)
  if (error) throw new Error(`${method}: ${error.code} ${error.message}`)
  return result as Result
}

/** Sends raw transactions as one batch. */
export async function sendAll(url: string, raws: readonly Hex[]): Promise<RpcAnswer[]> {
  const body = raws.map((raw, id) => ({
    jsonrpc: '2.0',
    id,
    method: 'eth_sendRawTransaction',
    params: [raw],
  }))
  return (await (await post(url, body)).json()) as RpcAnswer[]
}

export interface Block {
  readonly number: Hex
  readonly hash: Hex
  readonly parentHash: Hex
  readonly timestamp: Hex
  readonly transactions: Hex[]
}

/** Every block from genesis to the newest. */
export async function allBlocks(url: string): Promise<Block[]> {
  const newest = Number(await call(url, 'eth_blockNumber'))
  const blocks: Block[] = []
  for (let number = 0; number <= newest; number++) {
    blocks.push(await call<Block>(url, 'eth_getBlockByNumber', [toHex(number), false]))
  }
  return blocks
}

export const hashOf = (raw: Hex): Hex => keccak256(raw)

/** A folder that is gone after the test. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hre-chain-test-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}
