import { randomBytes } from 'node:crypto'
import { and, asc, desc, eq, getTableColumns, gt, gte, isNull, lt, lte, max, sql, sum } from 'drizzle-orm'
import {
  decisionNumber,
  hashReceipt,
  hashRecords,
  hreError,
  limits,
  nameOfDecision,
  treeOf,
  type AccessDecision,
  type AccessRequest,
  type HashTree,
  type LoggedAccess,
  type Receipt,
} from '@hre/protocol'
import { LRUCache } from 'lru-cache'
import { bytesToHex, type Address, type Hex } from 'viem'
import type { Outbox } from '../notifications/outbox.ts'
import { rowsOf, type Database } from '../store/database.ts'
import { databaseFault } from '../store/faults.ts'
import { bytesInJson, jsonOfMany } from '../store/manyRows.ts'
import * as t from '../store/schema.ts'
import { Together } from '../together.ts'
import { keccak256 } from './keccak.ts'

export type StoredReceipt = typeof t.receipts.$inferSelect

/** What a receipt's hash is of. */
const {
  request: _request,
  signature: _signature,
  forwardedBy: _forwardedBy,
  anchor: _anchor,
  ...hashed
} = getTableColumns(t.receipts)
type HashedReceipt = Pick<StoredReceipt, keyof typeof hashed>

/** An access about to be answered. */
export interface Access {
  request: AccessRequest
  /** EIP-712 digest of the request. */
  requestHash: Hex
  signature: Hex
  decision: AccessDecision
  records: readonly Hex[]
  at: number
  /** Whose gateway asked for the reader (A7). */
  forwardedBy?: Address
}

/** What the database says of an entry; numbers of 64 bits come as the driver has them. */
interface Appended {
  index: number | string | null
  written: boolean
}

/** Receipts and record ids that one transaction writes at most. */
const rowsPerWriteMax = 5_000
/** Record ids of the receipts that are kept in memory: some 20 MB. */
const recordsKeptMax = 100_000

