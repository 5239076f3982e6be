import { and, count, eq, gt, inArray, lte, min, ne, sql, sum } from 'drizzle-orm'
import { hreError } from '@hre/protocol'
import type { Address, Hex } from 'viem'
import type { Clock } from '../clock.ts'
import type { Database } from '../store/database.ts'
import * as t from '../store/schema.ts'

const daySeconds = 24 * 60 * 60
/** Any number that nothing else locks on this database. */
const uploadsLock = 7_277_311

export interface OwnUploadLimits {
  ownFileBytesMax: number
  ownBytesPerDayMax: number
  ownRecordsPerDayMax: number
  /** How long files that no batch names stay. */
  uploadHours: number
}

/** What patients upload for their own charts, counted before the first byte is taken (G40). */
export class OwnUploads {
  readonly #db: Database
  readonly #clock: Clock
  readonly #limits: OwnUploadLimits

  constructor({ db, clock, ...limits }: OwnUploadLimits & { db: Database; clock: Clock }) {
    this.#db = db
    this.#clock = clock
    this.#limits = limits
  }

  /**
   * Makes room for one file among those of the last 24 hours. The same file again takes the place of the first.
   *
   * @param announcedBytes - as the sender says, who can send no more; without it, as if it were of the largest size.
   * @returns bytes that may come.
   * @throws HreError `payload-too-large`, `own-limit-reached`.
   */
  async reserve(patient: Address, content: Hex, announcedBytes: number | undefined): Promise<number> {
    const { ownFileBytesMax, ownBytesPerDayMax, ownRecordsPerDayMax, uploadHours } = this.#limits
    const bytes = announcedBytes ?? ownFileBytesMax
    if (bytes > ownFileBytesMax) throw hreError('payload-too-large', { bytesMax: ownFileBytesMax })
    const at = this.#clock()
    await this.#db.transaction(async (tx) => {
      // Uploads that come together are counted one after the other.
      await tx.execute(sql`select pg_advisory_xact_lock(${uploadsLock})`)
      await tx
        .delete(t.ownUploads)
        .where(lte(t.ownUploads.at, at - Math.max(daySeconds, Math.ceil(uploadHours * 3600))))
      const [today] = await tx
        .select({
          files: count(),
          bytes: sum(t.ownUploads.bytes).mapWith(Number),
          first: min(t.ownUploads.at),
        })
        .from(t.ownUploads)
        .where(
          and(
            eq(t.ownUploads.patient, patient),
            ne(t.ownUploads.content, content),
            gt(t.ownUploads.at, at - daySeconds),
          ),
        )
      const isOver =
        (today?.bytes ?? 0) + bytes > ownBytesPerDayMax || (today?.files ?? 0) + 1 > ownRecordsPerDayMax
      if (isOver)
        throw hreError('own-limit-reached', {
          bytesPerDayMax: ownBytesPerDayMax,
          recordsPerDayMax: ownRecordsPerDayMax,
          retryAfterSeconds: (today?.first ?? at) + daySeconds - at,
        })
      const fresh = { bytes, at }
      await tx
        .insert(t.ownUploads)
        .values({ patient, content, ...fresh })
        .onConflictDoUpdate({ target: [t.ownUploads.patient, t.ownUploads.content], set: fresh })
    })
    return bytes
  }

  /** What came is smaller than what room was made for; zero: nothing came. */
  async settle(patient: Address, content: Hex, bytes: number): Promise<void> {
    const row = and(eq(t.ownUploads.patient, patient), eq(t.ownUploads.content, content))
    if (bytes > 0) await this.#db.update(t.ownUploads).set({ bytes }).where(row)
    else await this.#db.delete(t.ownUploads).where(row)
  }

  /** Those of the files that the patient did not upload lately. */
  async missing(patient: Address, contents: readonly Hex[]): Promise<Hex[]> {
    const rows = await this.#db
      .select({ content: t.ownUploads.content })
      .from(t.ownUploads)
      .where(and(eq(t.ownUploads.patient, patient), inArray(t.ownUploads.content, [...contents])))
    const known = new Set(rows.map(({ content }) => content))
    return contents.filter((content) => !known.has(content))
  }
}
