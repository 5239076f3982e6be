import { and, gt, isNull, lte } from 'drizzle-orm'
import type { Address, Hex } from 'viem'
import type { Clock } from '../clock.ts'
import type { Database } from '../store/database.ts'
import * as t from '../store/schema.ts'
import { sourceOf } from './chainNotices.ts'
import type { Notice, Outbox } from './outbox.ts'

const daySeconds = 24 * 60 * 60
const everySeconds = 60 * 60
/** How long before its end a licence is spoken of. */
const licenceDays = 14
/** A gateway that was away for longer says nothing of grants that ran out meanwhile: `hre grants` does. */
const ranOutDays = 7

/** What nobody does but time: licences and grants that end, and notifications that were kept for long enough. Once an hour. */
export class Calendar {
  readonly #db: Database
  readonly #outbox: Outbox
  readonly #clock: Clock
  #ranAt = -Infinity

  constructor(options: { db: Database; outbox: Outbox; clock: Clock }) {
    this.#db = options.db
    this.#outbox = options.outbox
    this.#clock = options.clock
  }

  /** @returns whether it was time. */
  async run(): Promise<boolean> {
    const now = this.#clock()
    if (Math.abs(now - this.#ranAt) < everySeconds) return false
    await this.#outbox.forget()
    const notices = [...(await this.#licences(now)), ...(await this.#grants(now))]
    await this.#db.transaction((tx) => this.#outbox.tell(tx, notices))
    this.#ranAt = now
    this.#outbox.wake()
    return true
  }

  /** The member, and the organisation that can prolong it. */
  async #licences(now: number): Promise<Notice[]> {
    const rows = await this.#db
      .select()
      .from(t.members)
      .where(
        and(gt(t.members.licensedUntil, now), lte(t.members.licensedUntil, now + licenceDays * daySeconds)),
      )
    return rows.flatMap(({ account, organisation, licensedUntil: until }) =>
      [account, organisation].map((to) => ({
        account: to,
        kind: 'licence-ending' as const,
        about: { account, organisation, until },
        at: now,
        source: sourceOf('licence-ending', account, until),
      })),
    )
  }

  /** The reader and the patient, who may want to prolong it. */
  async #grants(now: number): Promise<Notice[]> {
    const ranOut = (until: typeof t.grants.until | typeof t.recordGrants.until) =>
      and(lte(until, now), gt(until, now - ranOutDays * daySeconds))
    const grants = await this.#db
      .select()
      .from(t.grants)
      .where(and(isNull(t.grants.ended), ranOut(t.grants.until)))
    const recordGrants = await this.#db
      .select()
      .from(t.recordGrants)
      .where(and(isNull(t.recordGrants.ended), ranOut(t.recordGrants.until)))
    // Parts of a chart that end together are told together.
    const together = Map.groupBy(grants, ({ patient, reader, until }) => `${patient}|${reader}|${until}`)
    return [
      ...[...together.values()].flatMap((parts) =>
        endOf(
          parts[0]!,
          parts.map(({ compartment }) => compartment),
        ),
      ),
      ...recordGrants.flatMap((grant) => endOf(grant, [grant.compartment], grant.record)),
    ]
  }
}

function endOf(
  { patient, reader, until }: { patient: Address; reader: Address; until: number },
  compartments: Hex[],
  record?: Hex,
): Notice[] {
  const about = { patient, reader, until, ...(record && { record }), compartments }
  const source = sourceOf('grant-ended', patient, reader, until, record ?? '')
  return [patient, reader].map((account) => ({ account, kind: 'grant-ended', about, at: until, source }))
}
