import { z } from 'zod'
import { addressSchema, bytes32Schema, bytesSchema, secondsSchema } from '../hex.ts'
import { limits } from '../limits.ts'
import { nextSchema, pageQuery } from './page.ts'
import { route } from './route.ts'

export const epochSchema = z.object({
  epoch: z.int().min(1),
  recipient: bytesSchema(limits.recipientBytes),
  /** To the epoch before (E9); null for the first. */
  backLink: bytesSchema(60).nullable(),
  /** Block in which it began. */
  sinceBlock: z.int(),
})

export const compartmentSchema = z.object({
  compartment: bytes32Schema,
  sensitivity: z.int(),
  epoch: z.int(),
  epochs: z.array(epochSchema),
  /** Organisations without a grant may file here (C17). */
  inbox: z.boolean(),
})
export type CompartmentView = z.infer<typeof compartmentSchema>

export const grantSchema = z.object({
  patient: addressSchema,
  reader: addressSchema,
  compartment: bytes32Schema,
  /** Given to write alone (C2): apart from what the reader may read. */
  filing: z.boolean(),
  rights: z.int(),
  purposes: z.int(),
  ceiling: z.int(),
  from: secondsSchema,
  until: secondsSchema,
  wrapHash: bytes32Schema,
  revoked: z.boolean(),
  /** Block in which it was revoked or replaced. */
  endedBlock: z.int().nullable(),
  /** Who gave it for the patient (C13); null: the patient. */
  delegate: addressSchema.nullable(),
})
export type GrantView = z.infer<typeof grantSchema>

export const recordGrantSchema = grantSchema
  .omit({ filing: true, rights: true, endedBlock: true, delegate: true })
  .extend({ record: bytes32Schema })
export type RecordGrantView = z.infer<typeof recordGrantSchema>

/** `granted`: the epoch in which the grant was given. `through`: the organisation that hands it on (E17), null when it is the caller's own. */
const wrapSchema = z.object({
  epoch: z.int().min(1),
  granted: z.int().min(1),
  through: addressSchema.nullable(),
  wrap: z.base64(),
})

const compartmentParams = z.object({ patient: addressSchema, compartment: bytes32Schema })

export const consentRoutes = {
  listCompartments: route({
    method: 'GET',
    path: '/v1/patients/:patient/compartments',
    auth: 'account',
    summary:
      'Compartments of a chart: all for the patient, the granted ones for others, and the inbox for organisations',
    params: z.object({ patient: addressSchema }),
    response: z.object({ compartments: z.array(compartmentSchema) }),
    errors: ['not-found'],
  }),
  listGrants: route({
    method: 'GET',
    path: '/v1/grants',
    auth: 'account',
    summary:
      'Grants that the caller gave, or was given (also through their organisation); or that a patient gave',
    query: z.object({
      side: z.enum(['given', 'received']).default('given'),
      /** Whose given ones; the caller's own if absent. */
      patient: addressSchema.optional(),
      ...pageQuery,
    }),
    response: z.object({ grants: z.array(grantSchema), next: nextSchema }),
    errors: ['not-found'],
  }),
  listRecordGrants: route({
    method: 'GET',
    path: '/v1/record-grants',
    auth: 'account',
    summary: 'Grants of single records that the caller gave, or was given (also through their organisation)',
    query: z.object({ side: z.enum(['given', 'received']).default('given'), ...pageQuery }),
    response: z.object({ grants: z.array(recordGrantSchema), next: nextSchema }),
    errors: [],
  }),
  getRecordWrap: route({
    method: 'GET',
    path: '/v1/patients/:patient/records/:record/wrap',
    auth: 'account',
    summary:
      'The wrapped key of one record, granted to the caller or handed on by their organisation (E15, E17)',
    params: z.object({ patient: addressSchema, record: bytes32Schema }),
    response: z.object({ purposes: z.int().min(1).max(0xffff), wrap: z.base64() }),
    errors: ['not-found', 'peer-unavailable'],
  }),
  getWrap: route({
    method: 'GET',
    path: '/v1/patients/:patient/compartments/:compartment/wrap',
    auth: 'account',
    summary: 'The caller’s newest wrap for a compartment: an epoch’s seed, or its key (E16)',
    params: compartmentParams,
    response: wrapSchema,
    errors: ['not-found', 'peer-unavailable'],
  }),
  getEpochWrap: route({
    method: 'GET',
    path: '/v1/patients/:patient/compartments/:compartment/wraps/:epoch',
    auth: 'account',
    summary:
      'The caller’s wrap for one epoch, since their grant: readers from now on have one for each (E16)',
    params: compartmentParams.extend({ epoch: z.coerce.number().int().min(1) }),
    response: wrapSchema,
    errors: ['not-found', 'peer-unavailable'],
  }),
  getGivenWrap: route({
    method: 'GET',
    path: '/v1/compartments/:compartment/given-wraps/:reader',
    auth: 'account',
    summary: 'What the caller, a patient, wrapped to a reader with the newest grant',
    params: z.object({ compartment: bytes32Schema, reader: addressSchema }),
    response: z.object({ wrap: z.base64() }),
    errors: ['not-found', 'peer-unavailable'],
  }),
  getCompartmentMap: route({
    method: 'GET',
    path: '/v1/patients/:patient/compartment-map',
    auth: 'account',
    summary: 'Where a member of an organisation with a write grant files what: compartment names to ids',
    params: z.object({ patient: addressSchema }),
    response: z.object({ compartments: z.record(z.string().max(64), bytes32Schema) }),
    errors: ['not-found', 'peer-unavailable'],
  }),
}
