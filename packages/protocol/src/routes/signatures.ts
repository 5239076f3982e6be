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

/** An ordered test that somebody of the laboratory answered (R19). */
const orderAnswerSchema = z.object({ record: bytes32Schema, account: addressSchema, at: secondsSchema })

/** How an order to an organisation stands, to those who answer it. */
export const orderStandingSchema = z.object({
  state: z.enum(['awaited', 'answered', 'withdrawn']),
  /** Empty where the organisation's own system signed that it is answered. */
  answers: z.array(orderAnswerSchema),
})
export type OrderStanding = z.infer<typeof orderStandingSchema>

/** Second signatures that are still missing. */
export const signatureRoutes = {
  listAwaitedSignatures: route({
    method: 'GET',
    path: '/v1/awaited-signatures',
    auth: 'account',
    summary:
      'Batches of two parties that wait: for the caller’s signature or, orders to a laboratory, for its technicians’ answer; or, committed by the caller, for another’s. The oldest first',
    query: z.object({ side: z.enum(['party', 'author']).default('party') }),
    response: z.object({ batches: z.array(awaitedBatchSchema) }),
    errors: [],
  }),
  getOrder: route({
    method: 'GET',
    path: '/v1/orders/:batch',
    auth: 'account',
    summary:
      'How an order to this organisation stands and who answered what of it; for its laboratory technicians',
    params: z.object({ batch: bytes32Schema }),
    response: orderStandingSchema,
    errors: ['not-found'],
  }),
}
