import { setTimeout as sleep } from 'node:timers/promises'
import { asc, desc, eq, inArray, isNotNull } from 'drizzle-orm'
import {
  hreError,
  intakeAbi,
  limits,
  toProblem,
  toSubmission,
  type HreError,
  type Deployment,
  type OperationStatus,
  type SignedOperation,
} from '@hre/protocol'
import type { FastifyBaseLogger } from 'fastify'
import { BaseError, ContractFunctionRevertedError, size, type Hex, type TransactionReceipt } from 'viem'
import type { PrivateKeyAccount } from 'viem/accounts'
import type { Chain } from '../chain.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../store/database.ts'
import { databaseFault } from '../store/faults.ts'
import type { Leases } from '../store/leases.ts'
import * as t from '../store/schema.ts'
import { Together } from '../together.ts'
import { Carrier, type Attempts } from './carrier.ts'
import type { Fees } from './fees.ts'
import { OutcomeNews } from './outcomeNews.ts'
import { carriedBefore, earlierOutcome, errorOfReason, outcomesOf, type Outcome } from './outcome.ts'
import {
  enqueue,
  enqueueAll,
  idsOf,
  isOneOf,
  nextInLine,
  operationsOf,
  refusalsFor,
  type QueuedOperation,
  type QueuedRoom,
  type QueueLimits,
  type Room,
  type Submission,
} from './queue.ts'

/** Gas of one transaction: below the cap of EIP-7825 (16,777,216). */
const gasPerTransactionMax = 16_000_000
/**
 * What `Intake.submit` itself needs; contract signers are asked with up to 500,000 gas (O6). A byte of call data costs 40 gas at most
 * (EIP-7623), and whoever signs decides how many there are.
 */
const gasOverhead = { transaction: 100_000, operation: 60_000, contractSigner: 540_000, byte: 40 }
/** Of one transaction's call data: nodes take transactions of 128 KiB. */
const bytesPerTransactionMax = 120_000
/** Of an operation's call data beside its bytes: offsets, fixed fields, lengths and padding. */
const bytesPerOperation = 512
const retryMilliseconds = 1_000
/** Operations that one statement looks up at most. */
const idsPerLookMax = 1_000
/** Transactions looked at after a reorganisation: far more than any engine takes back. */
const reconsideredMax = 1_000

export interface RelayOptions {
  chain: Chain
  db: Database
  deployment: Deployment
  payer: PrivateKeyAccount
  leases: Leases
  queue: QueueLimits
  fees: Fees
  /** An attempt that lies unmined this long is outbid. */
  stallSeconds: number
  /** How long a batch may fill up before it is sent; 0: what is there goes at once. */
  batchMilliseconds: number
  /** Operations in one transaction, at most. */
  batchOperationsMax: number
  clock: Clock
  log: FastifyBaseLogger
}

/**
 * Carries signed operations to the chain. A row is in SQL before its sender hears "accepted"; the raw transaction is
 * in SQL before it is sent, so that a restart sends the same bytes under the same nonce and nothing is applied twice. Of several
 * replicas on one database, one carries.
 */
export class Relay {
  readonly #options: RelayOptions
  readonly #carrier: Carrier
  readonly #news = new OutcomeNews()
  readonly #trials: Together<readonly SignedOperation[], HreError | undefined>
  readonly #entries: Together<Submission, HreError | undefined>
  readonly #looks: Together<Hex, OperationStatus | undefined>
  /** What was written down and has no outcome yet; undefined while only the database knows. */
  #underWay: Attempts[] | undefined
  #stopped = false
  #loop: Promise<void> | undefined
  #wake: () => void = () => {}

