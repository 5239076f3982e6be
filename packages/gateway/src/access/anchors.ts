import { setTimeout as sleep } from 'node:timers/promises'
import { and, eq, gte, inArray, max, sql } from 'drizzle-orm'
import { accessAbi, anchorCall, hashOperation, hreError, type Deployment } from '@hre/protocol'
import { signCall, type Identity } from '@hre/vault'
import type { FastifyBaseLogger } from 'fastify'
import type { Chain } from '../chain.ts'
import type { Relay } from '../relay/relay.ts'
import type { Database } from '../store/database.ts'
import * as t from '../store/schema.ts'
import type { ReceiptLog } from './receipts.ts'

/** Receipts in one anchor: bounds the tree that a proof is made from. */
const receiptsPerAnchorMax = 10_000
/** An anchor that is not on chain after so long is looked for in the next round. */
const applySecondsMax = 10
/** Any number that nothing else locks on this database. */
const anchorLock = 7_277_303

/** Commits the access log to the chain at an interval and on shutdown (A4). */
export class Anchors {
  readonly #chain: Chain
  readonly #db: Database
  readonly #deployment: Deployment
  readonly #identity: Identity
  readonly #receipts: ReceiptLog
  readonly #relay: Relay
  readonly #log: FastifyBaseLogger
  readonly #stop = new AbortController()
  #loop: Promise<void> | undefined

  constructor(options: {
    chain: Chain
    db: Database
    deployment: Deployment
    identity: Identity
    receipts: ReceiptLog
    relay: Relay
    log: FastifyBaseLogger
  }) {
    this.#chain = options.chain
    this.#db = options.db
    this.#deployment = options.deployment
    this.#identity = options.identity
    this.#receipts = options.receipts
    this.#relay = options.relay
    this.#log = options.log
  }

  start(everySeconds: number): void {
    const { signal } = this.#stop
    this.#loop = (async () => {
      while (!signal.aborted) {
        await sleep(everySeconds * 1000, undefined, { signal }).catch(() => {})
        if (!signal.aborted) await this.#attempt()
      }
    })()
  }

  /** One last anchor, so that nothing logged waits for the next start. */
  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#loop
    await this.#attempt()
  }

  async #attempt(): Promise<void> {
    try {
      // A full anchor leaves some behind: under load they would only grow more until the next look.
      while ((await this.run()) === receiptsPerAnchorMax);
    } catch (error) {
      this.#log.warn(
        { code: (error as { code?: string }).code },
        'the access log could not be anchored; it tries again',
      )
    }
  }

  /**
   * Anchors what is not anchored yet and waits until it is on chain.
   *
   * @returns how many receipts; 0 also when the anchor did not come on chain in time, or was refused.
   */
  async run(): Promise<number> {
    await this.#releaseFailed()
    const organisation = this.#identity.account
    const [head, next] = await this.#chain
      .readContract({
        address: this.#deployment.access,
        abi: accessAbi,
        functionName: 'headOf',
        args: [organisation],
      })
      .catch((cause: unknown) => {
        throw hreError('chain-unavailable', {}, cause)
      })
    const sequence = Number(next)
    // Queue entry and marks in one transaction: a crash leaves both or neither, and of several replicas one anchors.
    const anchored = await this.#db.transaction(async (tx) => {
      await tx.execute(sql`select pg_advisory_xact_lock(${anchorLock})`)
      if (await this.#isQueued(tx, sequence)) return undefined
      const rows = await this.#receipts.unanchored(tx, receiptsPerAnchorMax)
      if (rows.length === 0) return undefined
      const { root } = this.#receipts.treeOf(rows)
      const signed = await signCall(
        this.#identity,
        this.#deployment,
        anchorCall(this.#deployment, { sequence, previous: head, root, count: rows.length }),
      )
      await this.#relay.enqueue(tx, [signed])
      await this.#receipts.markAnchored(tx, rows, sequence)
      return { id: hashOperation(this.#deployment, signed.operation), count: rows.length }
    })
    if (!anchored) return 0
    this.#relay.wake()
    return (await this.#isApplied(anchored.id)) ? anchored.count : 0
  }

  async #isApplied(id: `0x${string}`): Promise<boolean> {
    const status = await this.#relay.statusOf(id, applySecondsMax)
    if (status?.state === 'failed') await this.#releaseFailed()
    return status?.state === 'applied'
  }

  /** Is an anchor of that number on its way already (from before a restart, say)? */
  async #isQueued(db: Database, sequence: number): Promise<boolean> {
    const { index, anchor } = t.receipts
    const [marked] = await db.select({ index }).from(t.receipts).where(eq(anchor, sequence)).limit(1)
    return marked !== undefined
  }

  /** Marks of an anchor that the chain refused (its deadline passed while the chain was away, say) are taken back. */
  async #releaseFailed(): Promise<void> {
    const organisation = this.#identity.account
    const [newest] = await this.#db.select({ sequence: max(t.receipts.anchor) }).from(t.receipts)
    if (newest?.sequence === null || newest === undefined) return
    const open = await this.#db
      .select()
      .from(t.operations)
      .where(
        and(eq(t.operations.account, organisation), inArray(t.operations.state, ['queued', 'submitted'])),
      )
    if (open.some(({ signed }) => signed.operation.target === this.#deployment.access)) return
    const [, next] = await this.#chain.readContract({
      address: this.#deployment.access,
      abi: accessAbi,
      functionName: 'headOf',
      args: [organisation],
    })
    if (newest.sequence >= Number(next))
      await this.#db
        .update(t.receipts)
        .set({ anchor: null })
        .where(gte(t.receipts.anchor, Number(next)))
  }
}
