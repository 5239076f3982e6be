import { GatewayClient, Session } from '@hre/client'
import { isHreError, type LoggedAccess } from '@hre/protocol'
import type { Address } from 'viem'
import type { Actor } from '../actor.ts'
import { listOrganisations } from './account.ts'
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
  const accesses: LoggedAccess[] = []
  const unreachable: Address[] = []
  for (const { account, endpoint } of await listOrganisations(actor)) {
    const session = account === actor.organisation ? actor.session : endpoint && sessionAt(actor, endpoint)
    if (!session) {
      unreachable.push(account)
      continue
    }
    const body = await signRequest(actor, {
      patient: actor.account,
      purpose: 'PATRQT',
      organisation: account,
    })
    try {
      accesses.push(...(await session.call('readAccessLog', { body })).accesses)
    } catch (error) {
      if (!isHreError(error, 'gateway-unreachable')) throw error
      unreachable.push(account)
    }
  }
  accesses.sort((a, b) => a.receipt.at - b.receipt.at || a.receipt.index - b.receipt.index)
  return { accesses, unreachable }
}

/** The actor at another organisation's gateway. */
export const sessionAt = ({ identity, deployment }: Actor, baseUrl: string): Session =>
  new Session({ client: new GatewayClient({ baseUrl }), identity, deployment })
