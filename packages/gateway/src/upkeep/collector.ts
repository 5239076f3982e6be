import { sql } from 'drizzle-orm'
import type { FastifyBaseLogger } from 'fastify'
import type { Address, Hex } from 'viem'
import type { BlobStore } from '../blobs/blobStore.ts'
import { rowsOf, type Database } from '../store/database.ts'
import * as t from '../store/schema.ts'

/** Deletes sealed files that were uploaded and never named by a batch, after a documented time. */
export class UploadCollector {
  readonly #db: Database
  readonly #organisation: Address
  readonly #blobs: BlobStore
  readonly #hours: number
  readonly #log: FastifyBaseLogger

  constructor(options: {
    db: Database
    organisation: Address
    blobs: BlobStore
    hours: number
    log: FastifyBaseLogger
  }) {
    this.#db = options.db
    this.#organisation = options.organisation
    this.#blobs = options.blobs
    this.#hours = options.hours
    this.#log = options.log
  }

  /** @returns how many files were deleted. */
  async run(now = Math.floor(Date.now() / 1000)): Promise<number> {
    const olderThan = now - this.#hours * 3600
    await this.#blobs.sweep(olderThan)
    let collected = 0
    for await (const { contentId, storedAt } of this.#blobs.list())
      if (
        storedAt < olderThan &&
        (await this.#isUnnamed(contentId)) &&
        (await this.#blobs.collect(contentId, olderThan))
      )
        collected++
    if (collected > 0) this.#log.info({ collected }, 'sealed files that no batch names were deleted')
    return collected
  }

  /**
   * In one statement, so that it sees one state: after a rebuild there are no leaves until the batches are indexed, and an operation
   * under way may be about to name the file. Then nothing is deleted. A patient may name this gateway as the keeper of what was never
   * handed in: only a manifest that is here counts.
   */
  async #isUnnamed(content: Hex): Promise<boolean> {
    const wanted = t.leaves.content.mapToDriverValue(content)
    const organisation = t.batches.organisation.mapToDriverValue(this.#organisation)
    const answer = await this.#db.execute(sql`
      select not exists (select 1 from leaves where content = ${wanted})
         and not exists (select 1 from guest_copies where content = ${wanted})
         and not exists (select 1 from batches where organisation = ${organisation} and state = 'waiting')
         and not exists (
           select 1 from batches inner join manifests on content_id = manifest
           where keeper = ${organisation} and state = 'waiting')
         and not exists (select 1 from operations where state in ('queued', 'submitted')) as unnamed`)
    return rowsOf<{ unnamed: boolean }>(answer)[0]!.unnamed
  }
}
