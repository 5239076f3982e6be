import { and, asc, eq, gt, isNull, lte, or } from 'drizzle-orm'
import { hashLeaf, manifestSchema, permitsWriting, treeOf, type Leaf, type Manifest } from '@hre/protocol'
import type { FastifyBaseLogger } from 'fastify'
import type { Address, Hex } from 'viem'
import { termsOf } from '../access/decide.ts'
import type { Database } from '../store/database.ts'
import { attributesOf } from '../store/directory.ts'
import * as t from '../store/schema.ts'

type Batch = typeof t.batches.$inferSelect

/** Where a manifest's bytes come from: this gateway's own shelf or another's. Checked by content id. */
export type ManifestSource = (contentId: Hex, organisation: Address) => Promise<string | undefined>

/** Rows a statement inserts at most: PostgreSQL takes 65,535 parameters. */
const rowsPerInsert = 1000

/**
 * Turns committed batches into leaves that can be asked for (R5). A batch whose manifest cannot be had yet waits; one
 * that does not match the chain is marked invalid and serves nothing.
 */
export class BatchIndexer {
  readonly #db: Database
  readonly #manifestOf: ManifestSource
  readonly #log: FastifyBaseLogger

  constructor(options: { db: Database; manifestOf: ManifestSource; log: FastifyBaseLogger }) {
    this.#db = options.db
    this.#manifestOf = options.manifestOf
    this.#log = options.log
  }

  /** Indexes what waits, oldest first. */
  async run(): Promise<void> {
    const waiting = await this.#db
      .select()
      .from(t.batches)
      .where(eq(t.batches.state, 'waiting'))
      .orderBy(asc(t.batches.block), asc(t.batches.logIndex))
    for (const batch of waiting) {
      const json = await this.#manifestOf(batch.manifest, batch.organisation)
      if (json === undefined) continue
      await this.#index(batch, json)
    }
  }

  async #index(batch: Batch, json: string): Promise<void> {
    const leaves = leavesOf(batch, json)
    if (!leaves)
      this.#log.warn({ batch: batch.batch }, 'a batch does not match its manifest; it serves nothing')
    const permitted = leaves ? await this.#permitted(batch, leaves) : []
    if (leaves && permitted.length < leaves.length)
      this.#log.warn(
        { batch: batch.batch, refused: leaves.length - permitted.length },
        'leaves without a write grant',
      )
    await this.#db.transaction(async (tx) => {
      // Of replicas that index it together, the first one does.
      const [mine] = await tx
        .update(t.batches)
        .set({ state: leaves ? 'indexed' : 'invalid' })
        .where(and(eq(t.batches.batch, batch.batch), eq(t.batches.state, 'waiting')))
        .returning({ batch: t.batches.batch })
      if (!mine) return
      for (let start = 0; start < permitted.length; start += rowsPerInsert) {
        await tx
          .insert(t.leaves)
          .values(permitted.slice(start, start + rowsPerInsert))
          .onConflictDoNothing({ target: t.leaves.record }) // R7
      }
    })
  }

  async #permitted(batch: Batch, leaves: HashedLeaf[]): Promise<(typeof t.leaves.$inferInsert)[]> {
    const verdicts = new Map<string, Promise<boolean>>()
    const rows: (typeof t.leaves.$inferInsert)[] = []
    for (const [position, { leaf, leafHash }] of leaves.entries()) {
      const key = `${leaf.patient}|${leaf.compartment}|${leaf.epoch}`
      if (!verdicts.has(key)) verdicts.set(key, mayFile(this.#db, batch, leaf, batch.committedAt))
      if (await verdicts.get(key))
        rows.push({ ...leaf, leafHash, batch: batch.batch, position, organisation: batch.organisation })
    }
    return rows
  }
}

interface HashedLeaf {
  leaf: Leaf
  leafHash: Hex
}

/** The leaves of a batch, or undefined when anything differs from what the chain committed to. */
function leavesOf(batch: Batch, json: string): HashedLeaf[] | undefined {
  const parsed = manifestSchema.safeParse(parseJson(json))
  if (!parsed.success) return undefined
  const manifest: Manifest = parsed.data
  const { leaves } = manifest
  const hashes = leaves.map(hashLeaf)
  const fits =
    manifest.organisation === batch.organisation &&
    leaves.length === batch.count &&
    leaves.every((leaf) => leaf.author === batch.author) &&
    treeOf(hashes).root === batch.root
  return fits ? leaves.map((leaf, index) => ({ leaf, leafHash: hashes[index]! })) : undefined
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/**
 * Could this organisation write there at that time (C7), under an epoch that had begun (R5)?
 *
 * @param at - Unix seconds.
 */
export async function mayFile(
  db: Database,
  batch: { organisation: Address; author: Address },
  leaf: { patient: Address; compartment: Hex; epoch: number },
  at: number,
): Promise<boolean> {
  const [epoch] = await db
    .select()
    .from(t.epochs)
    .where(
      and(
        eq(t.epochs.patient, leaf.patient),
        eq(t.epochs.compartment, leaf.compartment),
        eq(t.epochs.epoch, leaf.epoch),
        lte(t.epochs.since, at),
      ),
    )
  if (!epoch) return false
  if (leaf.patient === batch.author) return true
  const live = await db
    .select()
    .from(t.grants)
    .where(
      and(
        eq(t.grants.patient, leaf.patient),
        eq(t.grants.reader, batch.organisation),
        eq(t.grants.compartment, leaf.compartment),
        lte(t.grants.since, at),
        or(isNull(t.grants.ended), gt(t.grants.ended, at)),
      ),
    )
  const attributes = await attributesOf(db, batch.author)
  return live.some((grant) => permitsWriting(termsOf(grant), at, attributes))
}
