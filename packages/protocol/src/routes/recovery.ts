import { z } from 'zod'
import { addressSchema, bytes32Schema, bytesSchema, secondsSchema } from '../hex.ts'
import { limits } from '../limits.ts'
import { shareSetSchema } from './emergency.ts'
import { route } from './route.ts'

/** One guardian's share, sealed to the guardian (K7). */
export const guardianShareSchema = z.object({
  suite: z.literal(1),
  context: z.object({
    chainId: z.int().positive(),
    directory: addressSchema,
    account: addressSchema,
    term: z.int().min(1).max(0xffffffff),
  }),
  set: shareSetSchema,
  index: z.int().min(1).max(limits.shareHoldersMax),
  box: bytesSchema(limits.sealedShareBytes),
})

/** What a new device asks of guardians (K8). Nothing in it is secret. */
export const recoveryRequestSchema = z.object({
  suite: z.literal(1),
  chainId: z.int().positive(),
  directory: addressSchema,
  account: addressSchema,
  signer: bytesSchema(limits.signerBytesMax),
  recipient: bytesSchema(limits.recipientBytes),
  nonce: bytes32Schema,
})

/** A guardian's share, sealed to the new device (K8). */
export const recoveryApprovalSchema = z.object({
  suite: z.literal(1),
  request: bytes32Schema,
  index: z.int().min(1).max(limits.shareHoldersMax),
  box: bytesSchema(limits.sealedShareBytes),
})

/** A recovery as the chain has it (D17). Times are Unix seconds. */
export const recoverySchema = z.object({
  recovery: bytes32Schema,
  approvals: z.array(addressSchema),
  threshold: z.int(),
  startedAt: secondsSchema,
  readyAt: secondsSchema.nullable(),
  state: z.enum(['under way', 'void', 'executed']),
})
export type RecoveryView = z.infer<typeof recoverySchema>

const hashParams = z.object({ request: bytes32Schema })

export const recoveryRoutes = {
  getCouncil: route({
    method: 'GET',
    path: '/v1/council',
    auth: 'account',
    summary: 'The caller’s guardians, and who is recovering the caller’s account',
    response: z.object({
      guardians: z.array(addressSchema),
      threshold: z.int(),
      /** Counts sets of guardians; 0 before the first. */
      term: z.int(),
      recoveries: z.array(recoverySchema),
    }),
    errors: [],
  }),
  putGuardianShares: route({
    method: 'PUT',
    path: '/v1/guardian-shares',
    auth: 'account',
    summary: 'Shares sealed to the caller’s guardians, before they are named on chain',
    body: z.object({ shares: z.array(guardianShareSchema).min(2).max(limits.shareHoldersMax) }),
    response: z.object({ kept: z.literal(true) }),
    errors: ['forbidden', 'conflict'],
  }),
  listGuardianShares: route({
    method: 'GET',
    path: '/v1/guardian-shares',
    auth: 'account',
    crossOrigin: true,
    summary: 'Shares that others sealed to the caller as a guardian, kept here',
    response: z.object({ shares: z.array(guardianShareSchema) }),
    errors: [],
  }),
  putRecoveryRequest: route({
    method: 'PUT',
    path: '/v1/recovery-requests',
    auth: 'none',
    summary: 'A new device’s request; its owner reads eight words of its hash to each guardian',
    body: z.object({ request: recoveryRequestSchema }),
    response: z.object({ request: bytes32Schema }),
    errors: ['not-found', 'rate-limited'],
  }),
  findRecoveryRequest: route({
    method: 'GET',
    path: '/v1/recovery-requests/words/:prefix',
    auth: 'account',
    crossOrigin: true,
    summary: 'Requests whose hash begins with these 11 bytes, for a guardian who heard the words',
    params: z.object({ prefix: z.string().regex(/^0x[0-9a-f]{22}$/) }),
    response: z.object({ requests: z.array(recoveryRequestSchema) }),
    errors: [],
  }),
  putRecoveryApproval: route({
    method: 'PUT',
    path: '/v1/recovery-approvals',
    auth: 'account',
    crossOrigin: true,
    summary: 'A guardian’s share for the new device, once the guardian has approved on chain',
    body: z.object({ approval: recoveryApprovalSchema }),
    response: z.object({ kept: z.literal(true) }),
    errors: ['not-found', 'forbidden'],
  }),
  getRecovery: route({
    method: 'GET',
    path: '/v1/recovery-requests/:request',
    auth: 'none',
    summary:
      'How far a request has come: guardians’ answers, sealed to the device that made it, and the chain’s word',
    params: hashParams,
    response: z.object({
      approvals: z.array(recoveryApprovalSchema),
      recovery: recoverySchema.nullable(),
      /** EIP-712 digest by which the new signer agrees to sign for the account (D13). */
      agreement: bytes32Schema,
    }),
    errors: ['not-found', 'chain-unavailable'],
  }),
  executeRecovery: route({
    method: 'POST',
    path: '/v1/recovery-requests/:request/execution',
    auth: 'none',
    summary: 'After the waiting period: the gateway has the Directory give the account its new keys',
    params: hashParams,
    body: z.object({ possession: bytesSchema(limits.signatureBytesMax) }),
    response: z.object({ id: bytes32Schema }),
    status: 202,
    errors: ['not-found', 'chain-unavailable'],
  }),
}
