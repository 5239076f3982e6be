import { revokeFilingCall } from '@hre/protocol'
import type { Address, Hex } from 'viem'
import type { Actor } from '../actor.ts'
import { submit, type Applied } from '../submit.ts'

/**
 * Ends an organisation's right to file into parts of the actor's chart; what it may read stays.
 *
 * @returns one entry for each compartment, in order.
 * @throws HreError `consent-not-granted`.
 */
export const revokeFiling = (
  actor: Actor,
  { organisation, compartments }: { organisation: Address; compartments: readonly Hex[] },
): Promise<Applied[]> =>
  submit(
    actor,
    compartments.map((compartment) => revokeFilingCall(actor.deployment, organisation, compartment)),
  )
