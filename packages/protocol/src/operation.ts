import { hashTypedData, type Address, type Hex } from 'viem'
import { z } from 'zod'
import type { Deployment } from './deployment.ts'
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

export const operationTypes = {
  Operation: [
    { name: 'account', type: 'address' },
    { name: 'target', type: 'address' },
    { name: 'data', type: 'bytes' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint48' },
    { name: 'gasLimit', type: 'uint32' },
  ],
} as const

/** The EIP-712 message of an operation. */
export function operationTypedData(deployment: Deployment, operation: Operation) {
  return {
    domain: {
      name: 'HRE Intake',
      version: '1',
      chainId: deployment.chainId,
      verifyingContract: deployment.intake,
    },
    types: operationTypes,
    primaryType: 'Operation',
    message: { ...operation, nonce: BigInt(operation.nonce) },
  } as const
}

/** The operation's id everywhere: its EIP-712 digest. */
export const hashOperation = (deployment: Deployment, operation: Operation): Hex =>
  hashTypedData(operationTypedData(deployment, operation))

/** An operation before it has an account, a nonce and a deadline: what builders return. */
export interface Call {
  target: Address
  data: Hex
  gasLimit: number
}

/** The shape that `Intake.submit` takes. */
export function toSubmission({ operation, signer, signature }: SignedOperation) {
  return { operation: { ...operation, nonce: BigInt(operation.nonce) }, signer, signature }
}
