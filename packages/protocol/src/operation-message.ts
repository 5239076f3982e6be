import { hashTypedData, type Hex } from 'viem'
import type { Deployment } from './deployment.ts'
import type { Operation, SignedOperation } from './operation.ts'

// Apart from the schemas: whoever only signs, a phone first of all, needs no validator of what others send.

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

/** The shape that `Intake.submit` takes. */
export function toSubmission({ operation, signer, signature }: SignedOperation) {
  return { operation: { ...operation, nonce: BigInt(operation.nonce) }, signer, signature }
}
