import { z } from 'zod'
import { addressSchema, bytes32Schema, bytesSchema } from '../hex.ts'
import { limits } from '../limits.ts'
import { route } from './route.ts'

/** `document`: ways to unlock (K1). `succession`: what its root seed took over (K9). The gateway opens neither. */
const keptSchema = z.object({
  document: z.looseObject({ suite: z.literal(1) }),
  succession: z
    .object({
      suite: z.literal(1),
      nonce: bytesSchema(24),
      box: bytesSchema(limits.successionBytesMax),
    })
    .nullable(),
})

const taggedSchema = keptSchema.extend({
  /** SHA-256 of what is kept: whoever replaces it names what they saw. */
  etag: bytes32Schema,
})
export type KeptKeystore = z.infer<typeof taggedSchema>

export const keystoreRoutes = {
  putKeystore: route({
    method: 'PUT',
    path: '/v1/keystore',
    auth: 'account',
    summary:
      'The caller’s ways to unlock, sealed; in place of the version that `replaces` names, and of no other',
    body: keptSchema.extend({
      replaces: bytes32Schema.nullable(),
      /** For ways that are new: what a proof is compared with (K10). Those of ways that stay are kept. */
      verifiers: z
        .array(z.object({ way: bytesSchema(16), verifier: bytes32Schema }))
        .max(limits.unlockWaysMax),
    }),
    bodyBytesMax: limits.keystoreBytesMax,
    response: z.object({ etag: bytes32Schema }),
    errors: ['conflict', 'payload-too-large', 'forbidden'],
  }),
  getKeystore: route({
    method: 'GET',
    path: '/v1/keystore',
    auth: 'account',
    summary: 'The caller’s ways to unlock, for a device that signs for the account already',
    response: taggedSchema,
    errors: ['not-found'],
  }),
  getUnlockParameters: route({
    method: 'POST',
    path: '/v1/keystores/parameters',
    auth: 'none',
    summary: 'Under what a password is to be stretched; two for every account, known or not',
    body: z.object({ account: addressSchema }),
    response: z.object({
      passwords: z.array(
        z.object({
          kdf: z.object({
            name: z.literal('argon2id'),
            memoryKiB: z.int(),
            iterations: z.int(),
            parallelism: z.int(),
          }),
          salt: bytesSchema(16),
        }),
      ),
    }),
    errors: [],
  }),
  openKeystore: route({
    method: 'POST',
    path: '/v1/keystores/openings',
    auth: 'none',
    summary: 'The ways to unlock, for whoever proves that they open one; few tries for each account',
    body: z.object({ account: addressSchema, proofs: z.array(bytes32Schema).min(1).max(2) }),
    response: taggedSchema,
    errors: ['not-found', 'rate-limited'],
  }),
}
