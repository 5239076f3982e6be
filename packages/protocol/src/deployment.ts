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
  /** OpenZeppelin's checks of signatures by keys that are no wallets; a signer begins with one's address (O1). */
  verifiers: z.object({ p256: addressSchema, webauthn: addressSchema, rsa: addressSchema }),
  /** Block of the deployment: followers start here. */
  block: z.int().min(0),
})
export type Deployment = z.infer<typeof deploymentSchema>
