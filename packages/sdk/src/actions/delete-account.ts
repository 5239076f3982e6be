import {
  clearTrusteesCall,
  erasureTypedData,
  eraseCall,
  isHreError,
  limits,
  revokeCall,
  revokeFilingCall,
  revokeRecordCall,
  revokeSignerCall,
  setDelegateCall,
  setGuardiansCall,
  type Call,
} from '@hre/protocol'
import type { Address } from 'viem'
import type { Actor } from '../actor.ts'
import { askEveryGateway } from '../gateways.ts'
import { submit } from '../submit.ts'
import { listGrants } from './consent-lists.ts'
import { listDelegations } from './delegates.ts'
import { councilOf } from './guardians.ts'
import { listRecords } from './open-records.ts'
import { listRecordGrants } from './record-consent.ts'

/** What was done, and what is left. */
export interface Deletion {
  /** Records marked erased on chain by this call: gateways delete their files. */
  erased: number
  /** Wraps that gateways deleted. */
  wraps: number
  /** Gateways that still keep what they had: call it again when they are back. Until then the account signs on. */
  unreachable: Address[]
}

/**
 * Deletes the actor's account (design: crypto-shredding): ends every grant, marks every record erased, has every gateway delete
 * wraps, shares and the keystore, and at last revokes the signer. What is left is sealed to keys that nobody has once the caller
 * forgets the root seed. A reader who kept opened keys keeps them; logs of who read stay, for those who must answer for it.
 */
export async function deleteAccount(actor: Actor): Promise<Deletion> {
  await submitAll(actor, await endings(actor))
  const erased = await eraseRecords(actor)
  let wraps = 0
  const { answers, unreachable } = await askEveryGateway(actor, async (session, organisation) => {
    const issuedAt = Math.floor(Date.now() / 1000)
    const message = erasureTypedData(actor.deployment, { account: actor.account, organisation, issuedAt })
    const signature = await actor.identity.sign(message)
    return session.call('eraseAccount', { body: { issuedAt, signature } })
  })
  for (const { answer } of answers) wraps += answer.wraps
  if (unreachable.length === 0) await submit(actor, [revokeSignerCall(actor.deployment)])
  return { erased, wraps, unreachable }
}

/** Grants, delegates, trustees and guardians end: nobody is handed anything from here on. */
async function endings(actor: Actor): Promise<Call[]> {
  const { deployment } = actor
  const [grants, records, delegations, { sets }, { guardians }] = await Promise.all([
    listGrants(actor),
    listRecordGrants(actor),
    listDelegations(actor),
    actor.session.call('listTrustees', {}),
    councilOf(actor),
  ])
  return [
    ...grants
      .filter(({ revoked }) => !revoked)
      .map(({ reader, compartment, filing }) =>
        (filing ? revokeFilingCall : revokeCall)(deployment, reader, compartment),
      ),
    ...records
      .filter(({ revoked }) => !revoked)
      .map(({ reader, compartment, record }) => revokeRecordCall(deployment, reader, compartment, record)),
    ...delegations.map(({ delegate }) => setDelegateCall(deployment, delegate, 0)),
    ...sets.map(({ compartment }) => clearTrusteesCall(deployment, compartment)),
    ...(guardians.length > 0 ? [setGuardiansCall(deployment, [], 0)] : []),
  ]
}

/** Those that are left: an erased record is shown to nobody, its owner included (R13). */
async function eraseRecords(actor: Actor): Promise<number> {
  const { account: patient, deployment } = actor
  try {
    const records = await listRecords(actor, { patient, purpose: 'PATRQT' })
    await submitAll(
      actor,
      records.map(({ organisation, leaf, proof }) => eraseCall(deployment, { organisation, leaf, proof })),
    )
    return records.length
  } catch (error) {
    if (!isHreError(error, 'not-found')) throw error
    return 0
  }
}

async function submitAll(actor: Actor, calls: readonly Call[]): Promise<void> {
  for (let start = 0; start < calls.length; start += limits.operationsPerSubmissionMax)
    await submit(actor, calls.slice(start, start + limits.operationsPerSubmissionMax))
}
