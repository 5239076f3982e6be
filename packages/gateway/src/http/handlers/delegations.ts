import { and, asc, eq, gt } from 'drizzle-orm'
import { hreError, limits, type delegationRoutes } from '@hre/protocol'
import { bytesToHex, hexToBytes, type Address } from 'viem'
import { rulingTime } from '../../access/moments.ts'
import { assertMayDecideFor } from '../../access/delegates.ts'
import type { Database } from '../../store/database.ts'
import * as t from '../../store/schema.ts'
import type { Handlers } from '../handler.ts'
import { cursorAfter, pageOf, placeIn } from '../paging.ts'

export const delegationHandlers: Handlers<keyof typeof delegationRoutes> = {
  async listDelegations(gateway, { account, query }) {
    await gateway.follower.sync()
    const [after = 0] = placeIn('delegations', query.cursor, 'number') ?? []
    const isWanted =
      query.side === 'given'
        ? eq(t.delegations.patient, account)
        : and(eq(t.delegations.delegate, account), gt(t.delegations.until, rulingTime(gateway)))
    const found = await gateway.db
      .select()
      .from(t.delegations)
      .where(and(isWanted, gt(t.delegations.id, Number(after))))
      .orderBy(asc(t.delegations.id))
      .limit(query.limit + 1)
    const { rows, next } = pageOf(found, query.limit, ({ id }) => cursorAfter('delegations', id))
    return { delegations: rows.map(({ id: _id, ...delegation }) => delegation), next }
  },

  async putDelegateMap({ db, follower }, { account, params, body }) {
    await follower.sync()
    const { delegate } = params
    if (body.map === null) {
      await db.delete(t.delegateMaps).where(mapIs(account, delegate))
      return {}
    }
    const bytes = Buffer.from(body.map, 'base64')
    if (bytes.length > limits.delegateMapBytesMax)
      throw hreError('payload-too-large', { bytesMax: limits.delegateMapBytesMax })
    // For those whom the chain names alone: a gateway is not a stranger's storage.
    if (!(await isNamed(db, account, delegate))) throw hreError('not-found')
    const map = bytesToHex(bytes)
    await db
      .insert(t.delegateMaps)
      .values({ patient: account, delegate, map })
      .onConflictDoUpdate({ target: [t.delegateMaps.patient, t.delegateMaps.delegate], set: { map } })
    return {}
  },

  async getDelegateMap(gateway, { account, params }) {
    await gateway.follower.sync()
    await assertMayDecideFor(gateway, account, params.patient)
    const [row] = await gateway.db.select().from(t.delegateMaps).where(mapIs(params.patient, account))
    if (!row) throw hreError('not-found')
    return { map: Buffer.from(hexToBytes(row.map)).toString('base64') }
  },
}

const mapIs = (patient: Address, delegate: Address) =>
  and(eq(t.delegateMaps.patient, patient), eq(t.delegateMaps.delegate, delegate))

async function isNamed(db: Database, patient: Address, delegate: Address): Promise<boolean> {
  const rows = await db
    .select({ id: t.delegations.id })
    .from(t.delegations)
    .where(and(eq(t.delegations.patient, patient), eq(t.delegations.delegate, delegate)))
  return rows.length > 0
}
