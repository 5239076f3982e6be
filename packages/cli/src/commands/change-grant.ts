import type { CompartmentName } from '@hre/fhir'
import { isHreError } from '@hre/protocol'
import { compartmentIds, narrowAccess, renewAccess } from '@hre/sdk'
import type { Command } from 'commander'
import { contextOf } from '../context.ts'
import { CliError, usageError } from '../errors.ts'
import { formatMoment } from '../options/amounts.ts'
import { parseDuration } from '../options/duration.ts'
import { shortHash } from '../options/short-id.ts'
import { parseCeiling, parseParts, parsePurpose, wordsOfPurpose } from '../options/words.ts'
import { listParts } from '../parts.ts'
import { accountNamed, actorOf, nameOfAccount, runningExchange } from '../running.ts'

const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds

export function addNarrow(program: Command): void {
  program
    .command('narrow <reader> <part...>')
    .description('take back some of what somebody may do with parts of your chart; no key changes')
    .option('--as <name>', 'the patient who is acting')
    .option('--for <time>', 'how long it still lasts: 30m, 24h, 7d, 2w, 1y')
    .option('--purpose <code>', 'the one purpose that is left: TREAT, HRESCH ...')
    .option('--ceiling <number>', 'the most sensitive record that stays open, 1 to 5')
    .action(
      async (
        name: string,
        words: string[],
        options: { as?: string; for?: string; purpose?: string; ceiling?: string },
        command: Command,
      ) => {
        const context = contextOf(command)
        const { output } = context
        const parts = parseParts(words)
        const seconds = options.for === undefined ? undefined : parseDuration(options.for)
        const purpose = options.purpose === undefined ? undefined : parsePurpose(options.purpose)
        const ceiling = options.ceiling === undefined ? undefined : parseCeiling(options.ceiling)
        if (seconds === undefined && purpose === undefined && ceiling === undefined)
          throw usageError('Say what is left', 'Give --for, --purpose or --ceiling')
        const exchange = await runningExchange(context)
        const reader = accountNamed(exchange, name)
        const actor = await actorOf(exchange, options.as)
        const ids = compartmentIds(actor)
        const until = seconds === undefined ? undefined : inSeconds(seconds)
        const applied = await narrowAccess(actor, {
          reader,
          compartments: parts.map((part) => ids[part]),
          ...(purpose && { purposes: [purpose] }),
          ...(ceiling && { ceiling }),
          ...(until && { until }),
        }).catch(notGranted(parts))
        const { transaction, block } = applied.at(-1)!
        output.value({ reader, parts, purpose, ceiling, until, applied })
        const left = [
          purpose && `for ${wordsOfPurpose(purpose)} alone`,
          ceiling && `up to sensitivity ${ceiling}`,
          until && `until ${formatMoment(until)}`,
        ]
        const who = nameOfAccount(exchange, reader)
        output.line(`${who} may now open ${listParts(parts)} ${left.filter(Boolean).join(', ')}.`)
        output.line(output.style('dim', `transaction ${shortHash(transaction)} · block ${block}`))
      },
    )
}

export function addRenew(program: Command): void {
  program
    .command('renew <reader> <part...>')
    .description('let a permission that is not over last longer; nothing else of it changes')
    .option('--as <name>', 'the patient who is acting')
    .requiredOption('--for <time>', 'how long from now: 30m, 24h, 7d, 2w, 1y')
    .action(
      async (name: string, words: string[], options: { as?: string; for: string }, command: Command) => {
        const context = contextOf(command)
        const { output } = context
        const parts = parseParts(words)
        const until = inSeconds(parseDuration(options.for))
        const exchange = await runningExchange(context)
        const reader = accountNamed(exchange, name)
        const actor = await actorOf(exchange, options.as)
        const ids = compartmentIds(actor)
        const compartments = parts.map((part) => ids[part])
        const applied = await renewAccess(actor, { reader, compartments, until }).catch(notGranted(parts))
        const { transaction, block } = applied.at(-1)!
        output.value({ reader, parts, until, applied })
        const who = nameOfAccount(exchange, reader)
        output.line(`${who} may open ${listParts(parts)} until ${formatMoment(until)}.`)
        output.line(output.style('dim', `transaction ${shortHash(transaction)} · block ${block}`))
      },
    )
}

const notGranted =
  (parts: readonly CompartmentName[]) =>
  (error: unknown): never => {
    if (!isHreError(error, 'not-found')) throw error
    throw new CliError('part-not-granted', { data: { parts } })
  }
