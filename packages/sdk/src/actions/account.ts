import { hreError, type AccountView, type OrganisationView } from '@hre/protocol'
import type { Address } from 'viem'
import type { Actor } from '../actor.ts'
import { allRows } from '../all-rows.ts'

/** The public face of an account. */
export async function accountOf({ session }: Actor, account: Address): Promise<AccountView> {
  return session.call('getAccount', { params: { account } })
}

/** The recipient that something for this account is sealed to. @throws HreError `not-found` when unregistered. */
export async function recipientOfAccount(actor: Actor, account: Address): Promise<`0x${string}`> {
  const { recipient } = await accountOf(actor, account)
  if (!recipient) throw hreError('not-found', { account })
  await actor.check?.assertRecipient(account, recipient)
  return recipient
}

export async function listOrganisations({ session }: Actor): Promise<OrganisationView[]> {
  return allRows(
    (cursor) => session.client.call('listOrganisations', { query: { cursor } }),
    ({ organisations }) => organisations,
  )
}
