import { and, eq, isNull, ne, or } from 'drizzle-orm'
import type { Hex } from 'viem'
import type { Database } from '../store/database.ts'
import * as t from '../store/schema.ts'
import type { BlobStore } from './blobStore.ts'
import type { RecentFiles } from './recentFiles.ts'

/** Deletes the sealed files of records that are marked erased on chain (R10), at every gateway that has them. */
export class Eraser {
  readonly #db: Database
  readonly #blobs: BlobStore
  readonly #recentFiles: RecentFiles
  /** Looked at since the start. */
  readonly #done = new Set<Hex>()

  constructor(options: { db: Database; blobs: BlobStore; recentFiles: RecentFiles }) {
    this.#db = options.db
    this.#blobs = options.blobs
    this.#recentFiles = options.recentFiles
  }

  async run(): Promise<void> {
    const erased = await this.#db
      .select({ content: t.leaves.content })
      .from(t.marks)
      .innerJoin(t.leaves, and(eq(t.leaves.batch, t.marks.batch), eq(t.leaves.leafHash, t.marks.leafHash)))
      .where(eq(t.marks.status, 'erased'))
    for (const { content } of erased) {
      if (this.#done.has(content) || (await this.#isNeeded(content))) continue
      await this.#blobs.delete(content)
      this.#recentFiles.forget(content)
      this.#done.add(content)
    }
  }

  /** Another record of the same file, which nobody erased: a mark belongs to one record (R10). */
  async #isNeeded(content: Hex): Promise<boolean> {
    const rows = await this.#db
      .select({ record: t.leaves.record })
      .from(t.leaves)
      .leftJoin(t.marks, and(eq(t.leaves.batch, t.marks.batch), eq(t.leaves.leafHash, t.marks.leafHash)))
      .where(and(eq(t.leaves.content, content), or(isNull(t.marks.status), ne(t.marks.status, 'erased'))))
      .limit(1)
    return rows.length > 0
  }
}
