import { z } from 'zod'
import { bytes32Schema } from '../hex.ts'
import { limits } from '../limits.ts'
import { signedOperationSchema } from '../operation.ts'
import { problemSchema } from '../problem.ts'
import { route } from './route.ts'

/** `queued`: durable here. `submitted`: in a transaction. Then the chain's word. */
export const operationStates = ['queued', 'submitted', 'applied', 'failed'] as const

export const operationStatusSchema = z.object({
  id: bytes32Schema,
  state: z.enum(operationStates),
  transaction: bytes32Schema.nullable(),
  block: z.int().nullable(),
  problem: problemSchema.nullable(),
})
export type OperationStatus = z.infer<typeof operationStatusSchema>

export const operationRoutes = {
  submitOperations: route({
    method: 'POST',
    path: '/v1/operations',
    auth: 'none',
    costly: true,
    idempotent: true,
    summary: 'Hand over signed operations. Accepted means durable; they run in this order',
    body: z.object({
      operations: z.array(signedOperationSchema).min(1).max(limits.operationsPerSubmissionMax),
      /** Wraps named by hash in the operations, base64. They are kept by their SHA-256. */
      attachments: z
        .array(z.base64().max(Math.ceil(limits.attachmentBytesMax / 3) * 4))
        .max(limits.attachmentsPerSubmissionMax)
        .default([]),
    }),
    response: z.object({ ids: z.array(bytes32Schema) }),
    status: 202,
    errors: ['operation-reverted', 'request-stale', 'storage-full'],
    contractErrors: true,
  }),
  getOperation: route({
    method: 'GET',
    path: '/v1/operations/:id',
    auth: 'none',
    summary: 'What became of an operation; with `waitSeconds`, answered once it has an outcome, or then',
    params: z.object({ id: bytes32Schema }),
    query: z.object({
      waitSeconds: z.coerce.number().int().min(0).max(limits.operationWaitSecondsMax).default(0),
    }),
    response: operationStatusSchema,
    errors: ['not-found'],
  }),
}
