import { z } from 'zod'
import { deploymentSchema } from '../deployment.ts'
import { addressSchema, bytes32Schema, bytesSchema, secondsSchema } from '../hex.ts'
import { limits } from '../limits.ts'
import { route } from './route.ts'

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
  createChallenge: route({
    method: 'POST',
    path: '/v1/challenges',
    auth: 'none',
    crossOrigin: true,
    summary: 'Ask for a challenge to sign; the gateway proves whose it is in the same answer',
    body: z.object({ account: addressSchema, callerNonce: bytes32Schema }),
    response: z.object({
      organisation: addressSchema,
      challenge: bytes32Schema,
      expiresAt: secondsSchema,
      /** Over `Welcome`, by the organisation's signer. */
      signature: bytesSchema(limits.signatureBytesMax),
    }),
    errors: [],
  }),
  createSession: route({
    method: 'POST',
    path: '/v1/sessions',
    auth: 'none',
    crossOrigin: true,
    summary: 'Turn a signed challenge into a token for 15 minutes',
    body: z.object({
      account: addressSchema,
      challenge: bytes32Schema,
      expiresAt: secondsSchema,
      signature: bytesSchema(limits.signatureBytesMax),
    }),
    response: z.object({ token: z.string(), expiresAt: secondsSchema }),
    status: 201,
    errors: ['signature-invalid'],
  }),
  eraseAccount: route({
    method: 'POST',
    path: '/v1/account-erasures',
    auth: 'account',
    summary:
      'Delete what this gateway keeps for the caller: wraps, shares, keystore, cards, numbers. Not the log',
    body: z.object({ issuedAt: secondsSchema, signature: bytesSchema(limits.signatureBytesMax) }),
    response: z.object({ wraps: z.int() }),
    errors: ['signature-invalid', 'request-stale', 'conflict'],
  }),
}
