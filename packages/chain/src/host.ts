import { setTimeout as sleep } from 'node:timers/promises'
import type { Hex } from 'viem'
import type { EngineBlock } from './engine.ts'
import { ChainEngineFailedError } from './errors.ts'
import { EngineGoneError } from './ipc.ts'
import { READS_MAX, RECOVERY_WAIT_MS } from './limits.ts'
import type { BlockProducer } from './producer.ts'
import { RPC_CODE, RpcError } from './rpc-error.ts'
import { describePending } from './transaction.ts'

export const CLIENT_VERSION = 'HRE embedded chain/v0.1.0'

/** Methods that run code at a block, and so see a clock. */
const TIMED_METHODS = new Set(['eth_call', 'eth_estimateGas'])
const NEWEST = new Set([undefined, null, 'latest', 'pending', 'safe', 'finalized'])

/** Answers the allowed JSON-RPC methods from the engine and the producer. */
export class ChainHost {
  readonly #producer: BlockProducer
  readonly #chainId: number
  readonly #clock: () => number
  #reads = 0
  /** The newest block as the engine describes it. */
  #newest: { head: EngineBlock; answer: unknown } | undefined
  readonly #line: (() => void)[] = []

  constructor(producer: BlockProducer, chainId: number, clock: () => number) {
    this.#producer = producer
    this.#chainId = chainId
    this.#clock = clock
  }

  /** @throws RpcError, ChainError */
  async answer(method: string, params: unknown): Promise<unknown> {
    const list = Array.isArray(params) ? (params as unknown[]) : []
    switch (method) {
      case 'eth_sendRawTransaction':
        return this.#producer.submit(list[0])
      case 'eth_getTransactionByHash':
        return this.#transaction(params, list[0])
      case 'eth_getBlockByNumber':
        return isNewestBlock(list) ? this.#newestBlock(list) : this.#read(method, params)
      case 'eth_chainId':
        return `0x${this.#chainId.toString(16)}`
      case 'net_version':
        return String(this.#chainId)
      case 'web3_clientVersion':
        return CLIENT_VERSION
      case 'net_listening':
        return true
      case 'net_peerCount':
        return '0x0'
      case 'eth_syncing':
        return false
      default:
        return this.#read(method, TIMED_METHODS.has(method) ? this.#atPresent(list) : params)
    }
  }

  /** Gateways ask for it before each decision: the engine is asked once for each block. */
  async #newestBlock(params: unknown[]): Promise<unknown> {
    const head = this.#producer.settledHead
    if (head && this.#newest?.head === head) return this.#newest.answer
    const answer = await this.#read('eth_getBlockByNumber', params)
    // A block that came meanwhile may be what was answered, or not.
    if (head && this.#producer.settledHead === head) this.#newest = { head, answer }
    return answer
  }

  async #transaction(params: unknown, hash: unknown): Promise<unknown> {
    const pending = typeof hash === 'string' ? this.#producer.pending(hash.toLowerCase() as Hex) : undefined
    return (
      (await this.#read('eth_getTransactionByHash', params)) ?? (pending ? describePending(pending) : null)
    )
  }

  /**
   * A call on the newest block sees the time the next block would have. Blocks are made only when there is something
   * to put in them, so the newest block's own time may be days old: an expired grant would look valid.
   */
  #atPresent(params: unknown[]): unknown[] {
    const [call, block, state, overrides, ...rest] = params
    if (!NEWEST.has(block as string) || params.length > 4 || rest.length > 0) return params
    const time = Math.max(Math.floor(this.#clock() / 1000), this.#producer.head.timestamp)
    const own = { time: `0x${time.toString(16)}` }
    return [call, block ?? 'latest', state ?? null, { ...own, ...(overrides as object | null | undefined) }]
  }

  /** Asks the engine; if it is being brought back, waits. */
  async #read(method: string, params: unknown): Promise<unknown> {
    await this.#enter()
    try {
      const deadline = performance.now() + RECOVERY_WAIT_MS
      for (;;) {
        try {
          const engine = await within(this.#producer.engine(), deadline)
          return await engine.read(method, params)
        } catch (error) {
          if (!(error instanceof EngineGoneError)) throw error
          if (performance.now() > deadline) throw new ChainEngineFailedError('it is being brought back')
          await sleep(20)
        }
      }
    } finally {
      this.#leave()
    }
  }

  async #enter(): Promise<void> {
    if (this.#reads >= READS_MAX) {
      if (this.#line.length >= 16 * READS_MAX) {
        throw new RpcError(RPC_CODE.comeBackLater, 'too many requests at once: send again in a moment')
      }
      await new Promise<void>((resolve) => this.#line.push(resolve))
    }
    this.#reads++
  }

  #leave(): void {
    this.#reads--
    this.#line.shift()?.()
  }
}

const isNewestBlock = (params: readonly unknown[]): boolean =>
  params.length === 2 && params[0] === 'latest' && params[1] === false

async function within<Value>(promise: Promise<Value>, deadline: number): Promise<Value> {
  const timer = new AbortController()
  const late = sleep(Math.max(0, deadline - performance.now()), undefined, { signal: timer.signal }).then(
    () => {
      throw new ChainEngineFailedError('it is being brought back')
    },
  )
  late.catch(() => {})
  try {
    return await Promise.race([promise, late])
  } finally {
    timer.abort()
  }
}
