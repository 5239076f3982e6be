import { limits, roles, type Role } from '@hre/protocol'
import { contentIdOf, randomBytes32 } from '@hre/vault'
import { hexToBytes, keccak256, stringToHex, type Hex } from 'viem'
import type { Actor } from '../actor.ts'
import { waitForAll } from '../submit.ts'
import { openChart } from './chart.ts'
import { agreeToRegistration, register } from './membership.ts'

/** What the front desk hands over: `secret` goes into the link and nowhere else. */
export interface Invitation {
  secret: Hex
  expiresAt: number
}

const chartWriteSeconds = 365 * 24 * 60 * 60

/**
 * Invites a patient whose identity the desk checked.
 *
 * @param identity - what was checked, such as a hospital number; only a salted commitment leaves this function.
 * @returns with the salt, for the organisation to keep.
 * @throws HreError `forbidden` for anybody but an administrator.
 */
export async function invitePatient(actor: Actor, identity: string): Promise<Invitation & { salt: Hex }> {
  const salt = randomBytes32()
  const commitment = keccak256(`${salt}${stringToHex(identity).slice(2)}`)
  return { ...(await invite(actor, { role: 0, commitment })), salt }
}

/** Invites a member of staff. @param member.name - shown to patients who look for whom to share with. */
export const inviteMember = (actor: Actor, member: { role: Role; name: string }): Promise<Invitation> =>
  invite(actor, { role: roles[member.role], name: member.name })

async function invite(
  { session }: Actor,
  whom: { role: 0; commitment: Hex } | { role: number; name: string },
): Promise<Invitation> {
  const secret = randomBytes32()
  const hash = contentIdOf(hexToBytes(secret))
  const { expiresAt } = await session.call('createInvitation', { body: { hash, ...whom } })
  return { secret, expiresAt }
}

/** How far somebody has come in: for progress. */
export type JoinStep = 'invitation' | 'registration' | 'chart'

/**
 * Comes in by an invitation: the organisation registers a patient, who then opens their chart for it to file in, or adds
 * a member of staff, who registers. After a broken connection the same call goes on where it stopped.
 *
 * @returns the role: 0 for a patient.
 * @throws HreError `not-found` for an invitation that is unknown, spent by somebody else or too old.
 */
export async function acceptInvitation(
  actor: Actor,
  secret: Hex,
  onStep?: (step: JoinStep) => void,
): Promise<number> {
  const { account, organisation, session } = actor
  onStep?.('invitation')
  const agreement = await agreeToRegistration(actor, organisation)
  const { id, role } = await session.client.call('acceptInvitation', { body: { secret, account, agreement } })
  onStep?.('registration')
  await waitForAll(actor, [id])
  if (role !== 0) {
    await unlessDone('directory-already-registered', register(actor))
    return role
  }
  onStep?.('chart')
  const until = Math.floor(Date.now() / 1000) + Math.min(chartWriteSeconds, limits.grantSecondsMax)
  await unlessDone('consent-compartment-exists', openChart(actor, { writer: organisation, until }))
  return role
}

async function unlessDone(code: string, act: Promise<unknown>): Promise<void> {
  await act.catch((error: unknown) => {
    if ((error as { code?: string }).code !== code) throw error
  })
}
