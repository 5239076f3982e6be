import { z } from 'zod'
import { accessRequestSchema } from '../access.ts'
import { bytes32Schema, bytesSchema } from '../hex.ts'
import { limits } from '../limits.ts'
import { route } from './route.ts'

/** What gateways ask of one another, each logged in as its organisation. */
export const peerRoutes = {
  getPeerManifest: route({
    method: 'GET',
    path: '/v1/peer/manifests/:contentId',
    auth: 'peer',
    summary: 'The leaves of a batch',
    params: z.object({ contentId: bytes32Schema }),
    response: 'bytes',
    errors: ['not-found', 'forbidden'],
  }),
  getPeerAttachment: route({
    method: 'GET',
    path: '/v1/peer/attachments/:hash',
    auth: 'peer',
    summary: 'A wrap, or the wraps of a rotation, by SHA-256',
    params: z.object({ hash: bytes32Schema }),
    response: 'bytes',
    errors: ['not-found', 'forbidden'],
  }),
  releaseToPeer: route({
    method: 'POST',
    path: '/v1/peer/releases/:contentId',
    auth: 'peer',
    summary: 'A sealed file for a reader whose signed request is passed on; decided again here (A7)',
    params: z.object({ contentId: bytes32Schema }),
    body: z.object({ request: accessRequestSchema, signature: bytesSchema(limits.signatureBytesMax) }),
    response: 'bytes',
    errors: ['not-found', 'forbidden', 'request-stale', 'signature-invalid', 'record-damaged'],
  }),
}
