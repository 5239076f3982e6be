import { CliError, usageError } from '../errors.ts'

/** Eight digits tell four thousand million apart: enough for one chart, and short enough to type. */
export const shortIdDigits = 8
const digitsMin = 4

export const shortId = (id: string): string => id.slice(0, 2 + shortIdDigits)

/** A hash or an account cut short for reading; what is left is enough to find the one that is meant. */
export const shortHash = (hash: string): string => (hash.length > 20 ? `${hash.slice(0, 18)}…` : hash)

/**
 * The one id that begins so; `0x` may be left out.
 *
 * @throws CliError `usage`, `record-unknown`, `record-ambiguous`.
 */
export function findByShortId<T extends string>(wanted: string, ids: readonly T[]): T {
  const digits = wanted.trim().toLowerCase().replace(/^0x/, '')
  if (!/^[0-9a-f]+$/.test(digits) || digits.length < digitsMin)
    throw usageError('That is not a record id', `Give at least ${digitsMin} of its hexadecimal digits`)
  const matches = ids.filter((id) => id.startsWith(`0x${digits}`))
  if (matches.length > 1) throw new CliError('record-ambiguous', { data: { matches: matches.map(shortId) } })
  if (!matches[0]) throw new CliError('record-unknown')
  return matches[0]
}

export const isFullId = (text: string): boolean => /^0x[0-9a-fA-F]{64}$/.test(text)
