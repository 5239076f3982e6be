import { z } from 'zod'
import { addressSchema } from './hex.ts'

/** Where one exchange lives: everything a client needs to sign for it and an auditor to check it. */
export const deploymentSchema = z.object({
  chainId: z.int().positive(),
  intake: addressSchema,
  consortium: addressSchema,
  directory: addressSchema,
  consent: addressSchema,
  records: addressSchema,
  access: addressSchema,
  emergency: addressSchema,
  notary: addressSchema,
  /** Block of the deployment: followers start here. */
  block: z.int().min(0),
})
export type Deployment = z.infer<typeof deploymentSchema>
