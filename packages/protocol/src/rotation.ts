import { z } from 'zod'
import { addressSchema } from './hex.ts'

/** The wraps of a rotation for those who stay, by reader (C5). Its SHA-256 is on chain. */
export const rotationWrapsSchema = z.object({
  version: z.literal(1),
  wraps: z.record(addressSchema as unknown as z.ZodString, z.base64()),
})
export type RotationWraps = z.infer<typeof rotationWrapsSchema>
