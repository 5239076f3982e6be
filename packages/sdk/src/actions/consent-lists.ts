/** Apart from what changes them: whoever only reads a chart loads none of that. */
import type { CompartmentView, GrantView } from '@hre/protocol'
import type { Address } from 'viem'
import type { Actor } from '../actor.ts'
import { allRows } from '../all-rows.ts'

/** Parts of a chart as a gateway knows them: ids, sensitivities, epochs. */
export async function listCompartments(
  { check, session }: Actor,
  patient: Address,
): Promise<CompartmentView[]> {
  const { compartments } = await session.call('listCompartments', { params: { patient } })
  await check?.assertCompartments(patient, compartments)
  return compartments
}

/**
 * Grants that the actor gave as a patient, or received as a reader; revoked and replaced ones too.
 *
 * @param patient - whose given ones, for somebody who decides for them (C13).
 * @throws HreError `not-found` where the actor may not decide for that patient, whether or not there is one.
 */
export async function listGrants(
  { session }: Actor,
  side: 'given' | 'received' = 'given',
  patient?: Address,
): Promise<GrantView[]> {
  return allRows(
    (cursor) => session.call('listGrants', { query: { side, patient, cursor } }),
    ({ grants }) => grants,
  )
}
