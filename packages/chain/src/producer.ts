import { setTimeout as sleep } from 'node:timers/promises'
import type { Address, Hex } from 'viem'
import type { Engine, EngineBlock } from './engine.ts'
import { ChainEngineFailedError, ChainStoppedError } from './errors.ts'
import type { HeldPool, SignedBy } from './held.ts'
import { EngineGoneError } from './ipc.ts'
import { RECOVERIES_MAX } from './limits.ts'
import { TransactionQueue, type QueuedTransaction } from './queue.ts'
import type { RebuiltChain } from './rebuild.ts'
import { Round } from './round.ts'
import type { SnapshotMeta } from './snapshot.ts'
import type { ChainStore } from './store.ts'
import { readTransaction, type ChainTransaction } from './transaction.ts'

export interface ProducerOptions {
  readonly store: ChainStore
  /** Milliseconds since the epoch. */
  clock(): number
  readonly blockIntervalMs: number
  readonly snapshotTransactions: number
  readonly snapshotJournalBytes: number
  rebuild(): Promise<RebuiltChain>
  onRecovering(cause: string): void
  onWarning(message: string): void
  /** The chain cannot go on. */
  onFailed(error: unknown): void
}

/** Rounds without a block that may end the engine before the transactions of the next are refused. */
const ROUND_ATTEMPTS_MAX = 2

/**
 * Makes blocks: the only one who submits, mines, dumps and restarts the engine, one thing at a time.
 */
export class BlockProducer {
  readonly #options: ProducerOptions
  readonly #queue: TransactionQueue
  #chain: RebuiltChain
  #head: EngineBlock
  #transactions: number
  #sinceSnapshot: number
  #available = Promise.withResolvers<Engine>()
  #wake = Promise.withResolvers<void>()
  #stopping = false
  #isProducing = false
  #failed: unknown
  #nextRoundAt = 0
  #recoveriesInARow = 0
  /** The held pool is new: some of it may be ready. */
  #mustRelease = false
  restarts = 0
  snapshots = 0
  lastSnapshotMs = 0
  lastMineMs = 0
  readonly finished: Promise<void>

  constructor(chain: RebuiltChain, options: ProducerOptions) {
    this.#options = options
    this.#queue = new TransactionQueue(options.store.parameters.blockGasLimit)
    this.#chain = chain
    this.#head = chain.head
    this.#transactions = chain.transactions
    this.#sinceSnapshot = chain.replayedTransactions
    this.#adopt(chain)
    this.finished = this.#run()
  }

  get head(): EngineBlock {
    return this.#head
  }
  /** The newest block while no other is being made: what the engine would say. An object of its own for each block. */
  get settledHead(): EngineBlock | undefined {
    return this.#isProducing || this.isRecovering ? undefined : this.#head
  }
  get transactions(): number {
    return this.#transactions
  }
  get transactionsSinceSnapshot(): number {
    return this.#sinceSnapshot
  }
  get queued(): number {
    return this.#queue.length
  }
  get held(): HeldPool {
    return this.#chain.held
  }
  get currentEngine(): Engine {
    return this.#chain.engine
  }
  get isRecovering(): boolean {
    return this.#chain.engine.isGone
  }

  /** The engine, once it is up. @throws what ended the chain, if it ended. */
  engine(): Promise<Engine> {
    return this.#available.promise
  }

  /** A transaction that is accepted or on its way, and in no block yet. */
  pending(hash: Hex): ChainTransaction | undefined {
    return this.#queue.get(hash) ?? this.#chain.held.get(hash)
  }

  /**
   * Takes a raw transaction; the hash comes once it is durable and mined, or held for an earlier nonce.
   *
   * @throws RpcError - refused; ChainJournalWriteError, ChainStoppedError - not accepted, send again later.
   */
  submit(raw: unknown): Promise<Hex> {
    return new Promise<Hex>((accept, refuse) => {
      if (this.#failed !== undefined) throw this.#failed
      if (this.#stopping) throw new ChainStoppedError()
      const transaction = readTransaction(raw, this.#options.store.parameters)
      this.#queue.push({ ...transaction, heldFor: undefined, accept, refuse })
      this.#wake.resolve()
    })
  }

  /** Mines what waits, takes a snapshot if anything is new, and ends the engine. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#wake.resolve()
    await this.finished
  }

  async #run(): Promise<void> {
    try {
      for (;;) {
        if (this.#queue.length === 0) {
          if (this.#stopping) break
          await this.#wake.promise
        }
        this.#wake = Promise.withResolvers()
        if (this.#mustRelease) await this.#releaseHeld().catch(ignoreGone)
        if (this.#chain.engine.isGone) await this.#recover('it ended')
        else if (this.#queue.length > 0) await this.#produceNext()
        if (this.#isSnapshotDue()) await this.#snapshot()
      }
      if (this.#sinceSnapshot > 0) await this.#snapshot()
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#fail(new ChainStoppedError())
      await this.#chain.engine.stop()
    }
  }

  async #produceNext(): Promise<void> {
    const waitMs = this.#nextRoundAt - performance.now()
    // Under load blocks are few and full: as much time between them as mining takes, none if the next is full anyway.
    if (waitMs > 0 && !this.#stopping && !this.#queue.fillsBlock) await sleep(waitMs)
    this.#isProducing = true
    await this.#produce().finally(() => (this.#isProducing = false))
  }

  async #produce(): Promise<void> {
    const startedAt = performance.now()
    const round = new Round(this.#queue.takeRound())
    try {
      const { engine, held } = this.#chain
      const block = await round.run({
        engine,
        head: this.#head,
        held,
        clock: () => this.#options.clock(),
        append: (entries) => this.#options.store.append(entries),
      })
      if (block) await this.#advance(block)
      this.lastMineMs = round.mineMs || this.lastMineMs
      this.#nextRoundAt = startedAt + Math.max(this.#options.blockIntervalMs, 2 * round.mineMs)
    } catch (error) {
      if (round.journaled || error instanceof EngineGoneError || error instanceof ChainEngineFailedError) {
        await this.#recover((error as Error).message, round)
      } else {
        this.#giveBack(round.unfinished, error)
      }
    }
  }

  /** Refuses what could not be made durable; what was acknowledged as held stays held. */
  #giveBack(transactions: readonly QueuedTransaction[], error: unknown): void {
    for (const transaction of transactions) {
      if (transaction.heldFor === undefined) transaction.refuse(error)
      else this.#chain.held.add({ sender: transaction.heldFor, transaction })
    }
  }

  async #advance(block: EngineBlock): Promise<void> {
    this.#head = block
    this.#transactions += block.transactions.length
    this.#sinceSnapshot += block.transactions.length
    this.#recoveriesInARow = 0
    await this.#releaseHeld()
  }

  async #releaseHeld(): Promise<void> {
    this.#mustRelease = false
    const { engine, held } = this.#chain
    if (held.size === 0) return
    const senders = held.senders
    const nonces = await engine.nonces(senders)
    const ready = held.release(new Map<Address, number>(senders.map((sender, i) => [sender, nonces[i]!])))
    this.#queue.unshift(ready.map(asQueued))
  }

