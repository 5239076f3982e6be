import { setTimeout as sleep } from 'node:timers/promises'
import { eq } from 'drizzle-orm'
import { hreError, type Deployment } from '@hre/protocol'
import type { FastifyBaseLogger } from 'fastify'
import type { Hex } from 'viem'
import type { Chain } from '../chain.ts'
import type { Database } from '../store/database.ts'
import * as t from '../store/schema.ts'
import { applyEvent, decodeEvents } from './apply.ts'

/** Blocks read in one round: bounds memory while a new gateway catches up. */
const blocksPerRound = 200
const followed = [
  t.cursor,
  t.accounts,
  t.organisations,
  t.members,
  t.attestations,
  t.compartments,
  t.epochs,
  t.grants,
  t.recordGrants,
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

/**
 * Chain events into SQL. Rows and cursor move in one transaction, so a crash repeats a round or does not see it; a
 * chain that no longer links to the cursor makes it start over from block 0.
 */
export class Follower {
  readonly #chain: Chain
  readonly #db: Database
  readonly #deployment: Deployment
  readonly #log: FastifyBaseLogger
  #cursor: Cursor | undefined
  #round: Promise<void> | undefined
  #stopped = false
  #loop: Promise<void> | undefined
  readonly #afterRound: (() => Promise<void>)[] = []

  constructor(options: { chain: Chain; db: Database; deployment: Deployment; log: FastifyBaseLogger }) {
    this.#chain = options.chain
    this.#db = options.db
    this.#deployment = options.deployment
    this.#log = options.log
  }

  /** What has been read so far; block -1 before the first round. */
  get cursor(): Cursor {
    return this.#cursor ?? { block: this.#deployment.block - 1, blockHash: '0x', blockTime: 0 }
  }

  /** Runs after every round that read something; failures are logged and do not stop the follower. */
  onProgress(listener: () => Promise<void>): void {
    this.#afterRound.push(listener)
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
   * @throws HreError `chain-unavailable`.
   */
  async sync(): Promise<void> {
    // A round under way may have asked for the head before our caller's block came: wait for it, then ask anew.
    await this.#round?.catch(() => {})
    this.#round ??= this.#readToHead().finally(() => {
      this.#round = undefined
    })
    return this.#round
  }

  /** Empties what the chain says and reads it again from the deployment's block. */
  async rebuild(): Promise<void> {
    await this.#db.transaction(async (tx) => {
      for (const table of followed) await tx.delete(table)
    })
    this.#cursor = undefined
    await this.sync()
  }

  async #readToHead(): Promise<void> {
    this.#cursor ??= await this.#loadCursor()
    const head = Number(await this.#chain.getBlockNumber().catch(unavailable))
    let progressed = false
    while (!this.#stopped && this.cursor.block < head) {
      await this.#readRange(this.cursor.block + 1, Math.min(head, this.cursor.block + blocksPerRound))
      progressed = true
    }
    if (progressed) {
      for (const listener of this.#afterRound)
        await listener().catch((error: unknown) =>
          this.#log.error({ err: error }, 'a follower listener failed'),
        )
    }
  }

  async #loadCursor(): Promise<Cursor | undefined> {
    const [row] = await this.#db.select().from(t.cursor).where(eq(t.cursor.id, 1))
    return row
  }

  async #readRange(from: number, to: number): Promise<void> {
    const { intake, directory, consent, records, access, emergency } = this.#deployment
    const numbers = Array.from({ length: to - from + 1 }, (_, index) => BigInt(from + index))
    const [blocks, logs] = await Promise.all([
      Promise.all(numbers.map((blockNumber) => this.#chain.getBlock({ blockNumber }))),
      this.#chain.getLogs({
        address: [intake, directory, consent, records, access, emergency],
        fromBlock: BigInt(from),
        toBlock: BigInt(to),
      }),
    ]).catch(unavailable)
    let previous = this.cursor.block < this.#deployment.block ? undefined : this.cursor.blockHash
    for (const block of blocks) {
      if (previous !== undefined && block.parentHash !== previous) {
        this.#log.error(
          { block: Number(block.number) },
          'the chain does not link to what was read; reading it anew',
        )
        return this.#startOver()
      }
      previous = block.hash
    }
    const last = blocks.at(-1)!
    const cursor: Cursor = { block: to, blockHash: last.hash, blockTime: Number(last.timestamp) }
    const times = new Map(blocks.map((block) => [block.number, Number(block.timestamp)]))
    await this.#db.transaction(async (tx) => {
      for (const event of decodeEvents(logs)) {
        await applyEvent(tx, event, {
          at: times.get(event.blockNumber) ?? cursor.blockTime,
          block: Number(event.blockNumber),
          logIndex: event.logIndex,
          transaction: event.transactionHash,
        })
      }
      await tx
        .insert(t.cursor)
        .values({ id: 1, ...cursor })
        .onConflictDoUpdate({ target: t.cursor.id, set: cursor })
    })
    this.#cursor = cursor
  }

  async #startOver(): Promise<void> {
    await this.#db.transaction(async (tx) => {
      for (const table of followed) await tx.delete(table)
    })
    this.#cursor = undefined
  }
}

function unavailable(cause: unknown): never {
  throw hreError('chain-unavailable', {}, cause)
}
