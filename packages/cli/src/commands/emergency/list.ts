import { emergencyOutcomes, emergencyReasons, nameOf, type EmergencyView } from '@hre/protocol'
import { emergencyWords, listEmergencies } from '@hre/sdk'
import type { Command } from 'commander'
import { contextOf } from '../../context.ts'
import { usageError } from '../../errors.ts'
import { formatMoment } from '../../options/amounts.ts'
import { actorOf, nameOfAccount, runningExchange } from '../../running.ts'

const sides = ['patient', 'declared', 'review'] as const

export function addListEmergencies(emergency: Command): void {
  emergency
    .command('list')
    .description('emergencies: of your chart, declared by you, or for your review')
    .option('--side <which>', `${sides.join(', ')}`, 'patient')
    .option('--as <name>', 'who is acting')
    .action(async (options: { as?: string; side: string }, command: Command) => {
      const { output, ...context } = contextOf(command)
      const side = sides.find((name) => name === options.side)
      if (!side) throw usageError('There is no such side', `Sides: ${sides.join(', ')}`)
      const exchange = await runningExchange(context)
      const actor = await actorOf(exchange, options.as)
      const emergencies = await listEmergencies(actor, side)
      output.value({ emergencies })
      if (emergencies.length === 0) return output.line('There are no emergencies.')
      output.table([
        ['NUMBER', 'WHO', 'PATIENT', 'REASON', 'DECLARED', 'SHARES FROM', 'STATE'],
        ...emergencies.map((row) => [
          String(row.declaration),
          nameOfAccount(exchange, row.member),
          nameOfAccount(exchange, row.patient),
          nameOf(emergencyReasons, row.reason),
          formatMoment(row.declaredAt),
          [...new Set(row.releases.map(({ trustee }) => nameOfAccount(exchange, trustee)))]
            .sort()
            .join(', ') || 'nobody',
          stateOf(row),
        ]),
      ])
    })
  emergency
    .command('words <number>')
    .description('what was said about an emergency, for whoever may read it')
    .option('--as <name>', 'who is acting')
    .action(async (number: string, options: { as?: string }, command: Command) => {
      const { output, ...context } = contextOf(command)
      const actor = await actorOf(await runningExchange(context), options.as)
      const { reason, report, statement } = await emergencyWords(actor, numberOf(number))
      output.value({ reason, report, statement })
      for (const [what, words] of Object.entries({ reason, report, statement }))
        output.line(`${what.padEnd(9)}  ${words?.text ?? '-'}`)
    })
}

/** @throws CliError `usage`. */
export function numberOf(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text))
    throw usageError('That is not the number of an emergency', '`hre emergency list` has them')
  return Number(text)
}

/** In words of the moment. */
export function stateOf(
  { until, closed, outcome, contested }: EmergencyView,
  now = Date.now() / 1000,
): string {
  const over = closed ? 'closed' : 'over'
  const state =
    until > now ? 'open' : outcome === 0 ? `${over}, not reviewed` : nameOf(emergencyOutcomes, outcome)
  return contested ? `${state}, contested` : state
}