  constructor(options: RelayOptions) {
    this.#options = options
    this.#trials = new Together({
      run: (submissions) => this.#tryOut(submissions),
      size: (operations) => gasOfAll(operations) - gasOverhead.transaction,
      sizeMax: gasPerTransactionMax - gasOverhead.transaction,
      isOfAll: (error) => !isRevert((error as Error).cause),
    })
    this.#entries = new Together({
      run: (submissions) => this.#enter(submissions),
      size: ({ operations }) => operations.length,
      sizeMax: limits.operationsPerSubmissionMax,
      isOfAll: (error) => databaseFault(error) !== undefined,
    })
    this.#looks = new Together({
      run: (ids) => this.#look(ids),
      size: () => 1,
      sizeMax: idsPerLookMax,
      isOfAll: (error) => databaseFault(error) !== undefined,
    })
    this.#carrier = new Carrier(options)
  }

  start(): void {
    this.#loop = (async () => {
      while (!this.#stopped) {
        try {
          const busy =
            (await this.#options.leases.claim('relay')) &&
            (await this.#settleSubmitted()) &&
            (await this.#submitNext())
          if (!busy) await this.#idle()
        } catch (error) {
          this.#underWay = undefined
          this.#options.log.warn(
            { code: (error as { code?: string }).code },
            'the relay could not reach the chain or the database; it tries again',
          )
          await sleep(retryMilliseconds)
        }
      }
    })()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#wake()
    await this.#loop
    // Where the database is gone, the claim runs out by itself.
    await this.#options.leases.release('relay').catch(() => {})
  }

  /**
   * Checks new operations against the chain as it is, all or none; ones that are queued already are fine.
   *
   * @throws HreError of the first that would be refused; `chain-unavailable`.
   */
  async assertAcceptable(operations: readonly SignedOperation[]): Promise<void> {
    try {
      await this.#assertWouldApply(operations)
    } catch (error) {
      const ids = idsOf(this.#options.deployment, operations)
      const known = await Promise.all(ids.map((id) => this.#looks.add(id)))
      if (known.includes(undefined)) throw error
    }
  }

  /**
   * Queues operations; when this returns they are durable.
   *
   * @returns their ids, in order. Queuing the same operation again returns the same id.
   * @throws HreError `queue-full`, `rate-limited`: nothing was queued.
   */
  async accept(operations: readonly SignedOperation[]): Promise<Hex[]> {
    const ids = idsOf(this.#options.deployment, operations)
    const refusal = await this.#entries.add({ operations, ids })
    if (refusal) throw refusal
    this.wake()
    return ids
  }

  /** Queues without asking the chain first: for the gateway's own operations, inside the caller's transaction. */
  async enqueue(db: Database, operations: readonly SignedOperation[]): Promise<void> {
    await enqueue(db, this.#options.deployment, operations)
  }

  /** Looks at the queue now. */
  wake(): void {
    this.#wake()
  }

  /**
   * What became of an operation: as soon as it has an outcome, or after so many seconds.
   *
   * @returns undefined for one that was never handed in.
   */
  statusOf(id: Hex, waitSeconds = 0): Promise<OperationStatus | undefined> {
    const isOver = (status: OperationStatus | undefined) =>
      status?.state !== 'queued' && status?.state !== 'submitted'
    return this.#news.lookUntil(isOver, waitSeconds * 1000, () => this.#looks.add(id))
  }

  /** Whether anybody waits for an outcome. */
  get isAwaited(): boolean {
    return this.#news.waiting > 0
  }

  /** Whoever waits for an outcome is answered now: before the server ends, which waits for them. */
  endWaits(): void {
    this.#news.close()
  }

  /** Queues what there is room for, in one transaction. @returns for each submission why there is none. */
  #enter(submissions: readonly Submission[]): Promise<(HreError | undefined)[]> {
    return this.#options.db.transaction(async (tx) => {
      const refusals = await refusalsFor(tx, submissions, this.#options.queue)
      const accepted = submissions.filter((_, index) => !refusals[index])
      if (accepted.length > 0) await enqueueAll(tx, accepted)
      return refusals
    })
  }

  async #look(ids: readonly Hex[]): Promise<(OperationStatus | undefined)[]> {
    const { id, state, transaction, block, problem } = t.operations
    const rows = await this.#options.db
      .select({ id, state, transaction, block, problem })
      .from(t.operations)
      .where(inArray(id, [...new Set(ids)]))
    const byId = new Map(rows.map((row) => [row.id, row]))
    return ids.map((one) => byId.get(one))
  }

  async #assertWouldApply(operations: readonly SignedOperation[]): Promise<void> {
    const targets = new Set([
      this.#options.deployment.consortium,
      this.#options.deployment.directory,
      this.#options.deployment.consent,
      this.#options.deployment.records,
      this.#options.deployment.access,
      this.#options.deployment.emergency,
      this.#options.deployment.notary,
    ])
    const now = this.#options.clock()
    for (const [index, { operation }] of operations.entries()) {
      if (!targets.has(operation.target)) throw hreError('bad-request', { operation: index, field: 'target' })
      if (operation.deadline < now || operation.deadline > now + limits.operationDeadlineSecondsMax)
        throw hreError('request-stale', { operation: index, deadline: operation.deadline })
    }
    const error = await this.#trials.add(operations)
    if (error) throw error
  }

  /**
   * Asks the chain what would become of several callers' operations, in one call. Who is refused there is asked about alone, since
   * it may be for a neighbour's sake; who passes for a neighbour's sake comes behind that neighbour in the queue as well.
   *
   * @returns for each caller the error of their first operation that would be refused.
   */
  async #tryOut(submissions: readonly (readonly SignedOperation[])[]): Promise<(HreError | undefined)[]> {
    const outcomes = await this.#options.chain
      .simulateContract({
        address: this.#options.deployment.intake,
        abi: intakeAbi,
        functionName: 'submit',
        args: [submissions.flat().map(toSubmission)],
        account: this.#options.payer.address,
        gas: BigInt(gasPerTransactionMax),
        gasPrice: 0n,
      })
      .then(({ result }) => result)
      .catch((cause: unknown) => {
        throw hreError('chain-unavailable', {}, cause)
      })
    const errors: (HreError | undefined)[] = []
    let first = 0
    for (const operations of submissions) {
      const error = refusalAmong(outcomes.slice(first, first + operations.length))
      errors.push(error && submissions.length > 1 ? (await this.#tryOut([operations]))[0] : error)
      first += operations.length
    }
    return errors
  }

  /**
   * After a reorganisation: operations whose transaction is not on the chain any more stand in line again, newest first until one
   * that still is. If it comes back by itself, the second carrying finds the first one's outcome.
   */
  async reconsider(): Promise<void> {
    const { db, chain } = this.#options
    const carried = await db
      .selectDistinct({ transaction: t.operations.transaction, block: t.operations.block })
      .from(t.operations)
      .where(isNotNull(t.operations.block))
      .orderBy(desc(t.operations.block))
      .limit(reconsideredMax)
    for (const { transaction, block } of carried) {
      const receipt = await chain.getTransactionReceipt({ hash: transaction! }).catch(() => undefined)
      if (receipt && Number(receipt.blockNumber) === block) return
      await db
        .update(t.operations)
        .set({ state: 'queued', transaction: null, block: null, problem: null })
        .where(eq(t.operations.transaction, transaction!))
    }
    this.wake()
  }

  async #idle(): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve
    })
    // Rows may also come from another replica, so do not sleep for good.
    const timer = new AbortController()
    await Promise.race([woken, sleep(250, undefined, { signal: timer.signal }).catch(() => {})])
    timer.abort()
  }

  /** Writes down one transaction with as much of the queue as fits. */
  async #submitNext(): Promise<boolean> {
    if (this.#options.batchMilliseconds > 0) await this.#gather()
    const sequences = fitting(await nextInLine(this.#options.db, this.#options.batchOperationsMax))
    if (sequences.length === 0) return false
    const chosen = await operationsOf(this.#options.db, sequences)
    const gas = gasOfAll(chosen.map(({ signed }) => signed))
    const attempts = await this.#carrier.prepare(chosen, gas)
    await this.#options.db.transaction(async (tx) => {
      await this.#carrier.write(tx, attempts.transactions[0]!)
      await tx
        .update(t.operations)
        .set({ state: 'submitted', transaction: attempts.first })
        .where(isOneOf(sequences))
    })
    this.#underWay = [attempts]
    return true
  }

  /** Lets a batch fill up for a moment, unless it is full already. */
  async #gather(): Promise<void> {
    const queued = await this.#options.db.$count(t.operations, eq(t.operations.state, 'queued'))
    if (queued > 0 && queued < this.#options.batchOperationsMax && !this.#stopped)
      await sleep(this.#options.batchMilliseconds)
  }

  /** Carries what was written down but has no outcome yet, and records the outcome. */
  async #settleSubmitted(): Promise<boolean> {
    this.#underWay ??= await this.#carrier.open()
    for (const attempts of this.#underWay) {
      const fate = await this.#carrier.carry(attempts, () => this.#stopped)
      if (!fate) {
        this.#underWay = undefined
        return false
      }
      if ('lost' in fate) {
        this.#options.log.warn(
          { nonce: attempts.nonce },
          'a nonce was spent by something else; its operations queue again',
        )
        await this.#record(attempts, undefined)
        continue
      }
      await this.#record(attempts, fate.receipt)
      if (fate.receipt.status === 'reverted') {
        this.#options.log.error(
          { transaction: fate.receipt.transactionHash },
          'a whole submission reverted; it is carried again',
        )
        await sleep(retryMilliseconds)
      }
    }
    this.#underWay = []
    return true
  }

  async #record(attempts: Attempts, receipt: TransactionReceipt | undefined): Promise<void> {
    const { db, leases } = this.#options
    const rows = attempts.operations ?? (await this.#carriedBy(attempts.first))
    const outcomes = receipt
      ? outcomesOf(
          receipt,
          rows.map(({ signed }) => signed),
        )
      : []
    // Most are applied, which one statement says of all.
    const allApplied: Change = settled({ applied: true }, receipt)
    const changes = await Promise.all(
      rows.map(async ({ signed }, index) => {
        const outcome = outcomes[index]
        if (outcome?.applied) return allApplied
        return (await this.#earlier(signed, outcome)) ?? settled(outcome, receipt)
      }),
    )
    await db.transaction(async (tx) => {
      await leases.assertHeld(tx, 'relay')
      const own = tx.delete(t.submissions).where(eq(t.submissions.first, attempts.first))
      // Another replica recorded them while this one slept.
      if ((await own.returning({ first: t.submissions.first })).length === 0) return
      const applied = rows.filter((_, index) => changes[index] === allApplied)
      if (applied.length > 0)
        await tx
          .update(t.operations)
          .set(allApplied)
          .where(isOneOf(applied.map(({ sequence }) => sequence)))
      for (const [index, { sequence }] of rows.entries())
        if (changes[index] !== allApplied)
          await tx.update(t.operations).set(changes[index]!).where(eq(t.operations.sequence, sequence))
    })
    this.#news.tell()
  }

  /** In the order in which they were submitted: a refusal names its operation by place. */
  #carriedBy(transaction: Hex): Promise<QueuedOperation[]> {
    return this.#options.db
      .select()
      .from(t.operations)
      .where(eq(t.operations.transaction, transaction))
      .orderBy(asc(t.operations.sequence))
  }

  /** One that was carried before is not refused: it has the outcome that it had. */
  async #earlier(signed: SignedOperation, outcome: Outcome | undefined): Promise<Change | undefined> {
    if (!outcome || outcome.applied || outcome.error.code !== carriedBefore) return undefined
    const earlier = await earlierOutcome(this.#options.chain, this.#options.deployment, signed)
    return earlier && { ...change(earlier.outcome), transaction: earlier.transaction, block: earlier.block }
  }
}

