import { z } from 'zod'
import { addressSchema, bytes32Schema, bytesSchema, secondsSchema } from '../hex.ts'
import { limits } from '../limits.ts'
import { signedOperationSchema } from '../operation.ts'
import { route } from './route.ts'

const epochNumber = z.int().min(1).max(0xffffffff)

export const shareSetSchema = z.object({
  suite: z.literal(1),
  threshold: z.int().min(2).max(limits.shareHoldersMax),
  holders: z
    .array(z.object({ account: addressSchema, shareHash: bytes32Schema }))
    .min(2)
    .max(limits.shareHoldersMax),
  secretHash: bytes32Schema,
})

/** One trustee's share of a compartment's epoch, sealed to the trustee (S5). */
export const emergencyShareSchema = z.object({
  suite: z.literal(1),
  context: z.object({
    chainId: z.int().positive(),
    emergency: addressSchema,
    patient: addressSchema,
    compartment: bytes32Schema,
    epoch: epochNumber,
  }),
  set: shareSetSchema,
  index: z.int().min(1).max(limits.shareHoldersMax),
  box: bytesSchema(limits.sealedShareBytes),
})

/** A share sealed again, to the clinician who declared (S7). */
export const emergencyReleaseSchema = emergencyShareSchema.extend({
  declaration: z.string().regex(/^(0|[1-9][0-9]{0,77})$/),
  clinician: addressSchema,
})

/** The present trustees of a compartment (B1). */
export const trusteeSetSchema = z.object({
  compartment: bytes32Schema,
  epoch: epochNumber,
  series: z.int().min(1),
  trustees: z.array(addressSchema),
  threshold: z.int().min(1),
  sharesHash: bytes32Schema,
})
export type TrusteeSetView = z.infer<typeof trusteeSetSchema>

/** A declaration and what became of it. Times are Unix seconds. */
export const emergencySchema = z.object({
  declaration: z.int().min(1),
  member: addressSchema,
  patient: addressSchema,
  organisation: addressSchema,
  /** 1 to 5 (B4). */
  reason: z.int(),
  declaredAt: secondsSchema,
  until: secondsSchema,
  closed: z.boolean(),
  contested: z.boolean(),
  /** 0 until it was reviewed (B11). */
  outcome: z.int(),
  /** Who released a share of what, by the organisations' own signatures (B9). */
  releases: z.array(
    z.object({
      compartment: bytes32Schema,
      trustee: addressSchema,
      series: z.int(),
      shareHash: bytes32Schema,
      at: secondsSchema,
      block: z.int(),
    }),
  ),
})
export type EmergencyView = z.infer<typeof emergencySchema>

/** Words behind a commitment on chain, SHA-256(salt, UTF-8 of the text); they never leave the gateways that keep them. */
const wordsSchema = z.object({
  text: z.string().min(1).max(limits.emergencyWordsCharactersMax),
  salt: bytes32Schema,
})
export type EmergencyWords = z.infer<typeof wordsSchema>

export const cardEntrySchema = z.object({
  suite: z.literal(1),
  lookup: bytes32Schema,
  nonce: bytesSchema(24),
  box: bytesSchema(36),
})
const patientNumberSchema = z.object({
  /** Who gave the number, as FHIR's `Identifier.system`. */
  system: z.string().min(1).max(256),
  value: z.string().min(1).max(256),
})
const declarationParams = z.object({ declaration: z.coerce.number().int().min(1) })

