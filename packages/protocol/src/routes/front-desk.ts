import { z } from 'zod'
import { addressSchema, bytes32Schema, bytesSchema, secondsSchema } from '../hex.ts'
import { limits } from '../limits.ts'
import { route } from './route.ts'

/** Somebody whom patients may share with, as their organisation names them. */
export const staffSchema = z.object({
  account: addressSchema,
  name: z.string(),
  role: z.int().min(1).max(255),
})
export type StaffView = z.infer<typeof staffSchema>

/** A member as the chain has it, by the name that the organisation gave, if any. */
export const memberSchema = z.object({
  account: addressSchema,
  name: z.string().nullable(),
  role: z.int().min(1).max(255),
  /** Unix seconds, exclusive; 0 where nothing was said (D12). */
  licensedUntil: secondsSchema,
  /** Has come in: only then the membership gives rights (D6). */
  registered: z.boolean(),
})
export type MemberView = z.infer<typeof memberSchema>

/** Invitations to patients and staff, and who works here. */
export const frontDeskRoutes = {
  createInvitation: route({
    method: 'POST',
    path: '/v1/invitations',
    auth: 'account',
    summary: 'Invite one person, once, within a day; administrators of this gateway’s organisation',
    body: z.union([
      z.strictObject({
        /** SHA-256 of the secret in the link: the gateway never sees the link itself. */
        hash: bytes32Schema,
        role: z.literal(0),
        /** Salted commitment to what was checked (D8). */
        commitment: bytes32Schema,
      }),
      z.strictObject({
        hash: bytes32Schema,
        role: z.int().min(1).max(8),
        /** Shown to patients who look for whom to share with. */
        name: z.string().trim().min(1).max(100),
      }),
    ]),
    response: z.object({ expiresAt: secondsSchema }),
    status: 201,
    errors: ['forbidden', 'conflict'],
  }),
  acceptInvitation: route({
    method: 'POST',
    path: '/v1/invitations/accept',
    auth: 'none',
    summary: 'The invited device names its account; the organisation registers it, or adds it to its members',
    body: z.object({
      secret: bytes32Schema,
      account: addressSchema,
      /** Of a patient whom nobody registered yet (D19); null for one who is registered, and for staff. */
      agreement: z
        .object({
          signer: bytesSchema(limits.signerBytesMax),
          recipient: bytesSchema(limits.recipientBytes),
          agreement: bytesSchema(limits.signatureBytesMax),
        })
        .nullable(),
    }),
    response: z.object({
      /** Operation by which the organisation says so on chain. */
      id: bytes32Schema,
      /** 0 for a patient. */
      role: z.int().min(0).max(255),
    }),
    status: 202,
    errors: ['bad-request', 'not-found', 'chain-unavailable'],
  }),
  listMembers: route({
    method: 'GET',
    path: '/v1/members',
    auth: 'account',
    summary:
      'Every member of this gateway’s organisation, with their licences, for it and its administrators',
    response: z.object({ members: z.array(memberSchema) }),
    errors: ['forbidden'],
  }),
  listStaff: route({
    method: 'GET',
    path: '/v1/staff',
    auth: 'account',
    crossOrigin: true,
    summary: 'Members of this gateway’s organisation, by the names it gave them',
    response: z.object({ staff: z.array(staffSchema) }),
    errors: [],
  }),
}
