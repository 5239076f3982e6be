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
    // All who ask for a tree while it is built wait for that one: a page of records is mostly of one batch.
    fetchMethod: (batch) => this.#build(batch),
    // One that gave way to others while it was built is not kept, and is good all the same for who waits.
    ignoreFetchAbort: true,
  })

  constructor(db: Database) {
    this.#db = db
  }

  /** @throws HreError `not-found` for a batch whose manifest is not here. */
  async of(batch: Hex): Promise<HashTree> {
    return (await this.#kept.forceFetch(batch)).tree
  }

  async #build(batch: Hex): Promise<{ tree: HashTree; leaves: number }> {
    const [row] = await this.#db
      .select({ json: t.manifests.json })
      .from(t.batches)
      .innerJoin(t.manifests, eq(t.manifests.contentId, t.batches.manifest))
      .where(eq(t.batches.batch, batch))
    if (!row) throw hreError('not-found')
    const { leaves } = JSON.parse(row.json) as Manifest
    return { tree: treeOf(leaves.map(hashLeaf)), leaves: leaves.length }
  }
}
