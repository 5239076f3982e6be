import { limits } from '@hre/protocol'
import { usageError } from '../errors.ts'

const unitSeconds: Record<string, number> = { m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_536_000 }

/**
 * `30m`, `24h`, `7d`, `2w` or `1y` in seconds.
 *
 * @throws CliError `usage` for anything else, for nothing, and for more than a grant may last (C2).
 */
export function parseDuration(text: string): number {
  const [, number, unit] = /^(\d{1,9})([mhdwy])$/.exec(text.trim()) ?? []
  const seconds = number && unit ? Number(number) * unitSeconds[unit]! : 0
  if (seconds === 0)
    throw usageError('That is not a length of time', 'Write a number and a unit: 30m, 24h, 7d, 2w or 1y')
  if (seconds > limits.grantSecondsMax)
    throw usageError('That is longer than a grant may last', 'Choose at most 10y')
  return seconds
}

/** Seconds in the largest unit that leaves few digits: `24 hours`, `7 days`. */
export function formatDuration(seconds: number): string {
  const units: [string, number][] = [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ]
  const [name, size] = units.find(([, size]) => seconds >= size * 2) ?? ['second', 1]
  const count = Math.round(seconds / size)
  return `${count} ${name}${count === 1 ? '' : 's'}`
}
