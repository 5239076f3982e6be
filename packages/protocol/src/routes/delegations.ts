import { z } from 'zod'
import { addressSchema, secondsSchema } from '../hex.ts'
import { limits } from '../limits.ts'
import { nextSchema, pageQuery } from './page.ts'
import { route } from './route.ts'

/** Somebody who decides for a patient (D18). */
export const delegationSchema = z.object({
  patient: addressSchema,
  delegate: addressSchema,
  /** When the patient last said so. */
  since: secondsSchema,
  /** Exclusive. */
  until: secondsSchema,
})
export type DelegationView = z.infer<typeof delegationSchema>

/** In base64. */
const mapSchema = z.base64().max(Math.ceil(limits.delegateMapBytesMax / 3) * 4)

export const delegationRoutes = {
  listDelegations: route({
    method: 'GET',
    path: '/v1/delegations',
    auth: 'account',
    summary: 'Whom the caller let decide for them, or for whom the caller may decide now',
    query: z.object({ side: z.enum(['given', 'received']).default('given'), ...pageQuery }),
    response: z.object({ delegations: z.array(delegationSchema), next: nextSchema }),
    errors: [],
  }),
  putDelegateMap: route({
    method: 'PUT',
    path: '/v1/delegations/:delegate/map',
    auth: 'account',
    crossOrigin: true,
    summary: 'Names of the parts of the caller’s chart, sealed to a delegate; null takes them back',
    params: z.object({ delegate: addressSchema }),
    body: z.object({ map: mapSchema.nullable() }),
    response: z.object({}),
    errors: ['not-found'],
  }),
  getDelegateMap: route({
    method: 'GET',
    path: '/v1/patients/:patient/delegate-map',
    auth: 'account',
    crossOrigin: true,
    summary: 'Names of the parts of a chart, as its patient sealed them to the caller',
    params: z.object({ patient: addressSchema }),
    response: z.object({ map: z.base64() }),
    errors: ['not-found'],
  }),
}
