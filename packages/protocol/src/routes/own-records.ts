import { z } from 'zod'
import { bytes32Schema } from '../hex.ts'
import { manifestSchema } from '../leaf.ts'
import { limits } from '../limits.ts'
import { signedOperationSchema } from '../operation.ts'
import { route } from './route.ts'

/** What patients add to their own charts (R14, G40). */
export const ownRecordRoutes = {
  putOwnBlob: route({
    method: 'PUT',
    path: '/v1/own-blobs/:contentId',
    auth: 'account',
    summary: 'Upload one sealed file for the own chart; patients whom this gateway’s organisation attested',
    params: z.object({ contentId: bytes32Schema }),
    body: 'bytes',
    bodyBytesMax: limits.blobBytesMax,
    response: z.object({ contentId: bytes32Schema, bytes: z.int() }),
    status: 201,
    errors: ['forbidden', 'content-mismatch', 'payload-too-large', 'own-limit-reached', 'storage-full'],
  }),
  commitOwn: route({
    method: 'POST',
    path: '/v1/own-batches',
    auth: 'account',
    idempotent: true,
    summary: 'Add uploaded records to the own chart: the manifest and the signed operation, all or nothing',
    body: z.object({ manifest: manifestSchema, operation: signedOperationSchema }),
    response: z.object({ id: bytes32Schema }),
    status: 202,
    errors: [
      'blob-missing',
      'forbidden',
      'manifest-invalid',
      'operation-reverted',
      'request-stale',
      'write-refused',
    ],
    contractErrors: true,
  }),
}