type Change = Partial<typeof t.operations.$inferInsert>

function settled(outcome: Outcome | undefined, receipt: TransactionReceipt | undefined): Change {
  // The whole transaction reverted or was never mined: nothing was spent, so it goes back into the queue.
  if (!outcome || !receipt) return { state: 'queued', transaction: null }
  return { ...change(outcome), transaction: receipt.transactionHash, block: Number(receipt.blockNumber) }
}

const change = (outcome: Outcome): Change =>
  outcome.applied ? { state: 'applied' } : { state: 'failed', problem: toProblem(outcome.error) }

/** Whether it was the contract that gave no answer, and not the node. */
const isRevert = (cause: unknown): boolean =>
  cause instanceof BaseError && cause.walk((error) => error instanceof ContractFunctionRevertedError) !== null

/** The first of these outcomes that is a refusal, as its error. */
function refusalAmong(outcomes: readonly { applied: boolean; reason: Hex }[]): HreError | undefined {
  const refused = outcomes.findIndex(({ applied }) => !applied)
  if (refused < 0) return undefined
  const error = errorOfReason(outcomes[refused]!.reason)
  error.data['operation'] = refused
  return error
}

/** An operation's allowance, what the EVM keeps back of it (1/64), and its signature and call data. */
const gasOf = ({ gasLimit, signatureBytes, bytes }: Room): number =>
  Math.ceil((gasLimit * 64) / 63) +
  gasOverhead.operation +
  gasOverhead.byte * bytes +
  (signatureBytes === 65 ? 0 : gasOverhead.contractSigner)

const roomOf = ({ operation: { gasLimit, data }, signer, signature }: SignedOperation): Room => ({
  gasLimit,
  signatureBytes: size(signature),
  bytes: size(data) + size(signer) + size(signature),
})

const gasOfAll = (operations: readonly SignedOperation[]): number =>
  operations.reduce((sum, signed) => sum + gasOf(roomOf(signed)), gasOverhead.transaction)

/** The longest head of the queue that one transaction may carry, by their sequence numbers. */
function fitting(queued: readonly QueuedRoom[]): number[] {
  const chosen: number[] = []
  let [gas, bytes] = [gasOverhead.transaction, 0]
  for (const { sequence, ...room } of queued) {
    gas += gasOf(room)
    bytes += room.bytes + bytesPerOperation
    if (chosen.length > 0 && (gas > gasPerTransactionMax || bytes > bytesPerTransactionMax)) break
    chosen.push(sequence)
  }
  return chosen
}
