import { z } from 'zod'
import { deploymentSchema } from './deployment.ts'
import { addressSchema, bytes32Schema } from './hex.ts'
import { leafSchema } from './leaf.ts'

/** A record's proof as a file (R6): with a chain endpoint, all that an auditor needs. */
export const proofFileSchema = z.object({
  format: z.literal('hre-record-proof-v2'),
  deployment: deploymentSchema,
  organisation: addressSchema,
  leaf: leafSchema,
  proof: z.array(bytes32Schema).max(32),
})
export type ProofFile = z.infer<typeof proofFileSchema>
