import { concat, encodeAbiParameters, hashTypedData, keccak256, type Hex } from 'viem'
import { z } from 'zod'
import type { Deployment } from './deployment.ts'
import { addressSchema, bytes32Schema, secondsSchema } from './hex.ts'
import type { Keccak256 } from './hashTree.ts'
import { limits } from './limits.ts'

/** A reader's signed wish to see records (A1). No records: list what I may read. */
export const accessRequestSchema = z.object({
  reader: addressSchema,
  patient: addressSchema,
  /** The organisation whose gateway is asked. */
  organisation: addressSchema,
  records: z.array(bytes32Schema).max(limits.recordsPerAccessMax),
  /** Bit number (C9). */
  purpose: z.int().min(0).max(15),
  nonce: bytes32Schema,
  issuedAt: secondsSchema,
})
export type AccessRequest = z.infer<typeof accessRequestSchema>

export const accessRequestTypes = {
  AccessRequest: [
    { name: 'reader', type: 'address' },
    { name: 'patient', type: 'address' },
    { name: 'organisation', type: 'address' },
    { name: 'records', type: 'bytes32[]' },
    { name: 'purpose', type: 'uint8' },
    { name: 'nonce', type: 'bytes32' },
    { name: 'issuedAt', type: 'uint48' },
  ],
} as const

/** The EIP-712 message that a reader signs. */
export function accessRequestTypedData(deployment: Deployment, request: AccessRequest) {
  return {
    domain: {
      name: 'HRE Access',
      version: '1',
      chainId: deployment.chainId,
      verifyingContract: deployment.access,
    },
    types: accessRequestTypes,
    primaryType: 'AccessRequest',
    message: request,
  } as const
}

export const hashAccessRequest = (deployment: Deployment, request: AccessRequest): Hex =>
  hashTypedData(accessRequestTypedData(deployment, request))

/** One access, or one refusal, as an organisation's log holds it (A3). */
export const receiptSchema = z.object({
  organisation: addressSchema,
  index: z.int().min(0),
  reader: addressSchema,
  patient: addressSchema,
  recordsHash: bytes32Schema,
  purpose: z.int().min(0).max(15),
  /** Number of the decision (C6). */
  decision: z.int().min(0).max(255),
  at: secondsSchema,
  requestHash: bytes32Schema,
  salt: bytes32Schema,
})
export type Receipt = z.infer<typeof receiptSchema>

const receiptParameters = [
  { type: 'address' },
  { type: 'uint64' },
  { type: 'address' },
  { type: 'address' },
  { type: 'bytes32' },
  { type: 'uint8' },
  { type: 'uint8' },
  { type: 'uint48' },
  { type: 'bytes32' },
  { type: 'bytes32' },
] as const

/** @param hash - for whoever has a faster one. */
export const hashRecords = (records: readonly Hex[], hash: Keccak256 = keccak256): Hex =>
  hash(concat(records))

/** @param hash - for whoever has a faster one. */
export function hashReceipt(receipt: Receipt, hash: Keccak256 = keccak256): Hex {
  return hash(
    hash(
      encodeAbiParameters(receiptParameters, [
        receipt.organisation,
        BigInt(receipt.index),
        receipt.reader,
        receipt.patient,
        receipt.recordsHash,
        receipt.purpose,
        receipt.decision,
        receipt.at,
        receipt.requestHash,
        receipt.salt,
      ]),
    ),
  )
}

/** The head of an organisation's chain of anchors after one more (A4). */
export function anchorHead(anchor: {
  organisation: Hex
  sequence: number
  previous: Hex
  root: Hex
  count: number
}): Hex {
  return keccak256(
    encodeAbiParameters(
      [
        { type: 'address' },
        { type: 'uint64' },
        { type: 'bytes32' },
        { type: 'bytes32' },
        { type: 'uint32' },
      ] as const,
      [anchor.organisation, BigInt(anchor.sequence), anchor.previous, anchor.root, anchor.count],
    ),
  )
}
