import type { Address, Hex } from 'viem'
import type { Engine, EngineBlock } from './engine.ts'
import type { AmendEntry, BlockEntry, Entry, HeldRecord } from './entry.ts'
import { ChainEngineFailedError } from './errors.ts'
import { arrange, type HeldPool, type SignedBy } from './held.ts'
import type { QueuedTransaction } from './queue.ts'
import { RPC_CODE, RpcError } from './rpc-error.ts'
import { refused, senderOf } from './transaction.ts'

/** What a round works on. */
export interface RoundContext {
  readonly engine: Engine
  readonly head: EngineBlock
  readonly held: HeldPool
  /** Milliseconds since the epoch. */
  clock(): number
  /** Makes entries durable. @throws ChainJournalWriteError */
  append(entries: readonly Entry[]): Promise<void>
}

/**
 * One block: submit, journal, mine, acknowledge, in this order (spec/chain.md H4).
 *
 * Its fields say how far it came, so that whoever finds the engine dead knows what to do with its transactions.
 */
export class Round {
  /** Not refused so far and not acknowledged. */
  open: QueuedTransaction[]
  /** Those of them that must be held; not in {@link open}. */
  early: SignedBy<QueuedTransaction>[] = []
  /** The block of {@link open} is in the journal: from here on it will be mined, by us or by a replay. */
  journaled = false
  mineMs = 0

  constructor(transactions: readonly QueuedTransaction[]) {
    this.open = [...transactions]
  }

  /**
   * Runs the round.
   *
   * @returns the new block, or undefined if no transaction was fit for one.
   * @throws ChainJournalWriteError - nothing of the round counts; EngineGoneError, ChainEngineFailedError
   */
  async run(context: RoundContext): Promise<EngineBlock | undefined> {
    const { engine, head } = context
    await this.#submit(engine)
    const size = await engine.poolSize()
    if (size.waiting > 0 || size.ready !== this.open.length) await this.#untangle(context)
    const entries: Entry[] = []
    if (this.early.length > 0) entries.push({ kind: 'held', transactions: this.early.map(recordOf) })
    const block: BlockEntry = {
      kind: 'block',
      number: head.number + 1,
      // Equal to the parent's within a second, never before it, never ahead of the clock.
      timestamp: Math.max(Math.floor(context.clock() / 1000), head.timestamp),
      parentHash: head.hash,
      transactions: this.open.map(({ raw }) => bytesOf(raw)),
    }
    if (this.open.length > 0) entries.push(block)
    if (entries.length === 0) return undefined
    try {
      await context.append(entries)
    } catch (error) {
      await engine.emptyPool()
      throw error
    }
    for (const item of this.early) {
      const error = context.held.add(item)
      if (error) item.transaction.refuse(error)
      else item.transaction.accept(item.transaction.hash)
    }
    this.early = []
    if (this.open.length === 0) return undefined
    this.journaled = true
    return this.#mine(context, block)
  }

  async #submit(engine: Engine): Promise<void> {
    const answers = await engine.submit(this.open.map(({ raw }) => raw))
    this.open = this.open.filter((transaction, i) => {
      const answer = answers[i]
      if (answer instanceof RpcError) transaction.refuse(inNodeWords(answer))
      return !(answer instanceof RpcError)
    })
  }

  /** Nonces are missing, out of order or doubled: takes the engine's pool back and sorts them here. */
  async #untangle({ engine, held }: RoundContext): Promise<void> {
    await engine.emptyPool()
    const arrived: SignedBy<QueuedTransaction>[] = []
    for (const transaction of this.open) arrived.push({ sender: await senderOf(transaction), transaction })
    const senders = [...new Set(arrived.map(({ sender }) => sender))]
    const nonces = await engine.nonces(senders)
    const { ready, early, refused } = arrange(
      arrived,
      new Map<Address, number>(senders.map((sender, i) => [sender, nonces[i]!])),
    )
    for (const { transaction, error } of refused) transaction.refuse(error)
    this.early = early.filter((item) => {
      const error = held.check(item)
      if (error) item.transaction.refuse(error)
      return !error
    })
    this.open = ready
    await this.#submit(engine)
    const size = await engine.poolSize()
    if (size.waiting > 0 || size.ready !== this.open.length) {
      await engine.emptyPool()
      for (const transaction of this.open) {
        transaction.refuse(new RpcError(RPC_CODE.comeBackLater, 'conflicting transactions: send again'))
      }
      this.open = []
    }
  }

  async #mine({ engine, head, append }: RoundContext, entry: BlockEntry): Promise<EngineBlock> {
    const started = performance.now()
    await engine.mine(entry.timestamp)
    this.mineMs = performance.now() - started
    const block = await engine.head()
    if (block.number !== entry.number || block.parentHash !== head.hash) {
      throw new ChainEngineFailedError(`it mined block ${block.number} on ${block.parentHash}`)
    }
    const isAsPlanned =
      block.transactions.length === this.open.length &&
      this.open.every(({ hash }, i) => hash === block.transactions[i])
    if (!isAsPlanned) {
      const places = new Map(this.open.map(({ hash }, i) => [hash, i]))
      const amend: AmendEntry = {
        kind: 'amend',
        number: block.number,
        mined: block.transactions.map((hash) => places.get(hash)!),
      }
      await append([amend])
      await engine.emptyPool()
    }
    this.settle(new Set(block.transactions))
    return block
  }

  /** Everything that is neither answered nor in the journal. */
  get unfinished(): QueuedTransaction[] {
    return this.journaled ? [] : [...this.open, ...this.early.map(({ transaction }) => transaction)]
  }

  /** Answers everybody, by what is in the block. */
  settle(mined: ReadonlySet<Hex>): void {
    for (const transaction of this.open) {
      if (mined.has(transaction.hash)) transaction.accept(transaction.hash)
      else
        transaction.refuse(
          refused('transaction became invalid: an earlier one in its block changed what it needs'),
        )
    }
    this.open = []
  }
}

/** The engine's refusals, in the words clients look for. */
function inNodeWords(error: RpcError): RpcError {
  return error.message === 'transaction already imported' ? refused('already known') : error
}

function recordOf({ sender, transaction }: SignedBy): HeldRecord {
  return { sender, raw: bytesOf(transaction.raw) }
}

function bytesOf(raw: Hex): Buffer {
  return Buffer.from(raw.slice(2), 'hex')
}
