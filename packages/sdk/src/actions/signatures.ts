import {
  hashLeaf,
  rootOfProof,
  signBatchCall,
  withdrawBatchCall,
  type AwaitedBatch,
  type OrderStanding,
  type ProvenLeaf,
} from '@hre/protocol'
import type { Hex } from 'viem'
import type { Actor } from '../actor.ts'
import { submit, type Applied } from '../submit.ts'

/**
 * Batches of two parties that are not signed by both, the oldest first.
 *
 * @param side - `party`: they wait for the actor's signature, or as orders to the laboratory for a technician's answer. `author`: the actor committed them.
 */
export async function listAwaitedSignatures(
  { session }: Actor,
  side: 'party' | 'author',
): Promise<AwaitedBatch[]> {
  return (await session.call('listAwaitedSignatures', { query: { side } })).batches
}

/**
 * How an order to the actor's organisation stands, and who answered what of it (R19).
 *
 * @throws HreError `not-found` for what is none, and to whoever is no laboratory technician there.
 */
export const orderStanding = ({ session }: Actor, batch: Hex): Promise<OrderStanding> =>
  session.call('getOrder', { params: { batch } })

/** Signs a batch as one of the two parties that it names (R9). @throws HreError `records-not-awaited`. */
export async function signBatch(actor: Actor, batch: Hex): Promise<Applied> {
  const [applied] = await submit(actor, [signBatchCall(actor.deployment, batch)])
  return applied!
}

/**
 * Takes back the whole batch that a record is in (R11); afterwards nobody signs it (R9).
 *
 * @param record - of the actor's organisation.
 * @throws HreError `records-withdrawn`, `records-batch-unknown` for another organisation's.
 */
export async function withdrawBatch(
  actor: Actor,
  { leaf, proof }: Pick<ProvenLeaf, 'leaf' | 'proof'>,
): Promise<Applied> {
  const root = rootOfProof(hashLeaf(leaf), proof as Hex[])
  const [applied] = await submit(actor, [withdrawBatchCall(actor.deployment, root)])
  return applied!
}
