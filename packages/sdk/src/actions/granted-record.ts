import { base64ToBytes, type Leaf } from '@hre/protocol'
import { unwrapRecordKey, type RecordWrapContext } from '@hre/vault'
import type { Address } from 'viem'
import type { Actor } from '../actor.ts'

/** The key of one file that was granted to the actor by itself. @throws HreError `not-found`; VaultError. */
export async function grantedRecordKey(actor: Actor, leaf: Leaf): Promise<Uint8Array> {
  const { patient, record } = leaf
  const { purposes, wrap } = await actor.session.call('getRecordWrap', { params: { patient, record } })
  return unwrapRecordKey({
    wrap: base64ToBytes(wrap),
    readerSeed: actor.keyring.recipientSeed,
    context: recordWrapContext(actor, leaf, actor.account, purposes),
  })
}

/** What the wrap of one record's key is bound to (E15). */
export function recordWrapContext(
  { deployment }: Actor,
  { patient, compartment, epoch, record, content }: Leaf,
  reader: Address,
  purposes: number,
): RecordWrapContext {
  const { chainId, consent } = deployment
  return { chainId, consent, patient, compartment, epoch, record, contentId: content, reader, purposes }
}
