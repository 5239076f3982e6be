import { setTimeout as sleep } from 'node:timers/promises'
import { eq, sql } from 'drizzle-orm'
import { hreError, lowerAddress, type Deployment } from '@hre/protocol'
import type { FastifyBaseLogger } from 'fastify'
import type { Address, Hex } from 'viem'
import type { Chain } from '../chain.ts'
import { ChainNotices } from '../notifications/chainNotices.ts'
import type { Outbox } from '../notifications/outbox.ts'
import type { Database } from '../store/database.ts'
import * as t from '../store/schema.ts'
import { applyEvent, decodeEvents, type ExchangeEvent } from './apply.ts'
import { NewRows } from './newRows.ts'

/** Blocks read in one round: bounds memory while a new gateway catches up. */
const blocksPerRound = 200
/** Any number that nothing else locks on this database. */
const followerLock = 7_277_301
const followed = [
  t.cursor,
  t.accounts,
  t.organisations,
  t.members,
  t.attestations,
  t.compartments,
  t.epochs,
  t.inboxes,
  t.grants,
  t.recordGrants,
  t.delegations,
  t.batches,
  t.parties,
  t.marks,
  t.anchors,
  t.trusteeSets,
  t.emergencies,
  t.shareReleases,
  t.councils,
  t.recoveries,
  t.activity,
  t.leaves,
] as const

export interface Cursor {
  block: number
  blockHash: Hex
  blockTime: number
}

/** Some blocks that follow one another, and what happened in them. */
interface Chunk {
  events: ExchangeEvent[]
  times: Map<bigint, number>
  cursor: Cursor
}

/** How far behind the chain's head the rows are. */
export interface Lag {
  blocks: number
  /** Since the rows last were those of the head; undefined before the first time. */
  seconds: number | undefined
}

/**
 * Chain events into SQL. Rows and cursor move in one transaction, so a crash repeats a round or does not see it, and of
 * several replicas one reads a round and the others find it read. A chain that no longer links to the cursor was reorganised: it
 * is read again from the deployment's block, in one transaction, so that nobody decides by a state of the past.
 */
export class Follower {
  readonly #chain: Chain
  readonly #db: Database
  readonly #deployment: Deployment
  readonly #outbox: Outbox
  readonly #log: FastifyBaseLogger
  #cursor: Cursor | undefined
  #head = -1
  #atHeadSince: number | undefined
  #round: Promise<void> | undefined
  #stopped = false
  #loop: Promise<void> | undefined
  readonly #afterRound: (() => Promise<void>)[] = []
  readonly #afterReorganisation: (() => Promise<void>)[] = []

  constructor(options: {
    chain: Chain
    db: Database
    deployment: Deployment
    outbox: Outbox
    log: FastifyBaseLogger
  }) {
    this.#chain = options.chain
    this.#db = options.db
    this.#deployment = options.deployment
    this.#outbox = options.outbox
    this.#log = options.log
  }

  /** What has been read so far; the block before the deployment's before the first round. */
  get cursor(): Cursor {
    return this.#cursor ?? { block: this.#deployment.block - 1, blockHash: '0x', blockTime: 0 }
  }

