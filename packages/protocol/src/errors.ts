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
  'request-stale': row(
    422,
    'afterRefresh',
    'The signed request is too old, from the future or used before',
    'Sign a new one; check the clock',
  ),
  'rate-limited': row(429, 'later', 'Too many requests', 'Wait for the seconds in Retry-After'),
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
