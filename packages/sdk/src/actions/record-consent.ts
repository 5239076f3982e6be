import {
  grantRecordCall,
  hreError,
  purposeBits,
  revokeRecordCall,
  type Leaf,
  type Purpose,
  type RecordGrantView,
} from '@hre/protocol'
import { contentIdOf, recordKeyOf, wrapRecordKey } from '@hre/vault'
import { hexToBytes, type Address, type Hex } from 'viem'
import type { Actor } from '../actor.ts'
import { allRows } from '../all-rows.ts'
import { EpochKeys } from '../epoch-keys.ts'
import { submit, type Applied } from '../submit.ts'
import { recipientOfAccount } from './account.ts'
import { recordWrapContext } from './granted-record.ts'
import { requestAccess } from './open-records.ts'

/** Grants of single records that the actor gave as a patient, or received as a reader; revoked ones too. */
export async function listRecordGrants(
  { session }: Actor,
  side: 'given' | 'received' = 'given',
): Promise<RecordGrantView[]> {
  return allRows(
    (cursor) => session.call('listRecordGrants', { query: { side, cursor } }),
    ({ grants }) => grants,
  )
}

/**
 * Lets a reader open one record of the actor's chart, and no other of the same compartment (C12). Reads the sealed file
 * once, which is in the actor's own log, to take the key of this file alone from it (E15).
 *
 * @param options.from - Unix seconds; default now. `until` - exclusive.
 * @param options.ceiling - 1 to 5, default 5: a record more sensitive than it stays closed.
 * @throws HreError `not-found` when the chart has no such record, `content-mismatch`; VaultError.
 */
export async function grantRecord(
  actor: Actor,
  options: {
    reader: Address
    record: Hex
    purposes: readonly Purpose[]
    until: number
    from?: number
    ceiling?: number
  },
): Promise<Applied> {
  const { reader, record, purposes } = options
  const { leaf, sealed } = await ownRecord(actor, record)
  const seed = await new EpochKeys(actor).of(leaf)
  const wrap = await wrapRecordKey({
    recordKey: await recordKeyOf({ sealed, seed }),
    readerRecipient: hexToBytes(await recipientOfAccount(actor, reader)),
    context: recordWrapContext(actor, leaf, reader, purposeBits(purposes)),
  })
  const call = grantRecordCall(actor.deployment, record, {
    reader,
    compartment: leaf.compartment,
    rights: ['read'],
    purposes,
    ceiling: options.ceiling ?? 5,
    from: options.from ?? Math.floor(Date.now() / 1000),
    until: options.until,
    wrapHash: contentIdOf(wrap),
  })
  const [applied] = await submit(actor, [call], { attachments: [wrap] })
  return applied!
}

/**
 * Takes the grant of one record back: the reader is refused at once. No key changes, because the file is what it was; a
 * reader who kept its bytes and its key keeps them.
 *
 * @throws HreError `not-found` when there is no such grant.
 */
export async function revokeRecord(
  actor: Actor,
  options: { reader: Address; record: Hex },
): Promise<Applied> {
  const { reader, record } = options
  const grants = await listRecordGrants(actor)
  const found = grants.find((grant) => grant.reader === reader && grant.record === record && !grant.revoked)
  if (!found) throw hreError('not-found', { record })
  const [applied] = await submit(actor, [
    revokeRecordCall(actor.deployment, reader, found.compartment, record),
  ])
  return applied!
}

async function ownRecord(actor: Actor, record: Hex): Promise<{ leaf: Leaf; sealed: Uint8Array }> {
  const access = await requestAccess(actor, {
    patient: actor.account,
    purpose: 'PATRQT',
    records: [record],
  })
  const { leaf } = access.records[0]!
  const sealed = await actor.session.call('getBlob', {
    params: { contentId: leaf.content },
    query: { receipt: access.receipt.index },
  })
  // A wrap names the content id: a gateway must not choose which file's key it holds.
  if (contentIdOf(sealed) !== leaf.content) throw hreError('content-mismatch', { contentId: leaf.content })
  return { leaf, sealed }
}
