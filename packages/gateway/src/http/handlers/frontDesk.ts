import { createHash } from 'node:crypto'
import { and, eq, gt, isNull } from 'drizzle-orm'
import {
  addMemberCall,
  attestPatientCall,
  hashOperation,
  hreError,
  limits,
  nameOf,
  registerPatientCall,
  roles,
  type Call,
  type frontDeskRoutes,
  type Role,
} from '@hre/protocol'
import { accountOfSigner, signCall } from '@hre/vault'
import type { Address, Hex } from 'viem'
import type { Gateway } from '../../gateway.ts'
import { accountView } from '../../store/directory.ts'
import * as t from '../../store/schema.ts'
import type { Handlers } from '../handler.ts'

export const frontDeskHandlers: Handlers<keyof typeof frontDeskRoutes> = {
  async createInvitation(gateway, { account, body }) {
    await gateway.follower.sync()
    await assertAdministrator(gateway, account)
    const expiresAt = gateway.clock() + limits.invitationSeconds
    const { hash, role } = body
    const made = await gateway.db
      .insert(t.invitations)
      .values({
        hash,
        role,
        commitment: 'commitment' in body ? body.commitment : null,
        name: 'name' in body ? body.name : null,
        expiresAt,
      })
      .onConflictDoNothing()
      .returning()
    if (made.length === 0) throw hreError('conflict')
    return { expiresAt }
  },

  async acceptInvitation(gateway, { body }) {
    const { clock, db, deployment, keys, relay } = gateway
    const { account } = body
    const hash = sha256(body.secret)
    const [invitation] = await db.select().from(t.invitations).where(eq(t.invitations.hash, hash))
    // A spent one answers the device that spent it, whose connection may have broken, and nobody else.
    if (invitation?.account === account) return { id: invitation.operation!, role: invitation.role }
    if (!invitation || invitation.account !== null || invitation.expiresAt <= clock())
      throw hreError('not-found')
    const call = callOf(gateway, invitation, account, body.agreement)
    const signed = await signCall(keys.identity, deployment, call)
    await relay.assertAcceptable([signed])
    const id = hashOperation(deployment, signed.operation)
    await db.transaction(async (tx) => {
      const spent = await tx
        .update(t.invitations)
        .set({ account, operation: id })
        .where(
          and(
            eq(t.invitations.hash, hash),
            isNull(t.invitations.account),
            gt(t.invitations.expiresAt, clock()),
          ),
        )
        .returning()
      if (spent.length === 0) throw hreError('not-found')
      const { name } = invitation
      if (name !== null)
        await tx
          .insert(t.staffNames)
          .values({ account, name })
          .onConflictDoUpdate({ target: t.staffNames.account, set: { name } })
      await relay.enqueue(tx, [signed])
    })
    relay.wake()
    return { id, role: invitation.role }
  },

  async listMembers(gateway, { account }) {
    const { db, keys, follower } = gateway
    await follower.sync()
    await assertAdministrator(gateway, account)
    const rows = await db
      .select({
        account: t.members.account,
        name: t.staffNames.name,
        role: t.members.role,
        licensedUntil: t.members.licensedUntil,
        known: t.accounts.account,
      })
      .from(t.members)
      .leftJoin(t.staffNames, eq(t.staffNames.account, t.members.account))
      .leftJoin(t.accounts, eq(t.accounts.account, t.members.account))
      .where(eq(t.members.organisation, keys.identity.account))
      .orderBy(t.staffNames.name, t.members.account)
    return { members: rows.map(({ known, ...member }) => ({ ...member, registered: known !== null })) }
  },

  async listStaff({ db, keys, follower }) {
    await follower.sync()
    const staff = await db
      .select({ account: t.members.account, name: t.staffNames.name, role: t.members.role })
      .from(t.members)
      .innerJoin(t.staffNames, eq(t.staffNames.account, t.members.account))
      // Only those whom something can be sealed to.
      .innerJoin(t.accounts, eq(t.accounts.account, t.members.account))
      .where(eq(t.members.organisation, keys.identity.account))
      .orderBy(t.staffNames.name)
    return { staff }
  },
}

/** What the organisation says of whoever accepts: the one place that decides how somebody comes in. */
function callOf(
  { deployment }: Gateway,
  { role, commitment }: { role: number; commitment: Hex | null },
  account: Address,
  agreement: PatientAgreement | null,
): Call {
  if (role !== 0) return addMemberCall(deployment, account, nameOf(roles, role) as Role)
  if (!agreement) return attestPatientCall(deployment, account, commitment!)
  // The link is spent on this account: another's agreement would register somebody else with it.
  if (accountOfSigner(agreement.signer) !== account) throw hreError('bad-request', { field: 'agreement' })
  return registerPatientCall(deployment, { ...agreement, identityCommitment: commitment! })
}

interface PatientAgreement {
  signer: Hex
  recipient: Hex
  agreement: Hex
}

async function assertAdministrator({ db, keys }: Gateway, account: Address): Promise<void> {
  const { organisation, role } = await accountView(db, account)
  const administers = account === organisation || role === roles.administrator
  if (organisation !== keys.identity.account || !administers) throw hreError('forbidden')
}

const sha256 = (hex: Hex): Hex =>
  `0x${createHash('sha256')
    .update(Buffer.from(hex.slice(2), 'hex'))
    .digest('hex')}`
