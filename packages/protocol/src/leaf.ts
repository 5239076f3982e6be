import { encodeAbiParameters, keccak256, type Address, type Hex } from 'viem'
import { z } from 'zod'
import { addressSchema, bytes32Schema } from './hex.ts'
import { limits } from './limits.ts'

/** One record as the chain commits to it (R1). Nothing in it is personal. */
export const leafSchema = z.object({
  patient: addressSchema,
  compartment: bytes32Schema,
  epoch: z
    .int()
    .min(1)
    .max(2 ** 32 - 1),
  record: bytes32Schema,
  /** Content id: SHA-256 of the sealed file. */
  content: bytes32Schema,
  /** Salted commitment to the plaintext (E5). */
  commitment: bytes32Schema,
  sensitivity: z.int().min(1).max(5),
  kind: z.int().min(1).max(255),
  author: addressSchema,
})
export type Leaf = z.infer<typeof leafSchema>

const leafParameters = [
  { type: 'address' },
  { type: 'bytes32' },
  { type: 'uint32' },
  { type: 'bytes32' },
  { type: 'bytes32' },
  { type: 'bytes32' },
  { type: 'uint8' },
  { type: 'uint8' },
  { type: 'address' },
] as const

/** R2: hashed twice, so that an inner node can never be passed off as a leaf. */
export function hashLeaf(leaf: Leaf): Hex {
  const { patient, compartment, epoch, record, content, commitment, sensitivity, kind, author } = leaf
  return keccak256(
    keccak256(
      encodeAbiParameters(leafParameters, [
        patient,
        compartment,
        epoch,
        record,
        content,
        commitment,
        sensitivity,
        kind,
        author,
      ]),
    ),
  )
}

/** The id of the batch in which `organisation` commits `root` (R3); the same before and after it is on chain. */
export function batchIdOf(organisation: Address, root: Hex): Hex {
  return keccak256(encodeAbiParameters([{ type: 'address' }, { type: 'bytes32' }], [organisation, root]))
}

/** A leaf with what leads to its batch (R6). */
export interface LeafInBatch {
  organisation: Address
  leaf: Leaf
  proof: readonly Hex[]
}

/** What a batch holds, in tree order (R4). Its SHA-256 is on chain. */
export const manifestSchema = z.object({
  version: z.literal(1),
  organisation: addressSchema,
  leaves: z.array(leafSchema).min(1).max(limits.leavesPerBatchMax),
})
export type Manifest = z.infer<typeof manifestSchema>

export function manifestOf(organisation: Address, leaves: readonly Leaf[]): Manifest {
  return { version: 1, organisation, leaves: [...leaves] }
}

/** The bytes whose SHA-256 is the manifest's content id. Readers hash what they received, so key order is free. */
export const encodeManifest = (manifest: Manifest): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(JSON.stringify(manifest))
