import { isHreError } from '@hre/protocol'
import { pino, type Logger, type LevelWithSilent } from 'pino'

/** One gateway's log: JSON lines without personal data. */
export const createLog = (options: { level: LevelWithSilent; gateway: string }): Logger =>
  pino({ level: options.level, base: { gateway: options.gateway }, serializers: { err: loggable } })

/**
 * A failure as it may be logged: where it came from and its codes. Messages of others may quote what they were given (a database
 * quotes whole rows), so only ours are kept.
 */
export function loggable(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error }
  const { code, routine } = error as { code?: unknown; routine?: unknown }
  return {
    type: error.name,
    ...(typeof code === 'string' && { code }),
    ...(typeof routine === 'string' && { routine }),
    ...(isHreError(error) && { message: error.message }),
    stack: (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at ')),
    ...(error.cause !== undefined && { cause: loggable(error.cause) }),
  }
}