/** The organisation's access log (A2, A3): append, then release. */
export class ReceiptLog {
  readonly #db: Database
  readonly #organisation: Address
  readonly #outbox: Outbox
  /** Indexes below this are on chain already, whatever is stored here. */
  #anchoredCount = 0
  readonly #entries: Together<Access, StoredReceipt | undefined>
  /** The latest that were written here: files are asked for by a receipt right after it. */
  readonly #latest = new LRUCache<number, StoredReceipt>({
    maxSize: recordsKeptMax,
    sizeCalculation: ({ records }) => 10 + records.length,
  })

  constructor(options: { db: Database; organisation: Address; outbox: Outbox }) {
    this.#db = options.db
    this.#organisation = options.organisation
    this.#outbox = options.outbox
    this.#entries = new Together({
      run: (accesses) => this.#write(accesses),
      size: ({ records }) => 1 + records.length,
      sizeMax: rowsPerWriteMax,
      isOfAll: (error) => databaseFault(error) !== undefined,
    })
  }

  /**
   * Writes one receipt, and that the patient is told of it; when this returns both are durable. A forwarded request has one, however
   * many files it names. What comes while a transaction is under way shares the next: a commit costs the same for one as for many.
   *
   * @throws HreError `request-stale` when the reader's nonce was used before: nothing is written then.
   */
  async append(access: Access): Promise<StoredReceipt> {
    const row = await this.#entries.add(access)
    if (!row) throw hreError('request-stale', { reason: 'nonce used before' })
    return row
  }

  /** @returns a receipt for each access, in order; none for one whose nonce was used before. */
  async #write(accesses: readonly Access[]): Promise<(StoredReceipt | undefined)[]> {
    const entries = accesses.map(rowOf)
    const notices = entries.flatMap((row, index) =>
      noticesOf(row, this.#organisation).map((notice) => ({ ...notice, place: index + 1 })),
    )
    const answer = await this.#db.execute(sql`
      select * from append_receipts(
        ${JSON.stringify(jsonOfMany(t.receipts, entries))}::json, ${JSON.stringify(notices)}::json,
        ${this.#anchoredCount}, ${limits.releaseSecondsMax})
      order by place`)
    const receipts: (StoredReceipt | undefined)[] = []
    for (const [place, { index, written }] of rowsOf<Appended>(answer).entries()) {
      if (index === null) receipts.push(undefined)
      else if (written) receipts.push(this.#keep({ ...entries[place]!, index: Number(index) }))
      // Files of one forwarded request are asked for side by side: the first wrote the receipt for all.
      else receipts.push(await this.#stored(Number(index)))
    }
    this.#outbox.wake()
    return receipts
  }

  #keep(receipt: StoredReceipt): StoredReceipt {
    this.#latest.set(receipt.index, receipt)
    return receipt
  }

  async #stored(index: number): Promise<StoredReceipt | undefined> {
    const [row] = await this.#db.select().from(t.receipts).where(eq(t.receipts.index, index))
    return row
  }

  /** The receipt under which a forwarded request was already released, within the time a receipt is good for. */
  async forwarded(requestHash: Hex, by: Address, now: number): Promise<StoredReceipt | undefined> {
    const [row] = await this.#db
      .select()
      .from(t.receipts)
      .where(
        and(
          eq(t.receipts.requestHash, requestHash),
          eq(t.receipts.forwardedBy, by),
          gte(t.receipts.at, now - limits.releaseSecondsMax),
        ),
      )
    return row
  }

  /**
   * After a restore from a backup: receipts that were anchored since then are marked by the anchors on chain, where they are here;
   * and no index that an anchor covers is given out again, where they are lost.
   *
   * @returns how many receipts the chain knows that are lost here.
   */
  async adoptAnchors(): Promise<number> {
    const [marked] = await this.#db.select({ sequence: max(t.receipts.anchor) }).from(t.receipts)
    const known = marked?.sequence ?? -1
    const isOwn = eq(t.anchors.organisation, this.#organisation)
    const [before] = await this.#db
      .select({ count: sum(t.anchors.count) })
      .from(t.anchors)
      .where(and(isOwn, lte(t.anchors.sequence, known)))
    const own = await this.#db
      .select()
      .from(t.anchors)
      .where(and(isOwn, gt(t.anchors.sequence, known)))
      .orderBy(asc(t.anchors.sequence))
    let [first, lost] = [Number(before?.count ?? 0), 0]
    for (const { sequence, root, count } of own) {
      const rows = await this.#db
        .select()
        .from(t.receipts)
        .where(and(gte(t.receipts.index, first), lt(t.receipts.index, first + count)))
        .orderBy(asc(t.receipts.index))
      first += count
      lost += count - rows.length
      const unmarked = rows.filter(({ anchor }) => anchor === null)
      const isWhole = rows.length === count && unmarked.length === count
      if (isWhole && this.treeOf(rows).root === root) await this.markAnchored(this.#db, rows, sequence)
    }
    this.#anchoredCount = first
    return lost
  }

  /** What a receipt says of an access. Never changes; where it is anchored is not told. */
  async get(index: number): Promise<Omit<StoredReceipt, 'anchor'> | undefined> {
    return this.#latest.get(index) ?? this.#stored(index)
  }

  /** Index of the newest receipt, whoever it is about; -1 when there is none. */
  async lastIndex(): Promise<number> {
    const { index } = t.receipts
    const [last] = await this.#db.select({ index }).from(t.receipts).orderBy(desc(index)).limit(1)
    return last?.index ?? -1
  }

  /**
   * What is logged about one patient, oldest first, with inclusion proofs for what is anchored (A6).
   *
   * @param range - indexes: `after` exclusive, `through` inclusive; undefined: no bound.
   */
  async ofPatient(
    patient: Address,
    range: { after: number | undefined; through: number | undefined; limit: number },
  ): Promise<LoggedAccess[]> {
    const { after, through, limit } = range
    const rows = await this.#db
      .select()
      .from(t.receipts)
      .where(
        and(
          eq(t.receipts.patient, patient),
          after === undefined ? undefined : gt(t.receipts.index, after),
          through === undefined ? undefined : lte(t.receipts.index, through),
        ),
      )
      .orderBy(asc(t.receipts.index))
      .limit(limit)
    const sequences = [...new Set(rows.flatMap(({ anchor }) => anchor ?? []))]
    const anchors = new Map(
      await Promise.all(sequences.map(async (sequence) => [sequence, await this.#anchor(sequence)] as const)),
    )
    return rows.map((row) => {
      const anchor = row.anchor === null ? undefined : anchors.get(row.anchor)
      return {
        receipt: this.receiptOf(row),
        records: row.records,
        request: row.request,
        signature: row.signature,
        anchor: anchor ? { ...anchor.onChain, proof: anchor.proofOf(row.index) } : null,
      }
    })
  }

  receiptOf(row: HashedReceipt): Receipt {
    const { index, reader, patient, purpose, decision, at, requestHash, salt } = row
    const recordsHash = hashRecords(row.records, keccak256)
    return {
      organisation: this.#organisation,
      index,
      reader,
      patient,
      recordsHash,
      purpose,
      decision,
      at,
      requestHash,
      salt,
    }
  }

  /** Of receipts that one anchor covers, in order; at least one. */
  treeOf(rows: readonly HashedReceipt[]): HashTree {
    const hashes = rows.map((row) => hashReceipt(this.receiptOf(row), keccak256))
    return treeOf(hashes, keccak256)
  }

  /** Receipts that no anchor covers yet, oldest first. @param db - a transaction. */
  async unanchored(db: Database, max: number): Promise<HashedReceipt[]> {
    // The other way to use the index looks at each entry that was anchored since the last vacuum, every time.
    await db.execute(sql`set local enable_bitmapscan = off`)
    return db
      .select(hashed)
      .from(t.receipts)
      .where(isNull(t.receipts.anchor))
      .orderBy(asc(t.receipts.index))
      .limit(max)
  }

  /** @param receipts - at least one, in order: all that no anchor covers between the first and the last of them. */
  async markAnchored(
    db: Database,
    receipts: readonly Pick<StoredReceipt, 'index'>[],
    sequence: number,
  ): Promise<void> {
    const [first, last] = [receipts[0]!.index, receipts.at(-1)!.index]
    await db
      .update(t.receipts)
      .set({ anchor: sequence })
      .where(and(gte(t.receipts.index, first), lte(t.receipts.index, last), isNull(t.receipts.anchor)))
  }

  /** Nonces older than any request that would still be accepted. */
  async forgetNonces(now: number): Promise<void> {
    const keepSeconds = 2 * limits.accessRequestAgeSecondsMax
    await this.#db.delete(t.requestNonces).where(lt(t.requestNonces.issuedAt, now - keepSeconds))
  }

  async #anchor(sequence: number) {
    const [onChain] = await this.#db
      .select()
      .from(t.anchors)
      .where(and(eq(t.anchors.organisation, this.#organisation), eq(t.anchors.sequence, sequence)))
    if (!onChain) return undefined // queued, not on chain yet
    const rows = await this.#db
      .select()
      .from(t.receipts)
      .where(eq(t.receipts.anchor, sequence))
      .orderBy(asc(t.receipts.index))
    const tree = this.treeOf(rows)
    const { previous, root, count } = onChain
    return {
      onChain: { sequence, previous, root, count },
      proofOf: (index: number) => tree.proof(rows.findIndex((row) => row.index === index)),
    }
  }
}

/** Its index is given out when it is written. */
function rowOf(access: Access): StoredReceipt {
  const { request, requestHash, signature, decision, records, at, forwardedBy = null } = access
  const { reader, patient, purpose } = request
  return {
    index: 0,
    reader,
    patient,
    records: [...records],
    purpose,
    decision: decisionNumber(decision),
    at,
    requestHash,
    salt: bytesToHex(randomBytes(32)),
    request,
    signature,
    forwardedBy,
    anchor: null,
  }
}

/** A patient is told of every access and every refusal but her own. Nobody is told of what was asked about an account that is no patient. */
function noticesOf(row: StoredReceipt, organisation: Address) {
  const { patient, reader, purpose, records } = row
  const decision = nameOfDecision(row.decision)
  if (reader === patient || decision === 'PatientUnknown') return []
  const kind =
    decision === 'Permitted'
      ? 'access-permitted'
      : decision === 'PermittedInEmergency'
        ? 'access-in-emergency'
        : 'access-refused'
  const about = { patient, reader, organisation, purpose, decision: row.decision, records: records.length }
  return [{ account: bytesInJson(patient), kind, about }]
}
