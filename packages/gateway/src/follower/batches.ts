import { and, asc, eq, gt, inArray, isNull, lte, ne, or } from 'drizzle-orm'
import { hashLeaf, manifestSchema, permitsWriting, treeOf, type Leaf, type Manifest } from '@hre/protocol'
import type { FastifyBaseLogger } from 'fastify'
import type { Address, Hex } from 'viem'
import { termsOf } from '../access/facts.ts'
import type { Clock } from '../clock.ts'
import { sourceOf } from '../notifications/chainNotices.ts'
import type { Notice, Outbox } from '../notifications/outbox.ts'
import type { Database } from '../store/database.ts'
import { directoryOf } from '../store/directory.ts'
import * as t from '../store/schema.ts'
import { inboxOf, inboxRoom, inboxWindowSeconds } from './inbox.ts'

type Batch = typeof t.batches.$inferSelect

/** Where a manifest's bytes come from: this gateway's own shelf or the keeper's. Checked by content id. */
export type ManifestSource = (contentId: Hex, keeper: Address) => Promise<string | undefined>

/** Before a keeper is asked again for a patient's manifest that it did not have (R16), and at most. */
const askAgainSeconds = { first: 30, last: 60 * 60 }

/** Rows a statement names or inserts at most: PostgreSQL takes 65,535 parameters. */
const rowsPerStatement = 1000

/**
 * Turns committed batches into leaves that can be asked for (R5). A batch whose manifest cannot be had yet waits; one
 * that does not match the chain is marked invalid and serves nothing.
 */
export class BatchIndexer {
  readonly #db: Database
  readonly #manifestOf: ManifestSource
  readonly #outbox: Outbox
  readonly #clock: Clock
  readonly #log: FastifyBaseLogger
  readonly #askedInVain = new Map<Hex, { times: number; nextAt: number }>()

  constructor(options: {
    db: Database
    manifestOf: ManifestSource
    outbox: Outbox
    clock: Clock
    log: FastifyBaseLogger
  }) {
    this.#db = options.db
    this.#manifestOf = options.manifestOf
    this.#outbox = options.outbox
    this.#clock = options.clock
    this.#log = options.log
  }

