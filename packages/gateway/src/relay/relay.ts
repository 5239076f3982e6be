import { setTimeout as sleep } from 'node:timers/promises'
import { asc, eq, inArray } from 'drizzle-orm'
import {
  hashOperation,
  hreError,
  intakeAbi,
  limits,
  toProblem,
  toSubmission,
  type Deployment,
  type OperationStatus,
  type SignedOperation,
} from '@hre/protocol'
import type { FastifyBaseLogger } from 'fastify'
import { encodeFunctionData, keccak256, size, type Hex, type TransactionReceipt } from 'viem'
import type { PrivateKeyAccount } from 'viem/accounts'
import type { Chain } from '../chain.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../store/database.ts'
import * as t from '../store/schema.ts'
import { errorOfReason, outcomesOf, type Outcome } from './outcome.ts'

/** Gas of one transaction: below the cap of EIP-7825 (16,777,216). */
const gasPerTransactionMax = 16_000_000
/** What `Intake.submit` itself needs; contract signers are asked with up to 500,000 gas (O6). */
const gasOverhead = { transaction: 100_000, operation: 60_000, contractSigner: 540_000 }
const receiptPollMilliseconds = 30
const retryMilliseconds = 1_000

type Row = typeof t.operations.$inferSelect

/**
 * Carries signed operations to the chain. A row is in SQL before its sender hears "accepted"; the raw transaction is
 * in SQL before it is sent, so that a restart sends the same bytes under the same nonce and nothing is applied twice.
 */
export class Relay {
  readonly #chain: Chain
  readonly #db: Database
  readonly #deployment: Deployment
  readonly #payer: PrivateKeyAccount
  readonly #log: FastifyBaseLogger
  readonly #clock: Clock
  #stopped = false
  #loop: Promise<void> | undefined
  #wake: () => void = () => {}

  constructor(options: {
    chain: Chain
    db: Database
    deployment: Deployment
    payer: PrivateKeyAccount
    log: FastifyBaseLogger
    clock: Clock
  }) {
    this.#chain = options.chain
    this.#db = options.db
    this.#deployment = options.deployment
    this.#payer = options.payer
    this.#log = options.log
    this.#clock = options.clock
  }