  get lag(): Lag {
    return {
      blocks: Math.max(0, this.#head - this.cursor.block),
      seconds: this.#atHeadSince === undefined ? undefined : (performance.now() - this.#atHeadSince) / 1000,
    }
  }

  /** Runs after every round that read something; failures are logged and do not stop the follower. */
  onProgress(listener: () => Promise<void>): void {
    this.#afterRound.push(listener)
  }

  /** Runs after blocks that were read turned out not to be on the chain any more. */
  onReorganisation(listener: () => Promise<void>): void {
    this.#afterReorganisation.push(listener)
  }

  start(everyMilliseconds: number): void {
    this.#loop = (async () => {
      while (!this.#stopped) {
        await this.sync().catch((error: unknown) =>
          this.#log.warn(
            { code: (error as { code?: string }).code },
            'the follower could not read the chain; it tries again',
          ),
        )
        await sleep(everyMilliseconds)
      }
    })()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#loop
  }

  /**
   * Reads up to the chain's head as it was when called. The read path calls it before each decision, so that no
   * revocation that is on chain is missed.
   *
   * @throws HreError `chain-unavailable`, also when the node is behind what was read already.
   */
  async sync(): Promise<void> {
    // A round under way may have asked for the head before our caller's block came: wait for it, then ask anew.
    await this.#round?.catch(() => {})
    this.#round ??= this.#readToHead().finally(() => {
      this.#round = undefined
    })
    return this.#round
  }

  /** Empties what the chain says and reads it again from the deployment's block, in one transaction. */
  async rebuild(): Promise<void> {
    const head = await this.#headBlock()
    await this.#startOver(head.block)
    await this.#tell(this.#afterRound)
  }

  async #readToHead(): Promise<void> {
    const head = await this.#headBlock()
    const moved = (this.#cursor?.block ?? -1) !== head.block || this.cursor.blockHash !== head.blockHash
    // Another replica may have read meanwhile.
    if (moved) this.#cursor = await loadCursor(this.#db)
    if (head.block < this.cursor.block)
      throw hreError('chain-unavailable', { reason: 'the node is behind', block: head.block })
    const wasReplaced = head.block === this.cursor.block && head.blockHash !== this.cursor.blockHash
    if (wasReplaced && head.block >= this.#deployment.block) await this.#reorganise(head.block)
    while (!this.#stopped && this.cursor.block < head.block)
      if (!(await this.#readRound(head.block))) await this.#reorganise(head.block)
    if (this.cursor.block >= head.block) this.#atHeadSince = performance.now()
    if (moved) await this.#tell(this.#afterRound)
  }

  async #headBlock(): Promise<Cursor> {
    const { number, hash, time } = await this.#chain.head().catch(unavailable)
    this.#head = number
    return { block: number, blockHash: hash, blockTime: time }
  }

  /** @returns whether the blocks link to what was read before. */
  async #readRound(head: number): Promise<boolean> {
    const from = this.cursor
    const chunk = await this.#fetch(from, head)
    if (!chunk) return false
    this.#cursor = await this.#db.transaction(async (tx) => {
      await tx.execute(sql`select pg_advisory_xact_lock(${followerLock})`)
      const stored = await loadCursor(tx)
      // Another replica was faster: go on from where it is.
      if (stored?.blockHash !== (this.#cursor?.blockHash ?? undefined)) return stored
      return applyChunk(tx, chunk, this.#outbox)
    })
    return true
  }

  async #reorganise(head: number): Promise<void> {
    this.#log.error({ block: this.cursor.block }, 'the chain does not link to what was read; reading it anew')
    await this.#startOver(head)
    await this.#tell(this.#afterReorganisation)
  }

  async #startOver(head: number): Promise<void> {
    this.#cursor = await this.#db.transaction(async (tx) => {
      await tx.execute(sql`select pg_advisory_xact_lock(${followerLock})`)
      for (const table of followed) await tx.delete(table)
      let cursor: Cursor | undefined
      while ((cursor?.block ?? this.#deployment.block - 1) < head) {
        const chunk = await this.#fetch(cursor ?? { ...this.cursor, block: this.#deployment.block - 1 }, head)
        // Reorganised once more while it was read: everything is as it was, and the next round begins anew.
        if (!chunk) throw hreError('chain-unavailable', { reason: 'reorganised' })
        cursor = await applyChunk(tx, chunk, this.#outbox)
      }
      return cursor
    })
  }

  /** The blocks after `from`, or undefined when they do not link to it or to one another. */
  async #fetch(from: Cursor, head: number): Promise<Chunk | undefined> {
    const first = from.block + 1
    const to = Math.min(head, from.block + blocksPerRound)
    const { intake, directory, consent, records, access, emergency } = this.#deployment
    const numbers = Array.from({ length: to - first + 1 }, (_, index) => BigInt(first + index))
    const [blocks, logs] = await Promise.all([
      Promise.all(numbers.map((blockNumber) => this.#chain.getBlock({ blockNumber }))),
      this.#chain.getLogs({
        address: [intake, directory, consent, records, access, emergency],
        fromBlock: BigInt(first),
        toBlock: BigInt(to),
      }),
    ]).catch(unavailable)
    let previous = from.block < this.#deployment.block ? undefined : from.blockHash
    for (const block of blocks) {
      if (previous !== undefined && block.parentHash !== previous) return undefined
      previous = block.hash
    }
    const hashes = new Map(blocks.map(({ number, hash }) => [number, hash]))
    // Blocks and events were asked for side by side, and the chain may have changed in between.
    if (logs.some(({ blockNumber, blockHash }) => hashes.get(blockNumber) !== blockHash)) return undefined
    const last = blocks.at(-1)!
    return {
      events: decodeEvents(logs),
      times: new Map(blocks.map((block) => [block.number, Number(block.timestamp)])),
      cursor: { block: to, blockHash: last.hash, blockTime: Number(last.timestamp) },
    }
  }

  async #tell(listeners: readonly (() => Promise<void>)[]): Promise<void> {
    for (const listener of listeners)
      await listener().catch((error: unknown) =>
        this.#log.error({ err: error }, 'a follower listener failed'),
      )
  }
}

async function loadCursor(db: Database): Promise<Cursor | undefined> {
  const [row] = await db.select().from(t.cursor).where(eq(t.cursor.id, 1))
  return row
}

async function applyChunk(tx: Database, chunk: Chunk, outbox: Outbox): Promise<Cursor> {
  const { events, times, cursor } = chunk
  const notices = new ChainNotices(outbox)
  const added = new NewRows()
  for (const [index, event] of events.entries()) {
    const place = {
      at: times.get(event.blockNumber) ?? cursor.blockTime,
      block: Number(event.blockNumber),
      logIndex: event.logIndex,
      transaction: event.transactionHash,
      delegate: delegateBefore(event, events[index - 1]),
    }
    if (!added.take(event, place)) {
      await added.write(tx)
      await applyEvent(tx, event, place)
    }
    // After its rows and all before them: of an event that only adds rows, nobody is told.
    await notices.add(tx, event, place)
  }
  await added.write(tx)
  await notices.tell(tx)
  await tx
    .insert(t.cursor)
    .values({ id: 1, ...cursor })
    .onConflictDoUpdate({ target: t.cursor.id, set: cursor })
  return cursor
}

/** Who decided for the patient: the event of that stands directly before the decision's (C13). */
function delegateBefore(event: ExchangeEvent, previous: ExchangeEvent | undefined): Address | undefined {
  const isNext =
    previous?.eventName === 'ConsentByDelegate' &&
    previous.transactionHash === event.transactionHash &&
    previous.logIndex + 1 === event.logIndex
  return isNext ? lowerAddress(previous.args.delegate) : undefined
}

function unavailable(cause: unknown): never {
  throw hreError('chain-unavailable', {}, cause)
}
