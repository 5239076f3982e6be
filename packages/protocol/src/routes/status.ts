import { z } from 'zod'
import { bytes32Schema } from '../hex.ts'
import { route } from './route.ts'

/** One line of what happened lately, without anything personal: ids are pseudonyms. */
export const activitySchema = z.object({
  at: z.int(),
  block: z.int().nullable(),
  what: z.string(),
  transaction: bytes32Schema.nullable(),
})
export type Activity = z.infer<typeof activitySchema>

export const statusRoutes = {
  getHealth: route({
    method: 'GET',
    path: '/health',
    auth: 'none',
    summary: 'Is the process alive',
    response: z.object({ status: z.literal('ok') }),
    errors: [],
  }),
  getReady: route({
    method: 'GET',
    path: '/ready',
    auth: 'none',
    summary: 'Can it serve: database open, chain answering, follower near the head',
    response: z.object({ status: z.literal('ready') }),
    errors: ['chain-unavailable'],
  }),
  getStatus: route({
    method: 'GET',
    path: '/v1/status',
    auth: 'none',
    summary: 'Counts and recent activity for the gateway’s page',
    response: z.object({
      name: z.string(),
      chainBlock: z.int().nullable(),
      followedBlock: z.int(),
      organisations: z.int(),
      patients: z.int(),
      members: z.int(),
      records: z.int(),
      grantsActive: z.int(),
      receipts: z.int(),
      refusals: z.int(),
      anchors: z.int(),
      queued: z.int(),
      activity: z.array(activitySchema),
    }),
    errors: [],
  }),
}
