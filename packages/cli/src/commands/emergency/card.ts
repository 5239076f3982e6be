import {
  endEmergencyCard,
  hospitalNumberSystem,
  keepPatientNumber,
  listLookups,
  makeEmergencyCard,
} from '@hre/sdk'
import type { Command } from 'commander'
import { contextOf } from '../../context.ts'
import { formatMoment } from '../../options/amounts.ts'
import { accountNamed, actorOf, nameOfAccount, runningExchange } from '../../running.ts'

export function addCard(emergency: Command): void {
  emergency
    .command('card')
    .description('make the card that finds you when you cannot speak; an earlier one ends')
    .option('--as <name>', 'the patient who is acting')
    .option('--end', 'end the card that there is, and make none')
    .action(async (options: { as?: string; end?: boolean }, command: Command) => {
      const { output, ...context } = contextOf(command)
      const exchange = await runningExchange(context)
      const actor = await actorOf(exchange, options.as)
      const gateway = new URL(actor.session.client.baseUrl).host
      const { text, unreachable } = options.end
        ? { text: null, ...(await endEmergencyCard(actor)) }
        : await makeEmergencyCard(actor, gateway)
      output.value({ card: text, unreachable })
      if (text === null) output.line('The card finds nobody any more.')
      else {
        output.line(text)
        output.line(
          'Print it, also as a QR code (alphanumeric). It names nobody and opens nothing by itself:',
        )
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
