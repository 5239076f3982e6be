import { createHash } from 'node:crypto'
import { hreError } from '@hre/protocol'

/** A strong ETag of what is sent (RFC 9110, 8.8.3). */
export const entityTagOf = (body: string | Uint8Array): string =>
  `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`

/** Does an `If-None-Match` name it? Compared weakly (RFC 9110, 13.1.2). */
export function namesTag(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false
  return header.trim() === '*' || tagsIn(header).some((one) => one.replace(/^W\//, '') === tag)
}

/**
 * For a change (G32): the caller has to name, in `If-Match`, what it changes. Compared strongly.
 *
 * @throws HreError `precondition-required`, `precondition-failed`.
 */
export function assertMatches(header: string | undefined, tag: string): void {
  if (header === undefined) throw hreError('precondition-required')
  if (header.trim() !== '*' && !tagsIn(header).includes(tag)) throw hreError('precondition-failed')
}

const tagsIn = (header: string): string[] => header.split(',').map((one) => one.trim())
