import { z } from 'zod'
import { addressSchema, bytes32Schema, secondsSchema } from './hex.ts'

/** What an account is told of (T2). A client passes over those that it does not know: later versions have more. */
export const notificationKinds = [
  // Of a patient's chart.
  'access-permitted',
  'access-refused',
  'access-in-emergency',
  'access-asked',
  'record-added',
  'record-to-sign',
  'record-signed',
  // Of a grant: its patient and its reader.
  'grant-made',
  'grant-narrowed',
  'grant-renewed',
  'grant-ended',
  // Of somebody who decides for a patient: both of them.
  'delegate-named',
  'delegate-ended',
  // Of an emergency: patient, guardians, who declared and for whom, auditors who may review it.
  'emergency-declared',
  'emergency-share-released',
  'emergency-closed',
  'emergency-review-due',
  'emergency-reviewed',
  'emergency-contested',
  // Of the account itself.
  'recovery-started',
  'recovery-ready',
  'recovery-vetoed',
  'recovery-finished',
  'session-opened',
  'licence-ending',
] as const
export type NotificationKind = (typeof notificationKinds)[number]

/** What a notification is about: ids and numbers, never a name, a word or a key. Who reads it looks up the rest. */
export const notificationSubjectSchema = z.object({
  patient: addressSchema.optional(),
  reader: addressSchema.optional(),
  /** Whose gateway, or for whom somebody acted. */
  organisation: addressSchema.optional(),
  /** Whose keys a recovery replaces; whose licence ends. */
  account: addressSchema.optional(),
  member: addressSchema.optional(),
  /** Who decided for the patient (C13), or may from now on. */
  delegate: addressSchema.optional(),
  trustee: addressSchema.optional(),
  author: addressSchema.optional(),
  /** Index of the receipt in the organisation's log (A3). */
  receipt: z.int().optional(),
  /** How many records were opened, asked for or added. */
  records: z.int().optional(),
  /** The record of a single-record grant. */
  record: bytes32Schema.optional(),
  compartments: z.array(bytes32Schema).optional(),
  batch: bytes32Schema.optional(),
  /** Bit number (C9). */
  purpose: z.int().optional(),
  /** Number of the decision (C6). */
  decision: z.int().optional(),
  declaration: z.int().optional(),
  /** B11. */
  outcome: z.int().optional(),
  /** End of what the notification tells of, Unix seconds. */
  until: secondsSchema.optional(),
  /** From then on a recovery may be executed; until then its owner may veto it (D17). */
  readyAt: secondsSchema.optional(),
  recovery: bytes32Schema.optional(),
  session: bytes32Schema.optional(),
})
export type NotificationSubject = z.infer<typeof notificationSubjectSchema>

/** One thing that an account is told (T1). */
export const notificationSchema = z
  .object({
    /** Grows with each notification of the account at this gateway; two gateways count apart. */
    id: z.int().min(1),
    /** When it happened: the block's time, or the gateway's clock. */
    at: secondsSchema,
    kind: z
      .string()
      .max(64)
      .meta({ description: `One of ${notificationKinds.join(', ')}; later versions have more` }),
    about: notificationSubjectSchema,
    /** Names an event of the chain, alike at every gateway that tells of it; null: only this gateway knows. */
    source: bytes32Schema.nullable(),
  })
  .meta({ id: 'Notification', description: 'Something that an account is told: ids alone' })
export type Notification = z.infer<typeof notificationSchema>

/** Why a gateway ended a stream of notifications; a client comes back with the last id that it has. */
export const streamEnds = ['token-expired', 'session-ended', 'stopping'] as const
export type StreamEnd = (typeof streamEnds)[number]
