import { z } from 'zod'
import { accessRequestSchema } from '../access.ts'
import { addressSchema, bytes32Schema, bytesSchema } from '../hex.ts'
import { limits } from '../limits.ts'
import { cardEntrySchema, emergencyShareSchema } from './emergency.ts'
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
  getPeerEmergencyShare: route({
    method: 'GET',
    path: '/v1/peer/emergency-shares/:sharesHash',
    auth: 'peer',
    summary: 'The calling organisation’s own share of an epoch, as the patient sealed it (S5)',
    params: z.object({ sharesHash: bytes32Schema }),
    response: emergencyShareSchema,
    errors: ['not-found', 'forbidden'],
  }),
  findPeerCard: route({
    method: 'POST',
    path: '/v1/peer/emergency-cards',
    auth: 'peer',
    summary: 'The entry of an emergency card for a clinician of the calling organisation (S11)',
    body: z.object({ lookup: bytes32Schema, reader: addressSchema }),
    response: z.object({ entry: cardEntrySchema }),
    errors: ['not-found', 'forbidden'],
  }),
  releaseToPeer: route({
    method: 'POST',
    path: '/v1/peer/releases/:contentId',
    auth: 'peer',
    ranged: true,
    summary: 'A sealed file for a reader whose signed request is passed on; decided again here (A7)',
    params: z.object({ contentId: bytes32Schema }),
    body: z.object({
      request: accessRequestSchema,
      signature: bytesSchema(limits.signatureBytesMax),
      /** Of a request that names no records: those that the reader was shown for it (A9). */
      page: z.array(bytes32Schema).max(limits.pageRowsMax).default([]),
    }),
    response: 'bytes',
    errors: ['not-found', 'forbidden', 'request-stale', 'signature-invalid', 'record-damaged'],
  }),
}
