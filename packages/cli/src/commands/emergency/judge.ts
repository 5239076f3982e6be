import { emergencyOutcomes, type EmergencyOutcome } from '@hre/protocol'
import { contestEmergency, reviewEmergency } from '@hre/sdk'
import type { Command } from 'commander'
import { contextOf } from '../../context.ts'
import { usageError } from '../../errors.ts'
import { actorOf, runningExchange } from '../../running.ts'
import { numberOf } from './list.ts'

interface JudgeOptions {
  as?: string
  words?: string[]
}

export function addJudge(emergency: Command): void {
  emergency
    .command('review <number> <outcome>')
    .description(`say as an auditor of another hospital: ${Object.keys(emergencyOutcomes).join(', ')}`)
    .option('--words <text...>', 'the report; kept by your hospital')
    .option('--as <name>', 'the auditor who is acting')
    .action(async (number: string, said: string, options: JudgeOptions, command: Command) => {
      const { output, ...context } = contextOf(command)
      if (!(said in emergencyOutcomes))
        throw usageError('There is no such outcome', `Outcomes: ${Object.keys(emergencyOutcomes).join(', ')}`)
      const outcome = said as EmergencyOutcome
      const declaration = numberOf(number)
      const words = wordsOf(options)
      const actor = await actorOf(await runningExchange(context), options.as)
      output.value({
        declaration,
        outcome,
        ...(await reviewEmergency(actor, { declaration, outcome, words })),
      })
      output.line(`Emergency ${declaration} is reviewed: ${outcome}.`)
    })
  emergency
    .command('contest <number>')
    .description('say as the patient that you disagree')
    .option('--words <text...>', 'what you say to it')
    .option('--as <name>', 'the patient who is acting')
    .action(async (number: string, options: JudgeOptions, command: Command) => {
      const { output, ...context } = contextOf(command)
      const declaration = numberOf(number)
      const words = wordsOf(options)
      const actor = await actorOf(await runningExchange(context), options.as)
      output.value({ declaration, ...(await contestEmergency(actor, { declaration, words })) })
      output.line(`Emergency ${declaration} is contested; whoever looks at it sees that.`)
    })
}

function wordsOf({ words }: JudgeOptions): string {
  const text = words?.join(' ')
  if (!text) throw usageError('Say why', 'Add `--words ...`')
  return text
}
