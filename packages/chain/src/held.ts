import type { Address, Hex } from 'viem'
import { HELD_MAX, HELD_MS_MAX, HELD_PER_SENDER_MAX, REPLACEMENT_BUMP_PERCENT } from './limits.ts'
import type { RpcError } from './rpc-error.ts'
import { refused, type ChainTransaction } from './transaction.ts'

/** A transaction together with who signed it. */
export interface SignedBy<Transaction extends ChainTransaction = ChainTransaction> {
  readonly sender: Address
  readonly transaction: Transaction
}

/**
 * Transactions that wait for an earlier nonce of their sender.
 *
 * They are held here and not in the engine's pool, whose choice between two of them with the same nonce is random:
 * a replay would make other blocks.
 */
export class HeldPool {
  readonly #bySender = new Map<Address, Map<number, ChainTransaction>>()
  readonly #byHash = new Map<Hex, ChainTransaction>()
  readonly #since = new Map<Hex, number>()
  readonly #clock: () => number

  /** @param clock - milliseconds since the epoch. */
  constructor(clock: () => number = Date.now) {
    this.#clock = clock
  }

  get size(): number {
    return this.#byHash.size
  }

  get senders(): Address[] {
    return [...this.#bySender.keys()]
  }

  get(hash: Hex): ChainTransaction | undefined {
    return this.#byHash.get(hash)
  }

  all(): SignedBy[] {
    return [...this.#bySender].flatMap(([sender, waiting]) =>
      [...waiting.values()].map((transaction) => ({ sender, transaction })),
    )
  }

  /** Why a transaction cannot be held, or undefined if it can. A replacement must pay 10 % more. */
  check({ sender, transaction }: SignedBy): RpcError | undefined {
    const waiting = this.#bySender.get(sender)
    const rival = waiting?.get(transaction.nonce)
    if (rival?.hash === transaction.hash) return refused('already known')
    if (rival && !isBump(rival, transaction)) return refused('replacement transaction underpriced')
    if (rival) return undefined
    const isFull = this.size >= HELD_MAX && !this.#hasExpired()
    if (isFull || (waiting?.size ?? 0) >= HELD_PER_SENDER_MAX) {
      return refused('txpool is full: too many transactions wait for an earlier nonce')
    }
    return undefined
  }

  /** Holds a transaction if {@link check} allows; the answer is why not, if not. */
  add(item: SignedBy): RpcError | undefined {
    const error = this.check(item)
    if (error) return error
    if (this.size >= HELD_MAX) this.#dropExpired()
    const { sender, transaction } = item
    const waiting = this.#bySender.get(sender) ?? new Map<number, ChainTransaction>()
    const rival = waiting.get(transaction.nonce)
    if (rival) this.#forget(sender, rival)
    waiting.set(transaction.nonce, transaction)
    this.#bySender.set(sender, waiting)
    this.#byHash.set(transaction.hash, transaction)
    this.#since.set(transaction.hash, this.#clock())
    return undefined
  }

  /** Takes out what can run now that the senders' next nonces are these, in nonce order, and drops what is too late. */
  release(nextNonces: ReadonlyMap<Address, number>): SignedBy[] {
    const ready: SignedBy[] = []
    for (const [sender, next] of nextNonces) {
      let nonce = next
      const waiting = this.#bySender.get(sender)
      for (const transaction of [...(waiting?.values() ?? [])].sort((a, b) => a.nonce - b.nonce)) {
        if (transaction.nonce > nonce) break
        if (transaction.nonce === nonce) {
          ready.push({ sender, transaction })
          nonce++
        }
        this.#forget(sender, transaction)
      }
    }
    return ready
  }

  // Insertion order is age order.
  #hasExpired(): boolean {
    const [oldest] = this.#since.values()
    return oldest !== undefined && this.#clock() - oldest > HELD_MS_MAX
  }

  #dropExpired(): void {
    for (const { sender, transaction } of this.all()) {
      if (this.#clock() - this.#since.get(transaction.hash)! > HELD_MS_MAX) this.#forget(sender, transaction)
    }
  }

  #forget(sender: Address, { nonce, hash }: ChainTransaction): void {
    const waiting = this.#bySender.get(sender)
    waiting?.delete(nonce)
    if (waiting?.size === 0) this.#bySender.delete(sender)
    this.#byHash.delete(hash)
    this.#since.delete(hash)
  }
}

/** What became of a round's transactions. */
export interface Arrangement<Transaction extends ChainTransaction> {
  /** To be mined now, in this order. */
  readonly ready: Transaction[]
  /** To be held. */
  readonly early: SignedBy<Transaction>[]
  readonly refused: { readonly transaction: Transaction; readonly error: RpcError }[]
}

/** Sorts a round in which nonces are missing, out of order or doubled. Earlier arrivals win. */
export function arrange<Transaction extends ChainTransaction>(
  arrived: readonly SignedBy<Transaction>[],
  nextNonces: ReadonlyMap<Address, number>,
): Arrangement<Transaction> {
  const next = new Map(nextNonces)
  const waiting = new Map<string, SignedBy<Transaction>>()
  const result: Arrangement<Transaction> = { ready: [], early: [], refused: [] }
  for (const item of arrived) {
    const { sender, transaction } = item
    const expected = next.get(sender)!
    if (transaction.nonce < expected) {
      result.refused.push({ transaction, error: refused('replacement transaction underpriced') })
    } else if (transaction.nonce > expected) {
      const place = `${sender} ${transaction.nonce}`
      if (waiting.has(place))
        result.refused.push({ transaction, error: refused('replacement transaction underpriced') })
      else waiting.set(place, item)
    } else {
      let run: SignedBy<Transaction> | undefined = item
      while (run) {
        result.ready.push(run.transaction)
        const nonce: number = run.transaction.nonce + 1
        next.set(sender, nonce)
        run = waiting.get(`${sender} ${nonce}`)
        waiting.delete(`${sender} ${nonce}`)
      }
    }
  }
  result.early.push(...waiting.values())
  return result
}

function isBump(rival: ChainTransaction, transaction: ChainTransaction): boolean {
  const above = (a: bigint, b: bigint) => b > a && b * 100n >= a * (100n + REPLACEMENT_BUMP_PERCENT)
  return above(rival.maxFee, transaction.maxFee) && above(rival.maxTip, transaction.maxTip)
}
