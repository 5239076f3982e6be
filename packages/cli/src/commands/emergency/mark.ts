import { compartmentIds, listMarked, markForEmergency, unmarkForEmergency } from '@hre/sdk'
import type { Command } from 'commander'
import { contextOf } from '../../context.ts'
import { usageError } from '../../errors.ts'
import { shortHash } from '../../options/short-id.ts'
import { parseParts } from '../../options/words.ts'
import { listParts, partNames } from '../../parts.ts'
import { accountNamed, actorOf, nameOfAccount, runningExchange } from '../../running.ts'

interface MarkOptions {
  as?: string
  trustee?: string[]
  threshold: string
}

export function addMark(emergency: Command): void {
  emergency
    .command('mark <part...>')
    .description('let hospitals open these parts together when you cannot be asked')
    .option('--trustee <name...>', 'the hospitals that hold a share each: 2 to 9 of them')
    .option('--threshold <number>', 'how many of them it takes', '2')
    .option('--as <name>', 'the patient who is acting')
    .action(async (words: string[], options: MarkOptions, command: Command) => {
      const { output, ...context } = contextOf(command)
      const parts = parseParts(words)
      const exchange = await runningExchange(context)
      const trustees = (options.trustee ?? []).map((name) => accountNamed(exchange, name))
      const threshold = thresholdOf(options.threshold, trustees.length)
      const actor = await actorOf(exchange, options.as)
      const ids = compartmentIds(actor)
      const compartments = parts.map((part) => ids[part])
      const applied = await markForEmergency(actor, { compartments, trustees, threshold })
      output.value({ parts, trustees, threshold, applied })
      const names = trustees.map((account) => nameOfAccount(exchange, account))
      output.line(
        `In an emergency ${threshold} of ${names.join(', ')} together open ${listParts(parts)} to a licensed doctor or nurse.`,
      )
      output.line('You and an auditor of another hospital see each time that it happens.')
      const { transaction, block } = applied[0]!
      output.line(output.style('dim', `transaction ${shortHash(transaction)} · block ${block}`))
    })
  emergency
    .command('unmark <part...>')
    .description('no emergency opens these parts any more')
    .option('--as <name>', 'the patient who is acting')
    .action(async (words: string[], options: { as?: string }, command: Command) => {
      const { output, ...context } = contextOf(command)
      const parts = parseParts(words)
      const actor = await actorOf(await runningExchange(context), options.as)
      const ids = compartmentIds(actor)
      const applied = await unmarkForEmergency(
        actor,
        parts.map((part) => ids[part]),
      )
      output.value({ parts, applied })
      output.line(`No emergency opens ${listParts(parts)} any more.`)
    })
  emergency
    .command('marks')
    .description('which parts may be opened in an emergency, and who holds a share that is good')
    .option('--as <name>', 'the patient who is acting')
    .action(async (options: { as?: string }, command: Command) => {
      const { output, ...context } = contextOf(command)
      const exchange = await runningExchange(context)
      const actor = await actorOf(exchange, options.as)
      const { marked, unreachable } = await listMarked(actor)
      output.value({ marked, unreachable })
      if (marked.length === 0) return output.line('No part may be opened in an emergency.')
      const name = partNames(actor, actor.account)
      const people = (accounts: readonly string[]) =>
        accounts.map((account) => nameOfAccount(exchange, account)).join(', ') || 'nobody'
      output.table([
        ['PART', 'EPOCH', 'TAKES', 'TRUSTEES', 'HELD BY'],
        ...marked.map(({ compartment, epoch, threshold, trustees, heldBy }) => [
          name(compartment),
          String(epoch),
          `${threshold} of ${trustees.length}`,
          people(trustees),
          people(trustees.filter((trustee) => heldBy.includes(trustee))),
        ]),
      ])
      for (const account of unreachable)
        output.note(`${nameOfAccount(exchange, account)} could not be asked.`)
    })
}

function thresholdOf(text: string, trustees: number): number {
  const threshold = Number(text)
  if (trustees < 2 || trustees > 9)
    throw usageError('Name 2 to 9 hospitals', 'Such as `--trustee city-hospital lakeside-clinic`')
  if (!Number.isInteger(threshold) || threshold < 2 || threshold > trustees)
    throw usageError('The threshold is 2 to the number of trustees', 'One alone would hold the key')
  return threshold
}