  /** Indexes what waits, oldest first. */
  async run(): Promise<void> {
    const waiting = await this.#db
      .select()
      .from(t.batches)
      .where(eq(t.batches.state, 'waiting'))
      .orderBy(asc(t.batches.block), asc(t.batches.logIndex))
    const unread: Batch[] = []
    for (const batch of waiting) {
      const json = isOwn(batch)
        ? await this.#ownManifest(batch)
        : await this.#manifestOf(batch.manifest, batch.organisation)
      if (json === undefined || !(await this.#index(batch, json, unread))) unread.push(batch)
    }
  }

  /**
   * Any patient may name any organisation as the keeper of what they never handed in. So that such batches cost next to nothing,
   * they are asked for less and less often.
   */
  async #ownManifest({ batch, manifest, keeper }: Batch): Promise<string | undefined> {
    const now = this.#clock()
    const earlier = this.#askedInVain.get(batch)
    if (earlier && now < earlier.nextAt) return undefined
    const json = await this.#manifestOf(manifest, keeper)
    if (json === undefined) {
      const times = earlier?.times ?? 0
      const pause = Math.min(askAgainSeconds.first * 2 ** times, askAgainSeconds.last)
      this.#askedInVain.set(batch, { times: times + 1, nextAt: now + pause })
    } else this.#askedInVain.delete(batch)
    return json
  }

  /** @param unread - earlier batches that wait still. @returns whether the batch is settled. */
  async #index(batch: Batch, json: string, unread: readonly Batch[]): Promise<boolean> {
    const leaves = leavesOf(batch, json)
    if (!leaves)
      this.#log.warn({ batch: batch.batch }, 'a batch does not match its manifest; it serves nothing')
    const permitted = leaves ? await this.#permitted(batch, leaves, unread) : []
    if (!permitted) return false
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
      for (let start = 0; start < permitted.length; start += rowsPerStatement) {
        await tx
          .insert(t.leaves)
          .values(permitted.slice(start, start + rowsPerStatement))
          .onConflictDoNothing({ target: t.leaves.record }) // R7
      }
      await this.#outbox.tell(tx, noticesOf(batch, permitted))
    })
    return true
  }

  /** Undefined while what the organisation filed before is not known: every gateway has to count the same (C17). */
  async #permitted(
    batch: Batch,
    leaves: HashedLeaf[],
    unread: readonly Batch[],
  ): Promise<(typeof t.leaves.$inferInsert)[] | undefined> {
    const may = filingRights(this.#db, batch, { at: batch.committedAt, ...batch })
    const rows: (typeof t.leaves.$inferInsert)[] = []
    const { organisation, keeper } = batch
    const others = new Set(
      isOwn(batch) ? await filedByOthers(this.#db, batch.organisation, contentsOf(leaves)) : [],
    )
    for (const [position, { leaf, leafHash }] of leaves.entries()) {
      if (others.has(leaf.content)) continue
      const right = await may(leaf)
      if (right === 'inbox' && unread.some((earlier) => mayShareDay(earlier, batch))) return undefined
      if (right !== 'none' && right !== 'inbox full')
        rows.push({ ...leaf, leafHash, batch: batch.batch, position, organisation, keeper })
    }
    return rows
  }
}

/** Whose charts the batch adds to, but for what they wrote themselves. */
function noticesOf(batch: Batch, leaves: readonly (typeof t.leaves.$inferInsert)[]): Notice[] {
  const { organisation, author, committedAt: at } = batch
  return [...Map.groupBy(leaves, ({ patient }) => patient)]
    .filter(([patient]) => patient !== author)
    .map(([patient, own]) => ({
      account: patient,
      kind: 'record-added',
      about: { patient, batch: batch.batch, organisation, author, records: own.length },
      at,
      source: sourceOf(batch.batch, 'record-added'),
    }))
}

/** A patient's own, kept by an organisation (R14): no organisation keeps for itself by another's hand. */
const isOwn = ({ organisation, keeper }: Pick<Batch, 'organisation' | 'keeper'>): boolean =>
  organisation !== keeper

const contentsOf = (leaves: readonly HashedLeaf[]): Hex[] => leaves.map(({ leaf }) => leaf.content)

/**
 * Which of these sealed files are in somebody else's chart already. Whoever could read a record knows its content id: in a chart of
 * their own it would outlast its erasure.
 */
export async function filedByOthers(
  db: Database,
  patient: Address,
  contents: readonly Hex[],
): Promise<Hex[]> {
  const found: Hex[] = []
  for (let start = 0; start < contents.length; start += rowsPerStatement) {
    const some = contents.slice(start, start + rowsPerStatement)
    const rows = await db
      .select({ content: t.leaves.content })
      .from(t.leaves)
      .where(and(inArray(t.leaves.content, some), ne(t.leaves.patient, patient)))
    found.push(...rows.map(({ content }) => content))
  }
  return found
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
    (!isOwn(batch) || leaves.every((leaf) => leaf.patient === batch.author)) && // R16
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

/** Might records of the earlier batch count against those of the later one? */
const mayShareDay = (earlier: Batch, later: Batch): boolean =>
  earlier.organisation === later.organisation && earlier.committedAt > later.committedAt - inboxWindowSeconds

/** Why a leaf may be filed, or why not. `inbox`: by anybody's right to the patient's inbox, within its limit. */
export type FilingRight = 'own chart' | 'grant' | 'inbox' | 'inbox full' | 'none'

/**
 * Judges the leaves of one batch, in tree order: those beyond an inbox's limit are refused (C17).
 *
 * @param place - of the batch on chain; of one to come, behind everything.
 */
export function filingRights(
  db: Database,
  batch: { organisation: Address; author: Address },
  place: { at: number; block: number; logIndex: number },
): (leaf: Leaf) => Promise<FilingRight> {
  const rights = new Map<string, FilingRight>()
  const rooms = new Map<Address, number>()
  return async (leaf) => {
    const key = `${leaf.patient}|${leaf.compartment}|${leaf.epoch}`
    if (!rights.has(key)) rights.set(key, await filingRight(db, batch, leaf, place.at))
    const right = rights.get(key)!
    if (right !== 'inbox') return right
    const { patient, compartment } = leaf
    const room =
      rooms.get(patient) ??
      (await inboxRoom(db, { organisation: batch.organisation, patient, compartment }, place))
    rooms.set(patient, room - 1)
    return room > 0 ? 'inbox' : 'inbox full'
  }
}

/**
 * Could this organisation write there at that time (C7, C17), under an epoch that had begun (R5)?
 *
 * @param at - Unix seconds.
 */
async function filingRight(
  db: Database,
  batch: { organisation: Address; author: Address },
  leaf: { patient: Address; compartment: Hex; epoch: number },
  at: number,
): Promise<Exclude<FilingRight, 'inbox full'>> {
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
  if (!epoch) return 'none'
  if (leaf.patient === batch.author) return 'own chart'
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
  const attributes = (await directoryOf(db, [batch.author])).attributesOf(batch.author)
  if (live.some((grant) => permitsWriting(termsOf(grant), at, attributes))) return 'grant'
  return leaf.compartment === (await inboxOf(db, leaf.patient, at)) ? 'inbox' : 'none'
}
