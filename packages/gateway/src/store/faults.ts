import { DrizzleQueryError } from 'drizzle-orm'
import { hreError, isHreError, type HreError } from '@hre/protocol'

/**
 * Answers of PostgreSQL that say "not now": connection lost (08), too many of them or out of memory (53), cancelled by a timeout,
 * shutting down or starting up (57), locks that could not be had (40, 55P03).
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const unavailableState = /^(08...|53[0234]..|57...|40...|55P03)$/
const diskFullState = '53100'
/** Of Node's sockets. */
const socketCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
])
/** Of `pg`, which gives these no code. */
const socketMessage =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying|Query read timeout)/
const retryAfterSeconds = 2

/** A failure of the database as one that callers know, or undefined when it is none. */
export function databaseFault(error: unknown): HreError | undefined {
  if (isHreError(error)) return undefined
  const cause = error instanceof DrizzleQueryError ? error.cause : error
  if (!(cause instanceof Error)) return undefined
  const { code = '' } = cause as { code?: string }
  if (code === diskFullState) return hreError('storage-full', {}, cause)
  if (unavailableState.test(code) || socketCodes.has(code) || socketMessage.test(cause.message))
    return hreError('database-unavailable', { retryAfterSeconds }, cause)
  return undefined
}

/** Runs what asks the database. @throws HreError `database-unavailable`, `storage-full` in place of the driver's own. */
export async function withDatabaseFaults<T>(ask: Promise<T>): Promise<T> {
  return ask.catch((error: unknown) => {
    throw databaseFault(error) ?? error
  })
}