export const emergencyRoutes = {
  putEmergencyShares: route({
    method: 'PUT',
    path: '/v1/emergency-shares',
    auth: 'account',
    summary:
      'The sealed shares of one epoch of the caller’s, for their trustees; before they are named on chain',
    body: z.object({ shares: z.array(emergencyShareSchema).min(2).max(limits.shareHoldersMax) }),
    response: z.object({ sharesHash: bytes32Schema }),
    errors: ['not-found', 'forbidden'],
  }),
  listTrustees: route({
    method: 'GET',
    path: '/v1/trustees',
    auth: 'account',
    crossOrigin: true,
    summary: 'Which compartments the caller, a patient, lets be opened in an emergency, and by whom',
    response: z.object({
      /** `held`: this gateway’s organisation is one of them, and its share is here and good. */
      sets: z.array(trusteeSetSchema.extend({ held: z.boolean() })),
    }),
    errors: [],
  }),
  submitEmergency: route({
    method: 'POST',
    path: '/v1/emergencies',
    auth: 'account',
    summary: 'A signed declaration, review or contest, with the words that it commits to',
    body: z.object({ operation: signedOperationSchema, words: wordsSchema }),
    response: z.object({ id: bytes32Schema }),
    status: 202,
    errors: ['signature-invalid', 'request-stale', 'chain-unavailable', 'storage-full'],
  }),
  listEmergencies: route({
    method: 'GET',
    path: '/v1/emergencies',
    auth: 'account',
    summary:
      'Emergencies: of the caller’s chart, declared by the caller, for an auditor’s review, or, for an administrator, declared by the organisation’s members',
    query: z.object({ side: z.enum(['patient', 'declared', 'review', 'organisation']).default('patient') }),
    response: z.object({ emergencies: z.array(emergencySchema) }),
    errors: ['forbidden'],
  }),
  getEmergencyWords: route({
    method: 'GET',
    path: '/v1/emergencies/:declaration/words',
    auth: 'account',
    crossOrigin: true,
    summary:
      'What this gateway keeps of the words: for the patient, who declared, and an independent auditor',
    params: declarationParams,
    response: z.object({
      reason: wordsSchema.nullable(),
      report: wordsSchema.nullable(),
      statement: wordsSchema.nullable(),
    }),
    errors: ['not-found'],
  }),
  listMarked: route({
    method: 'GET',
    path: '/v1/emergencies/:declaration/compartments',
    auth: 'account',
    summary: 'What the caller’s open declaration may open, and who holds shares of it',
    params: declarationParams,
    response: z.object({ sets: z.array(trusteeSetSchema) }),
    errors: ['not-found'],
  }),
  releaseShares: route({
    method: 'POST',
    path: '/v1/emergencies/:declaration/releases',
    auth: 'account',
    crossOrigin: true,
    summary:
      'This organisation’s shares, sealed to the caller who declared; each release is marked on chain first',
    params: declarationParams,
    response: z.object({
      releases: z.array(emergencyReleaseSchema),
      refused: z.array(z.object({ compartment: bytes32Schema, reason: z.string() })),
    }),
    errors: ['not-found', 'operation-timeout', 'chain-unavailable'],
  }),
  putEmergencyCard: route({
    method: 'PUT',
    path: '/v1/emergency-card',
    auth: 'account',
    crossOrigin: true,
    summary: 'What gateways keep for the caller’s emergency card; another one, or null, ends a lost card',
    body: z.object({ entry: cardEntrySchema.nullable() }),
    response: z.object({ kept: z.boolean() }),
    errors: ['forbidden'],
  }),
  listLookups: route({
    method: 'GET',
    path: '/v1/emergency-lookups',
    auth: 'account',
    crossOrigin: true,
    summary: 'Who found the caller by their card or patient number here, and when',
    response: z.object({
      lookups: z.array(
        z.object({ at: secondsSchema, by: addressSchema, kind: z.enum(['card', 'patient number']) }),
      ),
    }),
    errors: [],
  }),
  findByCard: route({
    method: 'POST',
    path: '/v1/emergency-cards',
    auth: 'account',
    summary: 'The entry of an emergency card, for a doctor or nurse; who asks is written down',
    body: z.object({ lookup: bytes32Schema }),
    response: z.object({ entry: cardEntrySchema }),
    errors: ['not-found', 'forbidden'],
  }),
  putPatientNumber: route({
    method: 'POST',
    path: '/v1/patient-numbers',
    auth: 'account',
    summary: 'Under which number this hospital knows a patient; kept as a keyed hash',
    body: patientNumberSchema.extend({ patient: addressSchema }),
    response: z.object({ kept: z.literal(true) }),
    errors: ['not-found', 'forbidden'],
  }),
  findByNumber: route({
    method: 'POST',
    path: '/v1/patient-numbers/lookups',
    auth: 'account',
    summary:
      'The patient of a number of this hospital’s, for its doctors and nurses; who asks is written down',
    body: patientNumberSchema,
    response: z.object({ patient: addressSchema }),
    errors: ['not-found', 'forbidden'],
  }),
}
