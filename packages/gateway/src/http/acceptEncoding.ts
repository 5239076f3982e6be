import type { FastifyRequest } from 'fastify'

/** RFC 9110, 12.5.3, as far as anybody uses it. */
export const takesGzip = ({ headers }: FastifyRequest): boolean =>
  /\bgzip\b/.test(headers['accept-encoding'] ?? '')
