import { isHreError, type Purpose } from '@hre/protocol'
import { grantRecord, revokeRecord, type Actor } from '@hre/sdk'
import type { Address, Hex } from 'viem'
import { accessToOne } from '../access.ts'
import type { Context } from '../context.ts'
import { CliError } from '../errors.ts'
import { formatMoment } from '../options/amounts.ts'
import { isFullId, shortHash, shortId } from '../options/short-id.ts'
import { wordsOfPurpose } from '../options/words.ts'
import { nameOfAccount, type KnownExchange } from '../running.ts'

/** `hre grant READER --record RECORD`: one record, and no other of the same part. */
export async function grantOneRecord(
  { output }: Context,
  exchange: KnownExchange,
  actor: Actor,
  wish: { reader: Address; record: string; purpose: Purpose; ceiling: number; until: number },
): Promise<void> {
  const { reader, purpose, ceiling, until } = wish
  const record = await ownRecordId(actor, wish.record)
  const applied = await grantRecord(actor, { reader, record, purposes: [purpose], until, ceiling })
  output.value({ reader, record, purpose, ceiling, until, ...applied })
  output.line(
    `${nameOfAccount(exchange, reader)} may open record ${shortId(record)} for ${wordsOfPurpose(purpose)}, until ${formatMoment(until)}.`,
  )
  output.line(output.style('dim', `transaction ${shortHash(applied.transaction)} · block ${applied.block}`))
}

/** `hre revoke READER --record RECORD`. */
export async function revokeOneRecord(
  { output }: Context,
  exchange: KnownExchange,
  actor: Actor,
  wish: { reader: Address; record: string },
): Promise<void> {
  const { reader } = wish
  const record = await ownRecordId(actor, wish.record)
  const applied = await revokeRecord(actor, { reader, record }).catch((cause: unknown) => {
    if (!isHreError(cause, 'not-found')) throw cause
    throw new CliError('part-not-granted', { title: 'That reader has no grant for that record', cause })
  })
  output.value({ reader, record, ...applied })
  output.line(`${nameOfAccount(exchange, reader)} may no longer open record ${shortId(record)}.`)
  output.line(output.style('dim', `transaction ${shortHash(applied.transaction)} · block ${applied.block}`))
}

/** A whole id as it is; a shortened one is looked up in the actor's own chart. */
async function ownRecordId(actor: Actor, id: string): Promise<Hex> {
  if (isFullId(id)) return id.toLowerCase() as Hex
  const item = await accessToOne(actor, { patient: actor.account, purpose: 'PATRQT', wanted: id })
  if (!item) throw new CliError('record-unknown')
  return item.leaf.record
}
