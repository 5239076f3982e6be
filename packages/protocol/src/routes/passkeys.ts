import { z } from 'zod'
import { bytesSchema, secondsSchema } from '../hex.ts'
import { limits } from '../limits.ts'
import { route } from './route.ts'
import { labelSchema, sessionAnswerSchema } from './session.ts'

const base64url = (charactersMax: number) =>
  z
    .string()
    .min(1)
    .max(charactersMax)
    .regex(/^[A-Za-z0-9_-]+$/)

const credentialIdSchema = base64url(1366)
const credentialBase = {
  id: credentialIdSchema,
  rawId: credentialIdSchema,
  type: z.literal('public-key'),
  clientExtensionResults: z.record(z.string().max(64), z.unknown()).default({}),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).optional(),
}

/** `RegistrationResponseJSON` of WebAuthn level 3. */
export const passkeyAttestationSchema = z.object({
  ...credentialBase,
  response: z.object({
    clientDataJSON: base64url(4096),
    attestationObject: base64url(16_384),
    transports: z
      .array(z.enum(['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb']))
      .max(7)
      .optional(),
  }),
})
export type PasskeyAttestation = z.infer<typeof passkeyAttestationSchema>

/** `AuthenticationResponseJSON` of WebAuthn level 3. */
export const passkeyAssertionSchema = z.object({
  ...credentialBase,
  response: z.object({
    clientDataJSON: base64url(4096),
    authenticatorData: base64url(4096),
    signature: base64url(4096),
    userHandle: base64url(128).optional(),
  }),
})
export type PasskeyAssertion = z.infer<typeof passkeyAssertionSchema>

export const passkeyViewSchema = z.object({
  id: z.string(),
  label: z.string(),
  createdAt: secondsSchema,
  lastUsedAt: secondsSchema.nullable(),
})
export type PasskeyView = z.infer<typeof passkeyViewSchema>

/** As `navigator.credentials` takes them. */
const optionsSchema = z.looseObject({ challenge: z.string() })
const passkeyParams = z.object({ passkey: credentialIdSchema })

/** Passkeys: another way in for an account, bound to it by its own signature (G37). */
export const passkeyRoutes = {
  beginPasskey: route({
    method: 'POST',
    path: '/v1/passkeys/options',
    auth: 'account',
    summary: 'Options for making a passkey (WebAuthn)',
    response: optionsSchema,
    errors: [],
  }),
  createPasskey: route({
    method: 'POST',
    path: '/v1/passkeys',
    auth: 'account',
    idempotent: true,
    summary: 'Bind a passkey to the caller, by the account’s signature over it',
    body: z.object({
      credential: passkeyAttestationSchema,
      label: labelSchema,
      /** Over `PasskeyBinding`, by the account's signer. */
      signature: bytesSchema(limits.signatureBytesMax),
    }),
    response: passkeyViewSchema,
    status: 201,
    errors: ['signature-invalid', 'conflict'],
  }),
  listPasskeys: route({
    method: 'GET',
    path: '/v1/passkeys',
    auth: 'account',
    summary: `The caller’s passkeys, oldest first; at most ${limits.passkeysPerAccountMax}`,
    response: z.object({ passkeys: z.array(passkeyViewSchema) }),
    errors: [],
  }),
  getPasskey: route({
    method: 'GET',
    path: '/v1/passkeys/:passkey',
    auth: 'account',
    summary: 'One of the caller’s passkeys',
    params: passkeyParams,
    response: passkeyViewSchema,
    errors: ['not-found'],
  }),
  renamePasskey: route({
    method: 'PUT',
    path: '/v1/passkeys/:passkey',
    auth: 'account',
    conditional: true,
    summary: 'Give a passkey another label',
    params: passkeyParams,
    body: z.object({ label: labelSchema }),
    response: passkeyViewSchema,
    errors: ['not-found'],
  }),
  removePasskey: route({
    method: 'DELETE',
    path: '/v1/passkeys/:passkey',
    auth: 'account',
    summary: 'Forget a passkey: it opens no session any more',
    params: passkeyParams,
    response: z.object({ id: z.string(), removed: z.literal(true) }),
    errors: ['not-found'],
  }),
  beginPasskeyLogin: route({
    method: 'POST',
    path: '/v1/passkeys/login-options',
    auth: 'none',
    costly: true,
    summary: 'Options for logging in by a passkey; they name none',
    response: optionsSchema,
    errors: [],
  }),
  createPasskeySession: route({
    method: 'POST',
    path: '/v1/sessions/passkey',
    auth: 'none',
    costly: true,
    summary: 'Open a session by a passkey',
    body: z.object({ credential: passkeyAssertionSchema, device: labelSchema.default('unnamed') }),
    response: sessionAnswerSchema,
    status: 201,
    errors: ['signature-invalid'],
  }),
}
