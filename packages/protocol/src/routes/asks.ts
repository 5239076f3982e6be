import { z } from 'zod'
import { addressSchema, secondsSchema } from '../hex.ts'
import { route } from './route.ts'

/** A reader's wish to be let in. Topics and a purpose, no free text: the gateway can read it. */
export const askSchema = z.object({
  patient: addressSchema,
  reader: addressSchema,
  /** Names of compartments. */
  topics: z.array(z.string().max(64)).min(1).max(16),
  /** Bit number (C9). */
  purpose: z.int().min(0).max(15),
  days: z.int().min(1).max(366),
  at: secondsSchema,
})
export type AskView = z.infer<typeof askSchema>

/** Asking a patient for access. An ask opens nothing. */
export const askRoutes = {
  askForAccess: route({
    method: 'POST',
    path: '/v1/asks',
    auth: 'account',
    summary: 'Ask a patient for access; staff of this gateway’s organisation. Asking again replaces the ask',
    body: askSchema.omit({ reader: true, at: true }),
    response: z.object({}),
    status: 201,
    errors: ['forbidden', 'not-found'],
  }),
  listAsks: route({
    method: 'GET',
    path: '/v1/asks',
    auth: 'account',
    crossOrigin: true,
    summary: 'Asks of the last 30 days by the caller, or to the caller',
    response: z.object({ asks: z.array(askSchema) }),
    errors: [],
  }),
}
