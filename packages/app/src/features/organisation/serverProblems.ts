import type { ServerHealth } from '../../keeper/desk-api.ts'

/** So far behind the register a server does not decide by what is so. */
const behindMax = 5
const queuedMax = 100

/** What somebody has to look after. */
export function problemsOf(health: ServerHealth): ('register' | 'behind' | 'queue' | 'files' | 'others')[] {
  const { registerBlock, readBlock, queued, files, others } = health
  return [
    ...(registerBlock === null ? (['register'] as const) : []),
    ...(registerBlock !== null && registerBlock - readBlock > behindMax ? (['behind'] as const) : []),
    ...(queued > queuedMax ? (['queue'] as const) : []),
    ...(files !== null && files.unrepaired > 0 ? (['files'] as const) : []),
    ...(others.some(({ answers }) => !answers) ? (['others'] as const) : []),
  ]
}
