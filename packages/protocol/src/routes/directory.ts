import { z } from 'zod'
import { addressSchema, bytesSchema } from '../hex.ts'
import { limits } from '../limits.ts'
import { nextSchema, pageQuery } from './page.ts'
import { route } from './route.ts'

export const accountSchema = z.object({
  account: addressSchema,
  registered: z.boolean(),
  recipient: bytesSchema(limits.recipientBytes).nullable(),
  /** Active organisation that the account is, or is a member of. */
  organisation: addressSchema.nullable(),
  role: z.int().min(0).max(255),
  patient: z.boolean(),
})
export type AccountView = z.infer<typeof accountSchema>

export const organisationSchema = z.object({
  account: addressSchema,
  kind: z.int(),
  country: z.string(),
  endpoint: z.string().nullable(),
  /** Suspended or removed by vote (D11). */
  barred: z.boolean(),
})
export type OrganisationView = z.infer<typeof organisationSchema>

export const directoryRoutes = {
  getAccount: route({
    method: 'GET',
    path: '/v1/accounts/:account',
    auth: 'account',
    summary: 'The public face of an account: recipient, role, organisation',
    params: z.object({ account: addressSchema }),
    response: accountSchema,
    errors: [],
  }),
  listOrganisations: route({
    method: 'GET',
    path: '/v1/organisations',
    auth: 'none',
    summary: 'Admitted organisations and their gateways',
    query: z.object(pageQuery),
    response: z.object({ organisations: z.array(organisationSchema), next: nextSchema }),
    errors: [],
  }),
}
