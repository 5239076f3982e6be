import { hashLeaf, type ProvenLeaf } from '@hre/protocol'
import { shortId } from './options/short-id.ts'
import { nameOfAccount, type KnownExchange } from './running.ts'

type Marked = Pick<ProvenLeaf, 'status' | 'successor' | 'signing'>

/**
 * What became of records, in words (R13). A successor is named when it is among them: the chain knows it by its hash alone.
 *
 * @returns such as `superseded by 0x12345678, signed by both`; `live` where nothing is to be said.
 */
export function marksInWords(
  exchange: KnownExchange,
  records: readonly ProvenLeaf[],
): (item: Marked) => string {
  const ids = new Map(records.map(({ leaf }) => [hashLeaf(leaf), leaf.record]))
  return ({ status, successor, signing }) => {
    const id = successor ? ids.get(successor.leafHash) : undefined
    const marks = [
      ...(status === 'superseded' && id ? [`superseded by ${shortId(id)}`] : []),
      ...(status === 'withdrawn' || (status === 'superseded' && !id) ? [status] : []),
      ...(signing ? [signatures(exchange, signing)] : []),
    ]
    return marks.join(', ') || 'live'
  }
}

function signatures(exchange: KnownExchange, signing: NonNullable<Marked['signing']>): string {
  if (signing.completedAt !== null) return 'signed by both'
  const awaited = signing.parties.filter(({ signedAt }) => signedAt === null)
  return `awaits ${awaited.map(({ account }) => nameOfAccount(exchange, account)).join(' and ')}`
}
