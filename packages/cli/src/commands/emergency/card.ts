import {
  endEmergencyCard,
  hospitalNumberSystem,
  keepPatientNumber,
  listLookups,
  makeEmergencyCard,
} from '@hre/sdk'
import { open, rm } from 'node:fs/promises'
import { extname } from 'node:path'
import type { Command } from 'commander'
import { contextOf, fromCaller } from '../../context.ts'
import { cardPageOf, cardSvgOf, terminalQrOf } from '../../emergency-card.ts'
import { CliError, usageError } from '../../errors.ts'
import { formatMoment } from '../../options/amounts.ts'
import { accountNamed, actorOf, nameOfAccount, runningExchange } from '../../running.ts'

interface CardOptions {
  as?: string
  out?: string
  end?: boolean
}

/**
 * Makes a card into a new file. The file comes first: a card that could not be kept would have ended the earlier one for nothing.
 *
 * @throws CliError `usage`, `file-unwritable`: there is no new card then; and what `make` throws.
 */
async function printed<Made extends { text: string }>(
  file: string | undefined,
  make: () => Promise<Made>,
): Promise<Made> {
  if (file === undefined) return make()
  const draw = { '.svg': cardSvgOf, '.html': cardPageOf }[extname(file).toLowerCase()]
  if (!draw) throw usageError('A card is printed from SVG or HTML', 'Name a file that ends in .svg or .html')
  const target = await open(file, 'wx', 0o600).catch((cause: unknown) => {
    throw new CliError('file-unwritable', { cause })
  })
  try {
    const made = await make()
    await target.writeFile(draw(made.text))
    return made
  } catch (error) {
    await rm(file, { force: true })
    throw error
  } finally {
    await target.close()
  }
}

export function addCard(emergency: Command): void {
  emergency
    .command('card')
    .description('make the card that finds you when you cannot speak; an earlier one ends')
    .option('--as <name>', 'the patient who is acting')
    .option('--out <file>', 'write it to a new .svg or .html file to print, too')
    .option('--end', 'end the card that there is, and make none')
    .action(async (options: CardOptions, command: Command) => {
      const { output, ...context } = contextOf(command)
      if (options.end && options.out) throw usageError('A card that ends is not printed', 'Leave out `--out`')
      const exchange = await runningExchange(context)
      const actor = await actorOf(exchange, options.as)
      const gateway = new URL(actor.session.client.baseUrl).host
      const file = options.out === undefined ? undefined : fromCaller(options.out)
      const { text, unreachable } = options.end
        ? { text: null, ...(await endEmergencyCard(actor)) }
        : await printed(file, () => makeEmergencyCard(actor, gateway))
      output.value({ card: text, unreachable, ...(file && { file }) })
      if (text === null) output.line('The card finds nobody any more.')
      else {
        if (process.stdout.isTTY)
          for (const row of terminalQrOf(text)) output.line(output.style(['whiteBright', 'bgBlack'], row))
        output.line(text)
        if (file) output.line(`To print, in ${file}. Delete it afterwards: whoever has it has the card.`)
        output.line('It names nobody and opens nothing by itself:')
        output.line('a doctor or nurse finds you with it, and you see who did.')
      }
      for (const account of unreachable)
        output.note(`${nameOfAccount(exchange, account)} could not be told; run it again later.`)
    })
  emergency
    .command('number <patient> <number>')
    .description('the number under which your hospital knows a patient; kept as a keyed hash')
    .option('--as <name>', 'the administrator, doctor or nurse who is acting')
    .action(async (name: string, value: string, options: { as?: string }, command: Command) => {
      const { output, ...context } = contextOf(command)
      const exchange = await runningExchange(context)
      const patient = accountNamed(exchange, name)
      const actor = await actorOf(exchange, options.as)
      await keepPatientNumber(actor, { patient, system: hospitalNumberSystem, value })
      output.value({ patient })
      output.line(`Your hospital finds ${nameOfAccount(exchange, patient)} by this number.`)
    })
  emergency
    .command('lookups')
    .description('who found you by your card or patient number')
    .option('--as <name>', 'the patient who is acting')
    .action(async (options: { as?: string }, command: Command) => {
      const { output, ...context } = contextOf(command)
      const exchange = await runningExchange(context)
      const actor = await actorOf(exchange, options.as)
      const { lookups, unreachable } = await listLookups(actor)
      output.value({ lookups, unreachable })
      for (const { at, by, kind, organisation } of lookups)
        output.line(
          `${formatMoment(at)}  ${nameOfAccount(exchange, by)} found you by your ${kind}, at ${nameOfAccount(exchange, organisation)}`,
        )
      if (lookups.length === 0) output.line('Nobody looked for you.')
      for (const account of unreachable)
        output.note(`${nameOfAccount(exchange, account)} could not be asked.`)
    })
}
