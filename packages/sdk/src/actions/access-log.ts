import type { LoggedAccess } from '@hre/protocol'
import type { Address } from 'viem'
import type { Actor } from '../actor.ts'
import { askEveryGateway } from '../gateways.ts'
import { signRequest } from './open-records.ts'

/** Every organisation's log of one patient, and the organisations that could not be asked. */
export interface AccessLog {
  accesses: LoggedAccess[]
  unreachable: Address[]
}

/**
 * Who looked, or tried to, at every organisation (A6). The patient asks each gateway directly: no gateway speaks for
 * another. Reading the log is itself logged.
 */
export async function readAccessLog(actor: Actor): Promise<AccessLog> {
  const { answers, unreachable } = await askEveryGateway(actor, async (session, organisation) => {
    const body = await signRequest(actor, { patient: actor.account, purpose: 'PATRQT', organisation })
    return session.call('readAccessLog', { body })
  })
  const accesses = answers.flatMap(({ answer }) => answer.accesses)
  accesses.sort((a, b) => a.receipt.at - b.receipt.at || a.receipt.index - b.receipt.index)
  return { accesses, unreachable }
}