  /** Brings the engine back from the disk and finishes the round that was under way. */
  async #recover(cause: string, round?: Round): Promise<void> {
    this.#available = Promise.withResolvers()
    this.#available.promise.catch(() => {})
    this.#options.onRecovering(cause)
    // What was held comes back from the journal; twice would be a conflict.
    const own = (transactions: QueuedTransaction[]) =>
      transactions.filter(({ heldFor }) => heldFor === undefined)
    const waiting = own(this.#queue.drain())
    const unfinished = own(round?.unfinished ?? [])
    // A round that ends the engine again and again must not end the chain.
    if (this.#recoveriesInARow >= ROUND_ATTEMPTS_MAX) {
      for (const transaction of unfinished) transaction.refuse(new ChainEngineFailedError(cause))
      this.#queue.unshift(waiting)
    } else {
      this.#queue.unshift([...unfinished, ...waiting])
    }
    const chain = await this.#rebuild(cause).catch((error: unknown) => {
      for (const transaction of round?.open ?? []) transaction.refuse(error)
      throw error
    })
    this.#adopt(chain)
    if (round?.journaled) round.settle(new Set(chain.head.transactions))
    if (!round) this.#recoveriesInARow = 0
  }

  async #rebuild(cause: string): Promise<RebuiltChain> {
    for (;;) {
      await this.#chain.engine.stop()
      if (++this.#recoveriesInARow > RECOVERIES_MAX) throw new ChainEngineFailedError(cause)
      this.restarts++
      try {
        return await this.#options.rebuild()
      } catch (error) {
        if (!(error instanceof ChainEngineFailedError || error instanceof EngineGoneError)) throw error
        await sleep(100 * this.#recoveriesInARow)
      }
    }
  }

  #adopt(chain: RebuiltChain): void {
    this.#chain = chain
    this.#head = chain.head
    this.#transactions = chain.transactions
    this.#sinceSnapshot = chain.replayedTransactions
    this.#available.resolve(chain.engine)
    // Its death wakes the loop, so that an idle chain comes back as well.
    void chain.engine.gone.then(() => this.#wake.resolve())
    this.#mustRelease = true
    this.#wake.resolve()
  }

  #isSnapshotDue(): boolean {
    const { snapshotTransactions, snapshotJournalBytes, store } = this.#options
    // A share of the whole keeps the time spent on snapshots in proportion to the work, however long the chain.
    const due = Math.max(snapshotTransactions, Math.floor(this.#transactions / 4))
    return (
      this.#sinceSnapshot >= due || (this.#sinceSnapshot > 0 && store.journalBytes >= snapshotJournalBytes)
    )
  }

  async #snapshot(): Promise<void> {
    const started = performance.now()
    const { parameters } = this.#options.store
    const held = [
      ...this.#chain.held.all().map(({ sender, transaction }) => ({ sender, raw: transaction.raw })),
      ...this.#queue.heldBefore.map(({ heldFor, raw }) => ({ sender: heldFor!, raw })),
    ]
    try {
      const state = await this.#chain.engine.dump()
      const { number, hash } = this.#head
      const meta: SnapshotMeta = {
        format: 1,
        parameters,
        number,
        hash,
        transactions: this.#transactions,
        held,
      }
      await this.#options.store.rotate({ meta, state })
      this.#sinceSnapshot = 0
      this.snapshots++
      this.lastSnapshotMs = performance.now() - started
    } catch (error) {
      // The journal has everything; a snapshot only shortens the next start. Do not try again at once.
      this.#options.onWarning(`snapshot failed: ${(error as Error).message}; the journal goes on`)
      this.#sinceSnapshot = 0
    }
  }

  #fail(error: unknown): void {
    this.#failed ??= error
    for (const transaction of this.#queue.drain()) transaction.refuse(this.#failed)
    this.#available = Promise.withResolvers()
    this.#available.promise.catch(() => {})
    this.#available.reject(this.#failed)
    if (!(error instanceof ChainStoppedError)) this.#options.onFailed(error)
  }
}

function asQueued({ sender, transaction }: SignedBy): QueuedTransaction {
  // A refusal now (the sender's balance is gone, say) drops it, as every node does; it was never promised a block.
  return { ...transaction, heldFor: sender, accept: () => {}, refuse: () => {} }
}

function ignoreGone(error: unknown): void {
  if (!(error instanceof EngineGoneError)) throw error
}
