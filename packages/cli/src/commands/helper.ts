import { nameDelegate, endDelegate, compartmentIds, listDelegations } from '@hre/sdk'
import type { Command } from 'commander'
import { contextOf } from '../context.ts'
import { formatMoment } from '../options/amounts.ts'
import { formatDuration, parseDuration } from '../options/duration.ts'
import { shortHash } from '../options/short-id.ts'
import { parseCeiling, parseParts } from '../options/words.ts'
import { listParts } from '../parts.ts'
import { accountNamed, actorOf, nameOfAccount, runningExchange } from '../running.ts'

interface NameOptions {
  as?: string
  for: string
  ceiling: string
}

export function addHelper(program: Command): void {
  const helper = program
    .command('helper')
    .description('somebody who looks after you: opens your chart, sees who looked, decides for you')
  helper
    .command('name <person> <part...>')
    .description('let them open these parts (or all), and give them on to others; again: in place of before')
    .option('--as <name>', 'the patient who is acting')
    .option('--for <time>', 'how long: 24h, 7d, 2w, 1y', '30d')
    .option('--ceiling <number>', 'the most sensitive record that is open to them, 1 to 5', '5')
    .action(async (name: string, words: string[], options: NameOptions, command: Command) => {
      const { output, ...context } = contextOf(command)
      const parts = parseParts(words)
      const seconds = parseDuration(options.for)
      const ceiling = parseCeiling(options.ceiling)
      const exchange = await runningExchange(context)
      const delegate = accountNamed(exchange, name)
      const actor = await actorOf(exchange, options.as)
      const until = Math.floor(Date.now() / 1000) + seconds
      const ids = compartmentIds(actor)
      const compartments = parts.map((part) => ids[part])
      const applied = await nameDelegate(actor, { delegate, compartments, until, ceiling })
      const { transaction, block } = applied.at(-1)!
      output.value({ delegate, parts, ceiling, until, applied })
      output.line(
        `${nameOfAccount(exchange, delegate)} may open ${listParts(parts)}, see who looked, and decide for you who else may, for ${formatDuration(seconds)}, until ${formatMoment(until)}.`,
      )
      output.line(output.style('dim', `transaction ${shortHash(transaction)} · block ${block}`))
    })
  helper
    .command('end <person>')
    .description('they decide and open nothing any more; the keys change')
    .option('--as <name>', 'the patient who is acting')
    .action(async (name: string, options: { as?: string }, command: Command) => {
      const { output, ...context } = contextOf(command)
      const exchange = await runningExchange(context)
      const delegate = accountNamed(exchange, name)
      const actor = await actorOf(exchange, options.as)
      const applied = await endDelegate(actor, delegate)
      const { transaction, block } = applied[0]!
      output.value({ delegate, applied })
      output.line(
        `${nameOfAccount(exchange, delegate)} decides and opens nothing of yours any more. What they gave to others is in \`hre grants\`.`,
      )
      output.line(output.style('dim', `transaction ${shortHash(transaction)} · block ${block}`))
    })
  helper
    .command('list')
    .description('who looks after you, or with --received whom you look after')
    .option('--as <name>', 'who is acting')
    .option('--received', 'those for whom the one who is acting may decide')
    .action(async (options: { as?: string; received?: boolean }, command: Command) => {
      const { output, ...context } = contextOf(command)
      const exchange = await runningExchange(context)
      const actor = await actorOf(exchange, options.as)
      const delegations = await listDelegations(actor, options.received ? 'received' : 'given')
      output.value({ delegations })
      if (delegations.length === 0)
        return output.line(options.received ? 'You look after nobody here.' : 'Nobody decides for you.')
      const now = Date.now() / 1000
      output.table([
        [options.received ? 'PATIENT' : 'HELPER', 'UNTIL', 'STATE'],
        ...delegations.map(({ patient, delegate, until }) => [
          nameOfAccount(exchange, options.received ? patient : delegate),
          formatMoment(until),
          until > now ? 'in force' : 'ended',
        ]),
      ])
    })
}
