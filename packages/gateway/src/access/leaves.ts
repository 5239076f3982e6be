import { and, asc, eq, inArray, isNull, ne, or, sql, type SQL } from 'drizzle-orm'
import type { Address, Hex } from 'viem'
import type { Database } from '../store/database.ts'
import { databaseFault } from '../store/faults.ts'
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

/** Records, by their ids or by their sealed file's, of one patient. */
type Wanted = { patient: Address } & ({ records: readonly Hex[] } | { content: Hex })

/** Ids that one statement names at most, beside a single caller's. */
const idsPerLookMax = 1_000

/**
 * Records of patients as the chain has them, without those that are to be deleted everywhere (R10). Those that are named are read in
 * one statement for all who ask at the same time; it begins after they asked.
 */
export class Leaves {
  readonly #db: Database
  readonly #looks: Together<Wanted, PlacedLeaf[]>

  constructor(db: Database) {
    this.#db = db
    this.#looks = new Together({
      run: (wanted) => this.#read(wanted),
      size: (wanted) => ('records' in wanted ? wanted.records.length : 1),
      sizeMax: idsPerLookMax,
      isOfAll: (error) => databaseFault(error) !== undefined,
    })
  }

  /** A patient's records of these ids, in the order of the chain. */
  named(patient: Address, records: readonly Hex[]): Promise<PlacedLeaf[]> {
    return this.#looks.add({ patient, records })
  }

  /** A patient's records of a sealed file, in the order of the chain. */
  withContent(patient: Address, content: Hex): Promise<PlacedLeaf[]> {
    return this.#looks.add({ patient, content })
  }

  /** A patient's records in the order of the chain: the first `limit` behind a place. */
  after(patient: Address, place: Place | undefined, limit: number): Promise<PlacedLeaf[]> {
    const { block, logIndex } = t.batches
    const isBehind =
      place && sql`(${block}, ${logIndex}, ${t.leaves.position}) > (${sql.join([...place], sql`, `)})`
    return this.#select(and(eq(t.leaves.patient, patient), isBehind)).limit(limit)
  }

  async #read(wanted: readonly Wanted[]): Promise<PlacedLeaf[][]> {
    const patients = new Set(wanted.map(({ patient }) => patient))
    const records = new Set(wanted.flatMap((one) => ('records' in one ? one.records : [])))
    const contents = new Set(wanted.flatMap((one) => ('content' in one ? one.content : [])))
    const isWanted = or(
      records.size > 0 ? inArray(t.leaves.record, [...records]) : undefined,
      contents.size > 0 ? inArray(t.leaves.content, [...contents]) : undefined,
    )
    if (!isWanted) return wanted.map(() => [])
    const found = await this.#select(and(inArray(t.leaves.patient, [...patients]), isWanted))
    const byPatient = Map.groupBy(found, ({ leaf }) => leaf.patient)
    return wanted.map((one) => {
      const ofPatient = byPatient.get(one.patient) ?? []
      if ('content' in one) return ofPatient.filter(({ leaf }) => leaf.content === one.content)
      const named = new Set(one.records)
      return ofPatient.filter(({ leaf }) => named.has(leaf.record))
    })
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
