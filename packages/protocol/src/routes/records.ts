import { z } from 'zod'
import { accessRequestSchema, receiptSchema } from '../access.ts'
import { addressSchema, bytes32Schema, bytesSchema, secondsSchema } from '../hex.ts'
import { leafSchema, manifestSchema } from '../leaf.ts'
import { limits } from '../limits.ts'
import { signedOperationSchema } from '../operation.ts'
import { nextSchema, pageQuery } from './page.ts'
import { route } from './route.ts'

const signatureSchema = bytesSchema(limits.signatureBytesMax)
const contentParams = z.object({ contentId: bytes32Schema })

/** Who signs a batch of two parties and when each did (R8, R9); Unix seconds. */
export const signingSchema = z.object({
  parties: z.array(z.object({ account: addressSchema, signedAt: secondsSchema.nullable() })),
  /** When the second signature came. */
  completedAt: secondsSchema.nullable(),
})
export type Signing = z.infer<typeof signingSchema>

/** A leaf with what it takes to check it on chain, and what became of it since (R13). */
export const provenLeafSchema = z.object({
  leaf: leafSchema,
  organisation: addressSchema,
  batch: bytes32Schema,
  proof: z.array(bytes32Schema),
  /** Erased records are shown to nobody. */
  status: z.enum(['live', 'superseded', 'withdrawn']),
  /** The record that replaces this one, as the chain names it: by its batch and leaf hash. */
  successor: z.object({ batch: bytes32Schema, leafHash: bytes32Schema }).nullable(),
  /** Null where nobody but the author had to sign. */
  signing: signingSchema.nullable(),
})
export type ProvenLeaf = z.infer<typeof provenLeafSchema>

/** A receipt with the request it answers and its place on chain; `anchor` is null until the next anchor. */
export const loggedAccessSchema = z.object({
  receipt: receiptSchema,
  records: z.array(bytes32Schema),
  request: accessRequestSchema,
  signature: signatureSchema,
  anchor: z
    .object({
      sequence: z.int(),
      previous: bytes32Schema,
      root: bytes32Schema,
      count: z.int(),
      proof: z.array(bytes32Schema),
    })
    .nullable(),
})
export type LoggedAccess = z.infer<typeof loggedAccessSchema>

export const recordRoutes = {
  putBlob: route({
    method: 'PUT',
    path: '/v1/blobs/:contentId',
    auth: 'account',
    summary: 'Upload one sealed file; members of this gateway’s organisation who may author',
    params: contentParams,
    body: 'bytes',
    bodyBytesMax: limits.blobBytesMax,
    response: z.object({ contentId: bytes32Schema, bytes: z.int() }),
    status: 201,
    errors: ['forbidden', 'content-mismatch', 'payload-too-large', 'storage-full'],
  }),
  commitBatch: route({
    method: 'POST',
    path: '/v1/batches',
    auth: 'account',
    idempotent: true,
    summary: 'Commit uploaded records: the manifest and the signed operation, all or nothing',
    body: z.object({
      manifest: manifestSchema,
      operation: signedOperationSchema,
      /** What of an order to this organisation the batch answers (R19). */
      answers: z
        .object({
          batch: bytes32Schema,
          records: z.array(bytes32Schema).min(1).max(limits.recordsPerAccessMax),
        })
        .optional(),
    }),
    bodyBytesMax: limits.manifestBytesMax,
    response: z.object({ id: bytes32Schema }),
    status: 202,
    errors: [
      'bad-request',
      'blob-missing',
      'conflict',
      'forbidden',
      'manifest-invalid',
      'not-found',
      'operation-reverted',
      'request-stale',
      'write-refused',
    ],
    contractErrors: true,
  }),
  getManifest: route({
    method: 'GET',
    path: '/v1/manifests/:contentId',
    auth: 'account',
    summary: 'The leaves of a batch; for auditors',
    params: contentParams,
    response: 'bytes',
    errors: ['not-found', 'forbidden'],
  }),
  requestAccess: route({
    method: 'POST',
    path: '/v1/accesses',
    auth: 'account',
    summary:
      'Ask to see records, by a signed request. A receipt is written either way; a page of a list takes a request of its own',
    body: z.object({ request: accessRequestSchema, signature: signatureSchema, ...pageQuery }),
    response: z.object({ receipt: receiptSchema, records: z.array(provenLeafSchema), next: nextSchema }),
    status: 201,
    errors: ['not-found', 'request-stale', 'signature-invalid', 'peer-unavailable'],
  }),
  getBlob: route({
    method: 'GET',
    path: '/v1/blobs/:contentId',
    auth: 'account',
    ranged: true,
    summary: 'The sealed file, for the reader of a receipt that names it, for five minutes',
    params: contentParams,
    query: z.object({ receipt: z.coerce.number().int().min(0) }),
    response: 'bytes',
    errors: ['not-found', 'peer-unavailable', 'record-damaged'],
  }),
  getBlobs: route({
    method: 'POST',
    path: '/v1/accesses/:receipt/blobs',
    auth: 'account',
    summary:
      'Small sealed files of a receipt, several in one answer. What is not in it, for whatever reason, is to be asked for alone',
    params: z.object({ receipt: z.coerce.number().int().min(0) }),
    body: z.object({ contents: z.array(bytes32Schema).min(1).max(limits.blobsTogetherMax) }),
    response: z.object({
      blobs: z.array(z.object({ content: bytes32Schema, sealed: z.base64() })).max(limits.blobsTogetherMax),
    }),
    errors: ['not-found'],
  }),
  readAccessLog: route({
    method: 'POST',
    path: '/v1/access-log',
    auth: 'account',
    crossOrigin: true,
    summary:
      'Every access to a chart at this organisation, refusals included: the caller’s, or a patient’s. Itself logged; a page takes a request of its own',
    body: z.object({ request: accessRequestSchema, signature: signatureSchema, ...pageQuery }),
    response: z.object({ accesses: z.array(loggedAccessSchema), next: nextSchema }),
    errors: ['not-found', 'request-stale', 'signature-invalid'],
  }),
}
