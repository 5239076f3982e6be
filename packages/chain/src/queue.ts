import type { Address, Hex } from 'viem'
import { BLOCK_BYTES_MAX, BLOCK_TRANSACTIONS_MAX, QUEUE_BYTES_MAX, QUEUE_TRANSACTIONS_MAX } from './limits.ts'
import { RPC_CODE, RpcError } from './rpc-error.ts'
import type { ChainTransaction } from './transaction.ts'

/** A transaction on its way into a block, and who waits for the answer. */
export interface QueuedTransaction extends ChainTransaction {
  /** Sender, if it was held: then it is acknowledged already and nobody waits. */
  readonly heldFor: Address | undefined
  accept(hash: Hex): void
  refuse(error: unknown): void
}

/** Transactions that no block has taken yet, in the order they came. */
export class TransactionQueue {
  #waiting: QueuedTransaction[] = []
  #sizeBytes = 0
  readonly #byHash = new Map<Hex, QueuedTransaction>()
  readonly #blockGasLimit: bigint

  constructor(blockGasLimit: number) {
    this.#blockGasLimit = BigInt(blockGasLimit)
  }

  get length(): number {
    return this.#waiting.length
  }

  get(hash: Hex): ChainTransaction | undefined {
    return this.#byHash.get(hash)
  }

  /** Those that were held before and are not in a block yet. */
  get heldBefore(): QueuedTransaction[] {
    return this.#waiting.filter(({ heldFor }) => heldFor !== undefined)
  }

  /** @throws RpcError - the queue is full or has this transaction; nothing was queued. */
  push(transaction: QueuedTransaction): void {
    if (this.#byHash.has(transaction.hash)) throw new RpcError(RPC_CODE.transactionRefused, 'already known')
    if (this.length >= QUEUE_TRANSACTIONS_MAX || this.#sizeBytes + transaction.sizeBytes > QUEUE_BYTES_MAX) {
      throw new RpcError(
        RPC_CODE.comeBackLater,
        'too many transactions wait for a block: send again in a moment',
      )
    }
    this.#waiting.push(transaction)
    this.#count(transaction)
  }

  /** Puts transactions in front, in this order: they were first. */
  unshift(transactions: readonly QueuedTransaction[]): void {
    this.#waiting = [...transactions, ...this.#waiting]
    for (const transaction of transactions) this.#count(transaction)
  }

  /** Whether waiting longer could not make the next block fuller. */
  get fillsBlock(): boolean {
    return this.#roundLength() < this.length || this.length >= BLOCK_TRANSACTIONS_MAX
  }

  /** Takes as many from the front as one block surely has room for, by declared gas. */
  takeRound(): QueuedTransaction[] {
    const round = this.#waiting.splice(0, this.#roundLength())
    for (const { hash, sizeBytes } of round) {
      this.#byHash.delete(hash)
      this.#sizeBytes -= sizeBytes
    }
    return round
  }

  /** Takes everything. */
  drain(): QueuedTransaction[] {
    const all = this.#waiting
    this.#waiting = []
    this.#byHash.clear()
    this.#sizeBytes = 0
    return all
  }

  #count(transaction: QueuedTransaction): void {
    this.#byHash.set(transaction.hash, transaction)
    this.#sizeBytes += transaction.sizeBytes
  }

  #roundLength(): number {
    let gas = 0n
    let sizeBytes = 0
    let length = 0
    for (const transaction of this.#waiting) {
      gas += transaction.gas
      sizeBytes += transaction.sizeBytes
      const tooMuch =
        gas > this.#blockGasLimit || sizeBytes > BLOCK_BYTES_MAX || length >= BLOCK_TRANSACTIONS_MAX
      if (tooMuch) break
      length++
    }
    return length
  }
}
