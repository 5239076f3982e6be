import { limits, type ProvenLeaf, type Purpose } from '@hre/protocol'
import { listRecords, requestAccess, requestPages, type Actor, type OpenAccess } from '@hre/sdk'
import type { Address, Hex } from 'viem'
import { findByShortId, isFullId } from './options/short-id.ts'
import { parsePurpose } from './options/words.ts'

/** Why somebody looks, when they did not say: patients at their own request, everybody else to treat. */
export const purposeOf = (actor: Actor, patient: Address, said: string | undefined): Purpose =>
  said === undefined ? (actor.account === patient ? 'PATRQT' : 'TREAT') : parsePurpose(said)

/**
 * Asks for the records that are meant, so that the log names these and no more. Shortened ids need the list first,
 * which is an access of its own.
 *
 * @param wanted - record ids, whole or shortened; none for all that is open.
 * @returns one access for every page of a list (A9), or every 256 records that are named (A1); each is asked for when it is needed,
 * because its receipt releases files for five minutes.
 */
export async function* accessesTo(
  actor: Actor,
  wish: { patient: Address; purpose: Purpose; wanted: readonly string[] },
): AsyncGenerator<OpenAccess> {
  const { patient, purpose, wanted } = wish
  if (wanted.length === 0) return yield* requestPages(actor, { patient, purpose })
  let ids = wanted as readonly Hex[]
  if (!wanted.every(isFullId)) {
    const known = (await listRecords(actor, { patient, purpose })).map(({ leaf }) => leaf.record)
    ids = wanted.map((id) => findByShortId(id, known))
  }
  for (let start = 0; start < ids.length; start += limits.recordsPerAccessMax) {
    const records = ids.slice(start, start + limits.recordsPerAccessMax)
    yield requestAccess(actor, { patient, purpose, records })
  }
}

/** One record, by its id or the start of it. */
export async function accessToOne(
  actor: Actor,
  wish: { patient: Address; purpose: Purpose; wanted: string },
): Promise<ProvenLeaf | undefined> {
  for await (const { records } of accessesTo(actor, { ...wish, wanted: [wish.wanted] })) return records[0]
  return undefined
}
