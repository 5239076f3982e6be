import type { Address, Hex } from 'viem'
import { z } from 'zod'
import { addressSchema, bytes32Schema, bytesSchema, secondsSchema } from './hex.ts'
import { limits } from './limits.ts'

/** One change of state, as its author signs it (O3). `nonce` is 32 bytes that the account has not used. */
export const operationSchema = z.object({
  account: addressSchema,
  target: addressSchema,
  data: bytesSchema(limits.operationDataBytesMax),
  nonce: bytes32Schema,
  deadline: secondsSchema,
  gasLimit: z.int().min(21_000).max(limits.operationGasMax),
})
export type Operation = z.infer<typeof operationSchema>

export const signedOperationSchema = z.object({
  operation: operationSchema,
  /** The account's present signer (O6). */
  signer: bytesSchema(limits.signerBytesMax),
  signature: bytesSchema(limits.signatureBytesMax),
})
export type SignedOperation = z.infer<typeof signedOperationSchema>

/** An operation before it has an account, a nonce and a deadline: what builders return. */
export interface Call {
  target: Address
  data: Hex
  gasLimit: number
}
