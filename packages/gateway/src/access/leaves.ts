import { and, asc, eq, inArray, isNull, ne, or, sql, type SQL } from 'drizzle-orm'
import type { Address, Hex } from 'viem'
import type { Follower } from '../follower/follower.ts'
import type { Database } from '../store/database.ts'
import { databaseFault } from '../store/faults.ts'
import { KeptRows } from '../store/keptRows.ts'
import * as t from '../store/schema.ts'
import { Together } from '../together.ts'

export type StoredLeaf = typeof t.leaves.$inferSelect

/** Where a record stands in the order of the chain: its batch's block and event, and its place in the batch. */
export type Place = readonly [block: number, logIndex: number, position: number]

export interface PlacedLeaf {
  leaf: StoredLeaf
  block: number
  logIndex: number
}

/** Ids that one statement names at most, beside a single caller's. */
const idsPerLookMax = 1_000
/** Some 1.5 KB each. */
const leavesKeptMax = 20_000

/**
 * Records of patients as the chain has them, without those that are to be deleted everywhere (R10). Those that are named are read in
 * one statement for all who ask at the same time, which begins after they asked, and kept for the block: what a request was answered
 * with is what its files are then asked for by.
 */
export class Leaves {
  readonly #db: Database
  readonly #looks: Together<readonly Hex[], [Hex, PlacedLeaf][]>
  /** By record, of which there is one of each id (R7). They change with a block alone; new ones come with their manifests. */
  readonly #kept = new KeptRows<PlacedLeaf>({ max: leavesKeptMax })
  readonly #follower: Pick<Follower, 'cursor'>
  /** Records by their files, of lists that were looked through once: of what bytes a record is never changes but with a reorganisation. */
  readonly #byFile = new WeakMap<readonly Hex[], ReadonlyMap<Hex, readonly Hex[]>>()

  constructor({ db, follower }: { db: Database; follower: Pick<Follower, 'cursor'> }) {
    this.#db = db
    this.#follower = follower
    this.#looks = new Together({
      run: (wanted) => this.#read(wanted),
      size: (records) => records.length,
      sizeMax: idsPerLookMax,
      isOfAll: (error) => databaseFault(error) !== undefined,
    })
  }

  /** A patient's records of these ids, in the order of the chain. */
  async named(patient: Address, records: readonly Hex[]): Promise<PlacedLeaf[]> {
    const { blockHash } = this.#follower.cursor
    const found = await this.#kept.read(blockHash, records, (missing) => this.#looks.add(missing))
    return [...found.values()].filter(({ leaf }) => leaf.patient === patient).sort(byPlace)
  }

  /**
   * Those of these records that are of these files.
   *
   * @param records - the same list for each file that is asked for by it, so that only the first has it looked through.
   */
  async ofFiles(patient: Address, contents: readonly Hex[], records: readonly Hex[]): Promise<PlacedLeaf[]> {
    const byFile = this.#byFile.get(records)
    const likely = byFile ? contents.flatMap((content) => byFile.get(content) ?? []) : records
    const placed = await this.named(patient, likely)
    if (!byFile && placed.length === records.length) this.#byFile.set(records, filesOf(placed))
    const wanted = new Set(contents)
    return placed.filter(({ leaf }) => wanted.has(leaf.content))
  }

  /** A patient's records in the order of the chain: the first `limit` behind a place. */
  after(patient: Address, place: Place | undefined, limit: number): Promise<PlacedLeaf[]> {
    const { block, logIndex } = t.batches
    const isBehind =
      place && sql`(${block}, ${logIndex}, ${t.leaves.position}) > (${sql.join([...place], sql`, `)})`
    return this.#select(and(eq(t.leaves.patient, patient), isBehind)).limit(limit)
  }

  async #read(wanted: readonly (readonly Hex[])[]): Promise<[Hex, PlacedLeaf][][]> {
    const records = [...new Set(wanted.flat())]
    if (records.length === 0) return wanted.map(() => [])
    const found = await this.#select(inArray(t.leaves.record, records))
    const byRecord = new Map(found.map((placed) => [placed.leaf.record, placed]))
    return wanted.map((ids) =>
      ids.flatMap((id) => {
        const placed = byRecord.get(id)
        return placed ? [[id, placed] as [Hex, PlacedLeaf]] : []
      }),
    )
  }

  #select(condition: SQL | undefined) {
    const { block, logIndex } = t.batches
    return this.#db
      .select({ leaf: t.leaves, block, logIndex })
      .from(t.leaves)
      .innerJoin(t.batches, eq(t.batches.batch, t.leaves.batch))
      .leftJoin(t.marks, and(eq(t.marks.batch, t.leaves.batch), eq(t.marks.leafHash, t.leaves.leafHash)))
      .where(and(condition, or(isNull(t.marks.status), ne(t.marks.status, 'erased'))))
      .orderBy(asc(block), asc(logIndex), asc(t.leaves.position))
  }
}

function filesOf(placed: readonly PlacedLeaf[]): Map<Hex, Hex[]> {
  const groups = Map.groupBy(placed, ({ leaf }) => leaf.content)
  return new Map([...groups].map(([content, own]) => [content, own.map(({ leaf }) => leaf.record)]))
}

const byPlace = (one: PlacedLeaf, other: PlacedLeaf): number =>
  one.block - other.block || one.logIndex - other.logIndex || one.leaf.position - other.leaf.position