  start(): void {
    this.#loop = (async () => {
      while (!this.#stopped) {
        try {
          await this.#settleSubmitted()
          if (!(await this.#submitNext())) await this.#idle()
        } catch (error) {
          this.#log.warn(
            { code: (error as { code?: string }).code },
            'the relay could not reach the chain; it tries again',
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
  }

  /**
   * Checks new operations against the chain as it is, all or none; ones that are queued already are fine.
   *
   * @throws HreError of the first that would be refused; `chain-unavailable`.
   */
  async assertAcceptable(operations: readonly SignedOperation[]): Promise<void> {
    const ids = this.#idsOf(operations)
    const known = await this.#db
      .select({ id: t.operations.id })
      .from(t.operations)
      .where(inArray(t.operations.id, ids))
    if (known.length < new Set(ids).size) await this.#assertWouldApply(operations)
  }

  /**
   * Queues operations; when this returns they are durable.
   *
   * @returns their ids, in order. Queuing the same operation again returns the same id.
   */
  async accept(operations: readonly SignedOperation[]): Promise<Hex[]> {
    await this.#db.transaction((tx) => this.enqueue(tx, operations))
    this.wake()
    return this.#idsOf(operations)
  }

  /** Queues without asking the chain first: for the gateway's own operations, inside the caller's transaction. */
  async enqueue(db: Database, operations: readonly SignedOperation[]): Promise<void> {
    await db
      .insert(t.operations)
      .values(
        operations.map((signed) => ({
          id: hashOperation(this.#deployment, signed.operation),
          account: signed.operation.account,
          nonce: signed.operation.nonce,
          signed,
          state: 'queued' as const,
        })),
      )
      .onConflictDoNothing({ target: t.operations.id })
  }

  /** Looks at the queue now. */
  wake(): void {
    this.#wake()
  }

  async statusOf(id: Hex): Promise<OperationStatus | undefined> {
    const [row] = await this.#db.select().from(t.operations).where(eq(t.operations.id, id))
    if (!row) return undefined
    const { state, transaction, block, problem } = row
    return { id, state, transaction, block, problem }
  }

  #idsOf(operations: readonly SignedOperation[]): Hex[] {
    return operations.map(({ operation }) => hashOperation(this.#deployment, operation))
  }

  async #assertWouldApply(operations: readonly SignedOperation[]): Promise<void> {
    const targets = new Set([
      this.#deployment.consortium,
      this.#deployment.directory,
      this.#deployment.consent,
      this.#deployment.records,
      this.#deployment.access,
      this.#deployment.emergency,
      this.#deployment.notary,
    ])
    const now = this.#clock()
    for (const [index, { operation }] of operations.entries()) {
      if (!targets.has(operation.target)) throw hreError('bad-request', { operation: index, field: 'target' })
      if (operation.deadline < now || operation.deadline > now + limits.operationDeadlineSecondsMax)
        throw hreError('request-stale', { operation: index, deadline: operation.deadline })
    }
    const outcomes = await this.#chain
      .simulateContract({
        address: this.#deployment.intake,
        abi: intakeAbi,
        functionName: 'submit',
        args: [operations.map(toSubmission)],
        account: this.#payer.address,
        gas: BigInt(gasPerTransactionMax),
        gasPrice: 0n,
      })
      .then(({ result }) => result)
      .catch((cause: unknown) => {
        throw hreError('chain-unavailable', {}, cause)
      })
    const refused = outcomes.findIndex(({ applied }) => !applied)
    if (refused < 0) return
    const error = errorOfReason(outcomes[refused]!.reason)
    error.data['operation'] = refused
    throw error
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

  /** Sends one transaction with as much of the queue as fits. */
  async #submitNext(): Promise<boolean> {
    const queued = await this.#db
      .select()
      .from(t.operations)
      .where(eq(t.operations.state, 'queued'))
      .orderBy(asc(t.operations.sequence))
      .limit(limits.operationsPerSubmissionMax)
    const chosen = fitting(queued)
    if (chosen.length === 0) return false
    const nonce = await this.#chain.getTransactionCount({ address: this.#payer.address })
    const raw = await this.#payer.signTransaction({
      type: 'eip1559',
      chainId: this.#deployment.chainId,
      nonce,
      to: this.#deployment.intake,
      data: encodeFunctionData({
        abi: intakeAbi,
        functionName: 'submit',
        args: [chosen.map(({ signed }) => toSubmission(signed))],
      }),
      gas: BigInt(gasOf(chosen)),
      maxFeePerGas: 0n,
      maxPriorityFeePerGas: 0n,
    })
    const transaction = keccak256(raw)
    await this.#db.transaction(async (tx) => {
      await tx.insert(t.submissions).values({ transaction, nonce, raw })
      await tx
        .update(t.operations)
        .set({ state: 'submitted', transaction })
        .where(
          inArray(
            t.operations.sequence,
            chosen.map(({ sequence }) => sequence),
          ),
        )
    })
    return true
  }

  /** Sends what was written down but has no outcome yet, and records the outcome. */
  async #settleSubmitted(): Promise<void> {
    for (const submission of await this.#db.select().from(t.submissions).orderBy(asc(t.submissions.nonce))) {
      const receipt = await this.#carry(submission.raw, submission.transaction)
      if (!receipt) return
      await this.#record(receipt)
      if (receipt.status === 'reverted') {
        this.#log.error(
          { transaction: submission.transaction },
          'a whole submission reverted; it is carried again',
        )
        await sleep(retryMilliseconds)
      }
    }
  }

  async #carry(raw: Hex, transaction: Hex): Promise<TransactionReceipt | undefined> {
    const sendRefused = await this.#chain.sendRawTransaction({ serializedTransaction: raw }).then(
      () => undefined,
      (error: Error) => error,
    )
    let refusals = 0
    while (!this.#stopped) {
      const receipt = await this.#chain.getTransactionReceipt({ hash: transaction }).catch((error: Error) => {
        if (error.name === 'TransactionReceiptNotFoundError') return undefined
        throw error
      })
      if (receipt) return receipt
      // Refused and not on chain after a second look: not known to the chain at all. Start over with it later.
      if (sendRefused && ++refusals * receiptPollMilliseconds > retryMilliseconds) throw sendRefused
      await sleep(receiptPollMilliseconds)
    }
    return undefined
  }

  async #record(receipt: TransactionReceipt): Promise<void> {
    const transaction = receipt.transactionHash
    // In the order in which they were submitted: a refusal names its operation by place.
    const rows = await this.#db
      .select()
      .from(t.operations)
      .where(eq(t.operations.transaction, transaction))
      .orderBy(asc(t.operations.sequence))
    const outcomes = outcomesOf(
      receipt,
      rows.map(({ signed }) => signed),
    )
    const block = Number(receipt.blockNumber)
    await this.#db.transaction(async (tx) => {
      for (const [index, { id }] of rows.entries())
        await tx.update(t.operations).set(settled(outcomes[index], block)).where(eq(t.operations.id, id))
      await tx.delete(t.submissions).where(eq(t.submissions.transaction, transaction))
    })
  }
}

function settled(outcome: Outcome | undefined, block: number): Partial<typeof t.operations.$inferInsert> {
  // The whole transaction reverted: nothing was spent, so it goes back into the queue.
  if (!outcome) return { state: 'queued', transaction: null }
  return outcome.applied
    ? { state: 'applied', block }
    : { state: 'failed', block, problem: toProblem(outcome.error) }
}

/** An operation's allowance, what the EVM keeps back of it (1/64), and its signature and call data. */
const gasOfOne = ({ signed: { operation, signature } }: Row): number =>
  Math.ceil((operation.gasLimit * 64) / 63) +
  gasOverhead.operation +
  (size(signature) === 65 ? 0 : gasOverhead.contractSigner)

const gasOf = (rows: readonly Row[]): number =>
  rows.reduce((sum, row) => sum + gasOfOne(row), gasOverhead.transaction)

/** The longest head of the queue that one transaction may carry. */
function fitting(queued: readonly Row[]): Row[] {
  const chosen: Row[] = []
  for (const row of queued) {
    if (chosen.length > 0 && gasOf([...chosen, row]) > gasPerTransactionMax) break
    chosen.push(row)
  }
  return chosen
}
