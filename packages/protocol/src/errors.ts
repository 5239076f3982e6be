/** May the caller try the same again? */
export type Retry = 'never' | 'later' | 'afterRefresh'

export interface ErrorRow {
  /** HTTP status of the gateway's answer. */
  status: number
  retry: Retry
  /** What happened, for a person. Log-safe: no names, contents or keys. */
  title: string
  /** What to do next. */
  hint: string
}

const row = (status: number, retry: Retry, title: string, hint: string): ErrorRow => ({
  status,
  retry,
  title,
  hint,
})

/**
 * Every failure that crosses a boundary, by its stable code. HTTP, SDK and CLI read this one table; codes of contract
 * errors are in `contract-errors.ts`.
 */
export const errorTable = {
  // The caller is wrong.
  'bad-request': row(
    400,
    'never',
    'The request is not of the documented form',
    'Compare it with the route in spec/gateway.md; `data.issues` names the fields',
  ),
  unauthenticated: row(401, 'afterRefresh', 'No valid session', 'Sign a new challenge and send the token'),
  'refresh-reused': row(
    401,
    'afterRefresh',
    'This refresh token was used before, so its session was ended',
    'Sign in again, and end sessions that are not yours: somebody may have a copy',
  ),
  'signature-invalid': row(
    401,
    'never',
    'The signature is not by that account',
    'Sign with the account’s present key; check the clock and the deployment',
  ),
  forbidden: row(
    403,
    'never',
    'This account may not do that',
    'Ask an administrator of your organisation for the role',
  ),
  'not-found': row(
    404,
    'never',
    'Not found, or not open to you',
    'Ask the patient for access; they see every request',
  ),
  conflict: row(
    409,
    'never',
    'That was done already',
    'Read the present state before you try something else',
  ),
  'blob-missing': row(
    409,
    'later',
    'The batch names sealed files that were not uploaded',
    'Upload the content ids in `data.missing`, then send the batch again',
  ),
  'precondition-failed': row(
    412,
    'afterRefresh',
    'It is not as it was when you read it',
    'Read it again, then send the change with its new ETag',
  ),
  'precondition-required': row(
    428,
    'never',
    'A change of this needs the ETag of what it changes',
    'Read it first and send its ETag as If-Match',
  ),
  'idempotency-key-reused': row(
    422,
    'never',
    'This Idempotency-Key was used for another request',
    'Use a new random key for each request',
  ),
  'idempotency-running': row(
    409,
    'later',
    'The first request with this Idempotency-Key is still under way',
    'Send the same again after the seconds in Retry-After',
  ),
  'payload-too-large': row(
    413,
    'never',
    'Larger than the limit',
    'Split it; the limits are in packages/protocol/src/limits.ts',
  ),
  'content-mismatch': row(
    422,
    'never',
    'The bytes do not have that content id',
    'Nothing was stored; send the bytes that were hashed',
  ),
  'notifications-gone': row(
    410,
    'never',
    'Notifications after that id are not all kept any more, or were never there',
    'Read what matters anew (log, grants, emergencies), then go on after `data.oldest`, the oldest id that works',
  ),
  'address-refused': row(
    422,
    'never',
    'The gateway sends nothing to that address',
    'Name an https address on the public network, without a password in it; an operator may allow others',
  ),
  'manifest-invalid': row(
    422,
    'never',
    'The manifest does not match what was signed',
    'Build the batch again with the SDK',
  ),
  'write-refused': row(
    403,
    'never',
    'The patient did not let this organisation write there',
    'Ask the patient for a write grant, or file into the inbox compartment',
  ),
  'inbox-full': row(
    429,
    'later',
    'This organisation has filed as much into the patient’s inbox as it may in a day',
    'Ask the patient for a write grant, or file the rest tomorrow',
  ),
  'own-limit-reached': row(
    429,
    'later',
    'This patient has added as much as a day allows',
    'Nothing was stored; add the rest after the seconds in Retry-After',
  ),
  'emergency-release-refused': row(
    403,
    'never',
    'No share is released for this emergency',
    '`data.refused` says why for each part: it ended, is not on chain, or the patient did not let it be opened',
  ),
  'emergency-shares-too-few': row(
    409,
    'later',
    'Too few hospitals released their share',
    '`data.unreachable` and `data.refused` name them; ask again when one of them is back',
  ),
  'operation-reverted': row(
    422,
    'never',
    'The contracts refuse this call, without saying why',
    'Build the operation with the SDK, which checks this first',
  ),
  'request-stale': row(
    422,
    'afterRefresh',
    'The signed request is too old, from the future or used before',
    'Sign a new one; check the clock',
  ),
  'rate-limited': row(429, 'later', 'Too many requests', 'Wait for the seconds in Retry-After'),
  'puzzle-required': row(
    429,
    'later',
    'The gateway is under pressure: strangers pay with a puzzle for this',
    'Solve `data.puzzle` (spec/gateway.md G39) and send it as HRE-Puzzle, or wait for the seconds in Retry-After',
  ),
  'record-damaged': row(
    502,
    'later',
    'A stored file does not match its content id and no intact copy was reachable',
    'The integrity watch repairs it from another organisation; tell the hospital’s IT',
  ),
  // The world is unavailable.
  'chain-unavailable': row(
    503,
    'later',
    'The consortium chain does not answer',
    'Accepted operations are kept and sent when it is back',
  ),
  'database-unavailable': row(
    503,
    'later',
    'The gateway’s database does not answer',
    'Wait for the seconds in Retry-After; what was accepted is kept',
  ),
  'database-newer': row(
    503,
    'never',
    'A later version of the gateway has used this database',
    'Start that version, or restore the backup that was made before it; nothing was changed',
  ),
  'lease-lost': row(
    503,
    'later',
    'Another replica does this work now',
    'Nothing to do: it was not written twice',
  ),
  'queue-full': row(
    503,
    'later',
    'Too many operations wait for the chain',
    'Nothing was accepted; wait for the seconds in Retry-After',
  ),
  'peer-unavailable': row(
    503,
    'later',
    'The gateway that holds this does not answer',
    'Try again in a minute; nothing was lost',
  ),
  'peer-untrusted': row(
    502,
    'never',
    'The other gateway did not prove whose it is',
    'Tell the hospital’s IT: its published address may be wrong',
  ),
  'gateway-contradicted': row(
    502,
    'afterRefresh',
    'The gateway says something else than the chain',
    'Try once more; if it stays so, use another hospital’s gateway and tell an auditor',
  ),
  'gateway-unreachable': row(
    503,
    'later',
    'The gateway does not answer',
    'Is the exchange running? `hre doctor` tells',
  ),
  'storage-full': row(
    507,
    'later',
    'There is no room to store this',
    'Nothing was accepted; free space on the gateway’s disk',
  ),
  'data-in-use': row(
    503,
    'later',
    'Another gateway is using this data folder',
    'Stop it first; one that was told to end needs a few seconds',
  ),
  'contracts-differ': row(
    503,
    'never',
    'The contracts at the configured addresses are of another version',
    'Nothing was changed; start the version that fits them, or configure the deployment that fits this one',
  ),
  'outcome-unknown': row(
    503,
    'afterRefresh',
    'The connection was lost before the gateway answered, so it may have been done',
    'Look whether it was done before you do it again',
  ),
  'operation-timeout': row(
    504,
    'later',
    'The operation was accepted but is not on chain yet',
    'It is kept; ask for its state with its id',
  ),
  // We are broken.
  internal: row(
    500,
    'later',
    'The gateway failed',
    'Nothing was released; the log has the details under `data.requestId`',
  ),
} as const satisfies Record<string, ErrorRow>

export type ErrorCode = keyof typeof errorTable

/** Details of a failure as JSON: ids, codes, numbers. */
export type ErrorData = Record<string, unknown>

/**
 * A failure with a stable code. `message` is safe to log; what is special to this case is in `data`.
 *
 * @see errorTable for status, hint and whether to retry.
 */
export class HreError extends Error {
  readonly code: string
  readonly status: number
  readonly retry: Retry
  readonly hint: string
  readonly data: ErrorData

  constructor(code: string, row: ErrorRow, data: ErrorData = {}, cause?: unknown) {
    super(row.title, cause === undefined ? undefined : { cause })
    this.name = 'HreError'
    this.code = code
    this.status = row.status
    this.retry = row.retry
    this.hint = row.hint
    this.data = data
  }
}

/** The error of one row of the table. */
export function hreError(code: ErrorCode, data: ErrorData = {}, cause?: unknown): HreError {
  return new HreError(code, errorTable[code], data, cause)
}

export const isHreError = (error: unknown, code?: string): error is HreError =>
  error instanceof HreError && (code === undefined || error.code === code)
