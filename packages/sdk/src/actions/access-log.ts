import type { LoggedAccess } from '@hre/protocol'
import type { Address } from 'viem'
import type { Actor } from '../actor.ts'
import { askEveryGateway } from '../gateways.ts'
import { allRows } from '../all-rows.ts'
import { signRequest } from './open-records.ts'

/** Every organisation's log of one patient, and the organisations that could not be asked. */
export interface AccessLog {
  accesses: LoggedAccess[]
  unreachable: Address[]
}

/**
 * Who looked, or tried to, at every organisation (A6). The patient asks each gateway directly: no gateway speaks for
 * another. Reading the log is itself logged.
 *
 * @param patient - somebody for whom the actor may decide (C13); left out: the actor.
 * @throws HreError `not-found` where the actor may not, whether or not there is such a patient.
 */
export async function readAccessLog(actor: Actor, patient: Address = actor.account): Promise<AccessLog> {
  const { answers, unreachable } = await askEveryGateway(actor, async (session, organisation) => {
    // Each page is a reading of its own, which the gateway logs.
    const purpose = patient === actor.account ? 'PATRQT' : 'FAMRQT'
    const wish = { patient, purpose, organisation } as const
    const page = async (cursor: string | undefined) =>
      session.call('readAccessLog', { body: { ...(await signRequest(actor, wish)), cursor } })
    return allRows(page, (log) => log.accesses)
  })
  const accesses = answers.flatMap(({ answer }) => answer)
  accesses.sort((a, b) => a.receipt.at - b.receipt.at || a.receipt.index - b.receipt.index)
  return { accesses, unreachable }
}
