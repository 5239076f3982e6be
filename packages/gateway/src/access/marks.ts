import { asc, inArray } from 'drizzle-orm'
import type { ProvenLeaf } from '@hre/protocol'
import type { Hex } from 'viem'
import type { Database } from '../store/database.ts'
import * as t from '../store/schema.ts'
import type { Sources } from './decide.ts'
import type { StoredLeaf } from './leaves.ts'

/** What a reader sees of a record beside the record (R13). */
type Marks = Pick<ProvenLeaf, 'status' | 'successor' | 'signing'>

/** What became of records since they were committed, as the chain says. Erased ones are not to be asked about. */
export async function marksOf(
  { db, blockCache }: Pick<Sources, 'db' | 'blockCache'>,
  leaves: readonly StoredLeaf[],
): Promise<(leaf: StoredLeaf) => Marks> {
  const ids = [...new Set(leaves.map(({ batch }) => batch))].sort()
  if (ids.length === 0) return () => ({ status: 'live', successor: null, signing: null })
  return blockCache.read(`marks ${ids.join(' ')}`, () => marksIn(db, ids))
}

async function marksIn(db: Database, ids: Hex[]): Promise<(leaf: StoredLeaf) => Marks> {
  const [batches, parties, marks] = await Promise.all([
    db.select().from(t.batches).where(inArray(t.batches.batch, ids)),
    db.select().from(t.parties).where(inArray(t.parties.batch, ids)).orderBy(asc(t.parties.account)),
    db.select().from(t.marks).where(inArray(t.marks.batch, ids)),
  ])
  const batchOf = new Map(batches.map((row) => [row.batch, row]))
  const partiesOf = Map.groupBy(parties, ({ batch }) => batch)
  const markOf = new Map(marks.map((row) => [keyOf(row), row]))
  const signingOf = (batch: Hex): Marks['signing'] => {
    const rows = partiesOf.get(batch)
    if (!rows) return null
    const signed = rows.map(({ account, signedAt }) => ({ account, signedAt }))
    return { parties: signed, completedAt: batchOf.get(batch)?.signedAt ?? null }
  }
  return (leaf) => {
    const mark = markOf.get(keyOf(leaf))
    const withdrawn = mark?.status === 'withdrawn' || (!mark && batchOf.get(leaf.batch)?.withdrawn)
    const { successorBatch: batch = null, successorHash: leafHash = null } = mark ?? {}
    return {
      status: mark?.status === 'superseded' ? 'superseded' : withdrawn ? 'withdrawn' : 'live',
      successor: batch && leafHash && { batch, leafHash },
      signing: signingOf(leaf.batch),
    }
  }
}

const keyOf = ({ batch, leafHash }: { batch: Hex; leafHash: Hex }): string => `${batch}|${leafHash}`
