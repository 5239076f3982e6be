import { z } from 'zod'
import { bytes32Schema } from '../hex.ts'
import { route } from './route.ts'

/** One round of the integrity watch: every sealed file that the organisation holds, read and checked. Times in Unix seconds. */
export const integrityRoundSchema = z.object({
  id: z.int(),
  startedAt: z.int(),
  /** Null while it is under way. */
  finishedAt: z.int().nullable(),
  files: z.int(),
  bytes: z.int(),
  repaired: z.int(),
  unrepaired: z.int(),
  /** SHA-256 of the signed report, and the operation that filed it with the Notary. */
  report: bytes32Schema.nullable(),
  operation: bytes32Schema.nullable(),
})

export const integrityFindingSchema = z.object({
  content: bytes32Schema,
  result: z.enum(['altered', 'missing']),
  foundAt: z.int(),
  repaired: z.boolean(),
})

export const integrityRoutes = {
  getIntegrity: route({
    method: 'GET',
    path: '/v1/integrity',
    auth: 'account',
    summary:
      'The integrity watch’s latest rounds and findings, for the organisation, its administrators and its auditors',
    response: z.object({
      rounds: z.array(integrityRoundSchema),
      findings: z.array(integrityFindingSchema),
    }),
    errors: ['forbidden'],
  }),
}
