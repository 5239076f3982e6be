import { eq } from 'drizzle-orm'
import { hashLeaf, hreError, treeOf, type HashTree, type Manifest } from '@hre/protocol'
import { LRUCache } from 'lru-cache'
import type { Hex } from 'viem'
import type { Database } from '../store/database.ts'
import * as t from '../store/schema.ts'

/** Leaves of all trees that are kept: about 40 MB. A batch has 100,000 at most. */
const leavesKeptMax = 200_000

/** Hash trees of batches, from which records are proven. A batch never changes, so the latest used are kept. */
export class BatchTrees {
  readonly #db: Database
  readonly #kept = new LRUCache<Hex, { tree: HashTree; leaves: number }>({
    maxSize: leavesKeptMax,
    sizeCalculation: ({ leaves }) => leaves,
  })

  constructor(db: Database) {
    this.#db = db
  }

  /** @throws HreError `not-found` for a batch whose manifest is not here. */
  async of(batch: Hex): Promise<HashTree> {
    const kept = this.#kept.get(batch)
    if (kept) return kept.tree
    const [row] = await this.#db
      .select({ json: t.manifests.json })
      .from(t.batches)
      .innerJoin(t.manifests, eq(t.manifests.contentId, t.batches.manifest))
      .where(eq(t.batches.batch, batch))
    if (!row) throw hreError('not-found')
    const { leaves } = JSON.parse(row.json) as Manifest
    const tree = treeOf(leaves.map(hashLeaf))
    this.#kept.set(batch, { tree, leaves: leaves.length })
    return tree
  }
}
