import { countrySchema } from '@hre/protocol'
import { usageError } from '../errors.ts'

/**
 * Countries by ISO 3166-1 alpha-2, in either case; `none` alone: no country.
 *
 * @returns undefined when nothing was said.
 * @throws CliError `usage`
 */
export function parseCountries(words: readonly string[]): string[] | undefined {
  if (words.length === 0) return undefined
  const names = words.map((word) => word.toUpperCase())
  if (names.length === 1 && names[0] === 'NONE') return []
  if (names.some((name) => !countrySchema.safeParse(name).success))
    throw usageError('A country is two letters', 'As in IN or DE (ISO 3166-1); or `none` alone')
  return [...new Set(names)]
}
