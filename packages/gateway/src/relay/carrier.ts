import { setTimeout as sleep } from 'node:timers/promises'
import { asc, sql } from 'drizzle-orm'
import { intakeAbi, toSubmission, type Deployment } from '@hre/protocol'
import type { FastifyBaseLogger } from 'fastify'
import { encodeFunctionData, keccak256, parseTransaction, type Hex, type TransactionReceipt } from 'viem'
import type { PrivateKeyAccount } from 'viem/accounts'
import type { Chain } from '../chain.ts'
import type { Database } from '../store/database.ts'
import type { Leases } from '../store/leases.ts'
import { systemClock } from '../clock.ts'
import * as t from '../store/schema.ts'
import { raisedFee, type Fees } from './fees.ts'
import type { QueuedOperation } from './queue.ts'

const receiptPollMilliseconds = 30
const secondLookMilliseconds = 1_000

type Submission = typeof t.submissions.$inferSelect

/** Attempts to spend one nonce: the first transaction, and those that were to outbid it. Only one of them can be mined. */
export interface Attempts {
  /** The transaction that the operations name. */
  first: Hex
  nonce: number
  transactions: Submission[]
  /** What they carry, in its order; undefined when an earlier process wrote them down. */
  operations?: readonly QueuedOperation[]
}

/** What became of attempts. `lost`: their nonce was spent by something else, and they never will be mined. */
export type Fate = { receipt: TransactionReceipt } | { lost: true }

/** Transactions that are in SQL before they are sent: a restart sends the same bytes again. */
export class Carrier {
  readonly #chain: Chain
  readonly #db: Database
  readonly #deployment: Deployment
  readonly #payer: PrivateKeyAccount
  readonly #leases: Leases
  readonly #fees: Fees
  readonly #stallSeconds: number
  readonly #log: FastifyBaseLogger

  constructor(options: {
    chain: Chain
    db: Database
    deployment: Deployment
    payer: PrivateKeyAccount
    leases: Leases
    fees: Fees
    stallSeconds: number
    log: FastifyBaseLogger
  }) {
    this.#chain = options.chain
    this.#db = options.db
    this.#deployment = options.deployment
    this.#payer = options.payer
    this.#leases = options.leases
    this.#fees = options.fees
    this.#stallSeconds = options.stallSeconds
    this.#log = options.log
  }

  /** What was written down and has no outcome yet, in the order of nonces. */
  async open(): Promise<Attempts[]> {
    const rows = await this.#db
      .select()
      .from(t.submissions)
      .orderBy(asc(t.submissions.nonce), asc(t.submissions.at), asc(t.submissions.maxFeeWei))
    return [...Map.groupBy(rows, ({ first }) => first)].map(([first, transactions]) => ({
      first,
      nonce: transactions[0]!.nonce,
      transactions,
    }))
  }

  /** A first attempt, signed and not sent. */
  async prepare(operations: readonly QueuedOperation[], gas: number): Promise<Attempts> {
    const nonce = await this.#chain.getTransactionCount({ address: this.#payer.address })
    const data = encodeFunctionData({
      abi: intakeAbi,
      functionName: 'submit',
      args: [operations.map(({ signed }) => toSubmission(signed))],
    })
    const first = await this.#sign({ nonce, data, gas: BigInt(gas) }, this.#fees.firstWei)
    return { first: first.transaction, nonce, transactions: [first], operations }
  }

  /** Writes an attempt down, while this replica may: in the caller's transaction. */
  async write(tx: Database, attempt: Submission): Promise<void> {
    await this.#leases.assertHeld(tx, 'relay')
    // The embedded database spells bytes one at a time, and a submission has tens of thousands.
    const bytes = Buffer.from(attempt.raw.slice(2), 'hex').toString('base64')
    await tx.insert(t.submissions).values({ ...attempt, raw: sql`decode(${bytes}, 'base64')` })
  }

  /**
   * Sends attempts until one is mined.
   *
   * @param isStopped - asked between looks.
   * @returns undefined when told to stop, or when another replica took over.
   * @throws what the chain said when it does not take them; try again later.
   */
  async carry(attempts: Attempts, isStopped: () => boolean): Promise<Fate | undefined> {
    const refusal = await this.#send(attempts)
    const began = performance.now()
    while (!isStopped() && (await this.#leases.claim('relay'))) {
      const receipt = await this.#receiptOf(attempts)
      if (receipt) return { receipt }
      if (await this.#replace(attempts)) continue
      // Refused and not on chain after a second look: known before, mined meanwhile, or not known to the chain at all.
      if (refusal && performance.now() - began > secondLookMilliseconds) {
        const spent = await this.#chain.getTransactionCount({ address: this.#payer.address })
        if (spent <= attempts.nonce) throw refusal
        const late = await this.#receiptOf(attempts)
        return late ? { receipt: late } : { lost: true }
      }
      await sleep(receiptPollMilliseconds)
    }
    return undefined
  }

  /** @returns the newest attempt's refusal, if it was refused. */
  async #send({ transactions }: Attempts): Promise<Error | undefined> {
    let refusal: Error | undefined
    for (const { raw } of transactions)
      refusal = await this.#chain.sendRawTransaction({ serializedTransaction: raw }).then(
        () => undefined,
        (error: Error) => error,
      )
    return refusal
  }

  async #receiptOf({ transactions }: Attempts): Promise<TransactionReceipt | undefined> {
    for (const { transaction } of transactions) {
      const receipt = await this.#chain.getTransactionReceipt({ hash: transaction }).catch((error: Error) => {
        if (error.name === 'TransactionReceiptNotFoundError') return undefined
        throw error
      })
      if (receipt) return receipt
    }
    return undefined
  }

  /** Outbids an attempt that lies unmined, with the same nonce and the same operations. @returns whether it did. */
  async #replace(attempts: Attempts): Promise<boolean> {
    const newest = attempts.transactions.at(-1)!
    const fee = raisedFee(newest.maxFeeWei, this.#fees)
    if (fee === undefined || systemClock() - newest.at < this.#stallSeconds) return false
    const { data = '0x', gas = 0n } = parseTransaction(newest.raw)
    const signed = await this.#sign({ nonce: attempts.nonce, data, gas }, fee)
    const replacement = { ...signed, first: attempts.first }
    await this.#db.transaction((tx) => this.write(tx, replacement))
    attempts.transactions.push(replacement)
    this.#log.warn({ nonce: attempts.nonce, maxFeeWei: String(fee) }, 'a submission stalls; it is outbid')
    await this.#send({ ...attempts, transactions: [replacement] })
    return true
  }

  async #sign(call: { nonce: number; data: Hex; gas: bigint }, maxFeeWei: bigint): Promise<Submission> {
    const raw = await this.#payer.signTransaction({
      type: 'eip1559',
      chainId: this.#deployment.chainId,
      to: this.#deployment.intake,
      maxFeePerGas: maxFeeWei,
      maxPriorityFeePerGas: maxFeeWei,
      ...call,
    })
    const transaction = keccak256(raw)
    return { transaction, first: transaction, nonce: call.nonce, raw, maxFeeWei, at: systemClock() }
  }
}
