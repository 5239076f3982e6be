import { and, eq, gt } from 'drizzle-orm'
import { hreError } from '@hre/protocol'
import type { Address } from 'viem'
import type { Gateway } from '../gateway.ts'
import * as t from '../store/schema.ts'
import { rulingTime } from './moments.ts'

/** Whether `account` may decide for `patient` now (C13, D18). The follower is at the chain's head. */
export async function mayDecideFor(gateway: Gateway, account: Address, patient: Address): Promise<boolean> {
  const rows = await gateway.db
    .select({ id: t.delegations.id })
    .from(t.delegations)
    .where(
      and(
        eq(t.delegations.patient, patient),
        eq(t.delegations.delegate, account),
        gt(t.delegations.until, rulingTime(gateway)),
      ),
    )
  return rows.length > 0
}

/** @throws HreError `not-found`, which says nothing of whether there is such a patient. */
export async function assertMayDecideFor(
  gateway: Gateway,
  account: Address,
  patient: Address,
): Promise<void> {
  if (!(await mayDecideFor(gateway, account, patient))) throw hreError('not-found')
}
