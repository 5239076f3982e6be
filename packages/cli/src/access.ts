import { limits, type ProvenLeaf, type Purpose } from '@hre/protocol'
import { requestAccess, type Actor, type OpenAccess } from '@hre/sdk'
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
 * @returns one access for every 256 records (A1).
 */
export async function accessTo(
  actor: Actor,
  wish: { patient: Address; purpose: Purpose; wanted: readonly string[] },
): Promise<OpenAccess[]> {
  const { patient, purpose, wanted } = wish
  let ids = wanted as readonly Hex[]
  if (!wanted.every(isFullId) || wanted.length === 0) {
    const list = await requestAccess(actor, { patient, purpose })
    if (wanted.length === 0 && list.records.length <= limits.recordsPerAccessMax) return [list]
    const known = list.records.map(({ leaf }) => leaf.record)
    ids = wanted.length === 0 ? known : wanted.map((id) => findByShortId(id, known))
  }
  const accesses: OpenAccess[] = []
  for (let start = 0; start < ids.length; start += limits.recordsPerAccessMax) {
    const records = ids.slice(start, start + limits.recordsPerAccessMax)
    accesses.push(await requestAccess(actor, { patient, purpose, records }))
  }
  return accesses
}

export const recordsOf = (accesses: readonly OpenAccess[]): ProvenLeaf[] =>
  accesses.flatMap(({ records }) => records)
