import { z } from 'zod'
import { patientCountriesSchema, signedCountriesSchema } from '../countries.ts'
import { bytes32Schema } from '../hex.ts'
import { limits } from '../limits.ts'
import { route } from './route.ts'

const contentParams = z.object({ contentId: bytes32Schema })

/** One round over the sealed files that the organisation committed: how many whole copies there are. Times in Unix seconds. */
export const replicationRoundSchema = z.object({
  id: z.int(),
  startedAt: z.int(),
  /** Null while it is under way. */
  finishedAt: z.int().nullable(),
  files: z.int(),
  /** Copies that other gateways proved to hold. */
  proven: z.int(),
  /** Copies that other gateways were asked to take. */
  offered: z.int(),
  /** Files with fewer whole copies than wanted. */
  short: z.int(),
  /** Those of them for which no more gateways are in countries that the patient and the policy allow. */
  confined: z.int(),
})

/** Why a gateway does not take a copy (P6). */
export const copyRefusals = ['country', 'full'] as const

export const copyRoutes = {
  setCountries: route({
    method: 'PUT',
    path: '/v1/countries',
    auth: 'account',
    crossOrigin: true,
    summary: 'A patient says in which countries copies of their sealed records may be (P3)',
    body: signedCountriesSchema,
    response: z.object({ issuedAt: z.int() }),
    errors: ['conflict', 'request-stale', 'signature-invalid'],
  }),
  getCountries: route({
    method: 'GET',
    path: '/v1/countries',
    auth: 'account',
    crossOrigin: true,
    summary: 'What the caller, a patient, said last about that, as this gateway knows it',
    response: z.object({
      countries: patientCountriesSchema.nullable(),
      /** Signed by the caller's present signer; if not, gateways that have not heard it do not take it any more (P4). */
      isCurrent: z.boolean(),
    }),
    errors: [],
  }),
  carryCountries: route({
    method: 'POST',
    path: '/v1/peer/countries',
    auth: 'peer',
    summary: 'What patients said about countries, passed on; answered with what is newer here (P4)',
    body: z.object({ statements: z.array(signedCountriesSchema).max(limits.statementsPerOfferMax) }),
    response: z.object({ newer: z.array(signedCountriesSchema) }),
    errors: ['signature-invalid', 'request-stale'],
  }),
  offerCopy: route({
    method: 'POST',
    path: '/v1/peer/copies/:contentId',
    auth: 'peer',
    summary: 'Asks for a copy of one of the caller’s sealed files to be kept; it is fetched afterwards (P6)',
    params: contentParams,
    body: z.object({
      bytes: z.int().min(0).max(limits.blobBytesMax),
      /** The newest word of the patients whose record it is. */
      statements: z.array(signedCountriesSchema).max(limits.statementsPerOfferMax),
    }),
    response: z.object({
      state: z.enum(['held', 'taken', 'refused']),
      refusal: z.enum(copyRefusals).nullable(),
      /** Newer words of these patients, which the caller did not know. */
      newer: z.array(signedCountriesSchema),
    }),
    errors: ['not-found', 'signature-invalid', 'request-stale'],
  }),
  getPeerBlob: route({
    method: 'GET',
    path: '/v1/peer/blobs/:contentId',
    auth: 'peer',
    ranged: true,
    summary:
      'A sealed file, for the organisation that committed it and lost it, or that was asked to keep a copy',
    params: contentParams,
    response: 'bytes',
    errors: ['not-found', 'record-damaged'],
  }),
  proveCopy: route({
    method: 'POST',
    path: '/v1/peer/copies/:contentId/proofs',
    auth: 'peer',
    summary: 'Proves that a copy of one of the caller’s sealed files is here, whole, now (P7)',
    params: contentParams,
    body: z.object({ salt: bytes32Schema }),
    response: z.object({ proof: bytes32Schema }),
    errors: ['not-found'],
  }),
  getReplication: route({
    method: 'GET',
    path: '/v1/replication',
    auth: 'account',
    summary:
      'How many copies there are of what the organisation committed, and what it keeps for others: for itself, its administrators and its auditors',
    response: z.object({
      rounds: z.array(replicationRoundSchema),
      /** Copies kept for other organisations, and those on their way. */
      guests: z.object({ files: z.int(), bytes: z.int(), wanted: z.int() }),
    }),
    errors: ['forbidden'],
  }),
}
