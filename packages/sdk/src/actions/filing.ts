import { grantCall, purposesOfBits, rights, type Call, type Deployment, type GrantView } from '@hre/protocol'
import type { Address } from 'viem'
import type { Actor } from '../actor.ts'
import { submit, type Applied } from '../submit.ts'
import { isFilingLapsed, isGrantOver, listGrants } from './consent-lists.ts'

/** Grants by which somebody may file into the actor's chart now. */
export const filingOf = async (actor: Actor, reader: Address): Promise<GrantView[]> =>
  (await listGrants(actor)).filter(
    (grant) => grant.reader === reader && !isGrantOver(grant) && (grant.rights & rights.write) !== 0,
  )

/**
 * The right to file that an organisation had before it was let to read as well (C2: one grant says both, until the end of the reading),
 * as it was then. Undefined where that is over, too.
 */
export function filingAsBefore(
  deployment: Deployment,
  grants: readonly GrantView[],
  { reader, compartment }: Pick<GrantView, 'reader' | 'compartment'>,
): Call | undefined {
  const before = grants.findLast(
    (grant) => grant.reader === reader && grant.compartment === compartment && grant.rights === rights.write,
  )
  if (!before || before.until <= Date.now() / 1000) return undefined
  return grantCall(deployment, {
    reader,
    compartment,
    rights: ['write'],
    purposes: purposesOfBits(before.purposes),
    ceiling: before.ceiling,
    from: before.from,
    until: before.until,
    wrapHash: before.wrapHash,
  })
}

/** Lets organisations go on filing whose time of reading is over. What the actor revoked stays revoked. */
export async function resumeFiling(actor: Actor): Promise<Applied[]> {
  const grants = await listGrants(actor)
  const calls = grants
    .filter(isFilingLapsed)
    .flatMap((grant) => filingAsBefore(actor.deployment, grants, grant) ?? [])
  return calls.length > 0 ? submit(actor, calls) : []
}
