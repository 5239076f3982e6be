import { z } from 'zod'
import { addressSchema, bytes32Schema, secondsSchema } from '../hex.ts'
import { route } from './route.ts'

/** A batch of two parties that is not signed by both (R8, R9). Times are Unix seconds. */
export const awaitedBatchSchema = z.object({
  batch: bytes32Schema,
  organisation: addressSchema,
  author: addressSchema,
  committedAt: secondsSchema,
  parties: z.array(z.object({ account: addressSchema, signedAt: secondsSchema.nullable() })),
  /** Whose records they are and which; empty until this gateway has the manifest. */
  records: z.array(z.object({ patient: addressSchema, record: bytes32Schema })),
})
export type AwaitedBatch = z.infer<typeof awaitedBatchSchema>

/** Second signatures that are still missing. */
export const signatureRoutes = {
  listAwaitedSignatures: route({
    method: 'GET',
    path: '/v1/awaited-signatures',
    auth: 'account',
    summary:
      'Batches of two parties that wait: for the caller’s signature, or, committed by the caller, for another’s. The oldest first',
    query: z.object({ side: z.enum(['party', 'author']).default('party') }),
    response: z.object({ batches: z.array(awaitedBatchSchema) }),
    errors: [],
  }),
}
