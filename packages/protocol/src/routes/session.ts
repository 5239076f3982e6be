import { z } from 'zod'
import { deploymentSchema } from '../deployment.ts'
import { addressSchema, bytes32Schema, bytesSchema, secondsSchema } from '../hex.ts'
import { limits } from '../limits.ts'
import { route } from './route.ts'

const signatureSchema = bytesSchema(limits.signatureBytesMax)

/** What a person calls a device or a passkey: letters, digits and few signs, and no name of anybody. */
export const labelSchema = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\p{L}\p{N} ._()-]+$/u)

export const sessionMethods = ['key', 'passkey', 'wallet'] as const
export type SessionMethod = (typeof sessionMethods)[number]

export const sessionAnswerSchema = z.object({
  session: bytes32Schema,
  token: z.string(),
  expiresAt: secondsSchema,
  refreshToken: z.string(),
  refreshExpiresAt: secondsSchema,
})
export type SessionAnswer = z.infer<typeof sessionAnswerSchema>

export const sessionViewSchema = z.object({
  id: bytes32Schema,
  method: z.enum(sessionMethods),
  device: z.string(),
  createdAt: secondsSchema,
  lastUsedAt: secondsSchema,
  expiresAt: secondsSchema,
  /** The one that asks. */
  current: z.boolean(),
})
export type SessionView = z.infer<typeof sessionViewSchema>

/** Whom one talks to, and the way in. */
export const sessionRoutes = {
  getExchange: route({
    method: 'GET',
    path: '/v1/exchange',
    auth: 'none',
    crossOrigin: true,
    summary: 'Whose gateway this is, and the deployment it works on',
    response: z.object({
      deployment: deploymentSchema,
      organisation: addressSchema,
      name: z.string(),
      version: z.string(),
    }),
    errors: [],
  }),
  getTokenKeys: route({
    method: 'GET',
    path: '/.well-known/jwks.json',
    auth: 'none',
    summary: 'Public keys of the tokens that are good now (RFC 7517)',
    response: z.object({
      keys: z.array(
        z.object({
          kty: z.literal('OKP'),
          crv: z.literal('Ed25519'),
          x: z.string(),
          kid: z.string(),
          alg: z.literal('EdDSA'),
          use: z.literal('sig'),
        }),
      ),
    }),
    errors: [],
  }),
  createChallenge: route({
    method: 'POST',
    path: '/v1/challenges',
    auth: 'none',
    costly: true,
    crossOrigin: true,
    summary: 'Ask for a challenge to sign; the gateway proves whose it is in the same answer',
    body: z.object({ account: addressSchema, callerNonce: bytes32Schema }),
    response: z.object({
      organisation: addressSchema,
      challenge: bytes32Schema,
      expiresAt: secondsSchema,
      /** Over `Welcome`, by the organisation's signer. */
      signature: signatureSchema,
    }),
    errors: [],
  }),
  createSession: route({
    method: 'POST',
    path: '/v1/sessions',
    auth: 'none',
    crossOrigin: true,
    costly: true,
    summary: 'Open a session by a signed challenge: a token for 15 minutes, and a refresh token',
    body: z.object({
      account: addressSchema,
      challenge: bytes32Schema,
      expiresAt: secondsSchema,
      signature: signatureSchema,
      device: labelSchema.default('unnamed'),
    }),
    response: sessionAnswerSchema,
    status: 201,
    errors: ['signature-invalid'],
  }),
  refreshSession: route({
    method: 'POST',
    path: '/v1/sessions/refresh',
    auth: 'none',
    summary: 'The next token of a session; spends the refresh token. One that is used twice ends the session',
    body: z.object({
      refreshToken: z
        .string()
        .max(100)
        .regex(/^[A-Za-z0-9_-]+$/),
    }),
    response: sessionAnswerSchema,
    status: 201,
    errors: ['unauthenticated', 'refresh-reused'],
  }),
  listSessions: route({
    method: 'GET',
    path: '/v1/sessions',
    auth: 'account',
    summary: `The caller’s live sessions, newest first; at most ${limits.sessionsPerAccountMax}`,
    response: z.object({ sessions: z.array(sessionViewSchema) }),
    errors: [],
  }),
  endSession: route({
    method: 'DELETE',
    path: '/v1/sessions/:session',
    auth: 'account',
    summary: 'End one of the caller’s sessions: its tokens are refused from now on',
    params: z.object({ session: bytes32Schema }),
    response: z.object({ session: bytes32Schema, ended: z.literal(true) }),
    errors: ['not-found'],
  }),
  createWalletNonce: route({
    method: 'POST',
    path: '/v1/wallet-nonces',
    auth: 'none',
    costly: true,
    summary: 'What a sign-in message of a wallet has to say (EIP-4361)',
    response: z.object({
      nonce: z.string(),
      expiresAt: secondsSchema,
      domain: z.string(),
      uri: z.string(),
      chainId: z.int(),
    }),
    errors: [],
  }),
  createWalletSession: route({
    method: 'POST',
    path: '/v1/sessions/wallet',
    auth: 'none',
    costly: true,
    summary: 'Open a session by a wallet’s sign-in message (EIP-4361) for the account whose signer it is',
    body: z.object({
      account: addressSchema,
      message: z.string().max(2000),
      signature: signatureSchema,
      device: labelSchema.default('unnamed'),
    }),
    response: sessionAnswerSchema,
    status: 201,
    errors: ['signature-invalid'],
  }),
  eraseAccount: route({
    method: 'POST',
    path: '/v1/account-erasures',
    auth: 'account',
    crossOrigin: true,
    summary:
      'Delete what this gateway keeps for the caller: wraps, shares, keystore, cards, numbers. Not the log',
    body: z.object({ issuedAt: secondsSchema, signature: bytesSchema(limits.signatureBytesMax) }),
    response: z.object({ wraps: z.int() }),
    errors: ['signature-invalid', 'request-stale', 'conflict'],
  }),
}
