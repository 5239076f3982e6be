import { emergencyReasons, type EmergencyReason } from '@hre/protocol'
import {
  closeEmergency,
  declareEmergency,
  findByCard,
  findByNumber,
  hospitalNumberSystem,
  openDeclaration,
} from '@hre/sdk'
import type { Actor } from '@hre/sdk'
import type { Command } from 'commander'
import type { Address } from 'viem'
import { contextOf } from '../../context.ts'
import { usageError } from '../../errors.ts'
import { formatMoment } from '../../options/amounts.ts'
import { parseDuration } from '../../options/duration.ts'
import { shortHash } from '../../options/short-id.ts'
import { accountNamed, actorOf, nameOfAccount, runningExchange, type KnownExchange } from '../../running.ts'

interface DeclareOptions {
  as?: string
  card?: string
  number?: string
  reason: string
  words?: string[]
  for: string
}

export function addDeclare(emergency: Command): void {
  emergency
    .command('declare [patient]')
    .description('break the glass of a patient’s chart; the patient and an auditor see it')
    .option('--card <text>', 'find the patient by the emergency card')
    .option('--number <number>', 'find the patient by your hospital’s own number')
    .option('--reason <words>', `${Object.keys(emergencyReasons).map(dashed).join(', ')}`, 'unresponsive')
    .option('--words <text...>', 'what happened; kept by your hospital for the review')
    .option('--for <time>', 'how long: 5m to 60m', '30m')
    .option('--as <name>', 'the doctor or nurse who is acting')
    .action(async (name: string | undefined, options: DeclareOptions, command: Command) => {
      const { output, ...context } = contextOf(command)
      const reason = reasonOf(options.reason)
      const words = options.words?.join(' ')
      if (!words) throw usageError('Say what happened', 'Add `--words ...`; an auditor will read it')
      const durationSeconds = parseDuration(options.for)
      const exchange = await runningExchange(context)
      const actor = await actorOf(exchange, options.as)
      const patient = await patientOf(exchange, actor, name, options)
      const { transaction, block, emergency } = await declareEmergency(actor, {
        patient,
        reason,
        words,
        durationSeconds,
      })
      output.value({ emergency, transaction, block })
      output.line(
        `Emergency ${emergency.declaration} for ${nameOfAccount(exchange, patient)}: open until ${formatMoment(emergency.until)}.`,
      )
      output.line(output.style('dim', `transaction ${shortHash(transaction)} · block ${block}`))
    })
  emergency
    .command('close <patient>')
    .description('end your emergency before its time')
    .option('--as <name>', 'the doctor or nurse who is acting')
    .action(async (name: string, options: { as?: string }, command: Command) => {
      const { output, ...context } = contextOf(command)
      const exchange = await runningExchange(context)
      const actor = await actorOf(exchange, options.as)
      const { declaration } = await openDeclaration(actor, accountNamed(exchange, name))
      const applied = await closeEmergency(actor, declaration)
      output.value({ declaration, ...applied })
      output.line(`Emergency ${declaration} is over.`)
    })
}

async function patientOf(
  exchange: KnownExchange,
  actor: Actor,
  name: string | undefined,
  { card, number }: DeclareOptions,
): Promise<Address> {
  if ([name, card, number].filter((given) => given !== undefined).length !== 1)
    throw usageError('Say who it is in one way', 'A name, `--card TEXT` or `--number NUMBER`')
  if (card !== undefined) return findByCard(actor, card)
  if (number !== undefined) return findByNumber(actor, { system: hospitalNumberSystem, value: number })
  return accountNamed(exchange, name!)
}

const dashed = (text: string): string => text.replaceAll(' ', '-')

function reasonOf(text: string): EmergencyReason {
  const found = (Object.keys(emergencyReasons) as EmergencyReason[]).find((reason) => dashed(reason) === text)
  if (!found)
    throw usageError(
      'There is no such reason',
      `Reasons: ${Object.keys(emergencyReasons).map(dashed).join(', ')}`,
    )
  return found
}
