import { collectReleases, openRecords, requestPages } from '@hre/sdk'
import type { Command } from 'commander'
import { contextOf, fromCaller } from '../../context.ts'
import { counted } from '../../options/amounts.ts'
import { shortId } from '../../options/short-id.ts'
import { accountNamed, actorOf, nameOfAccount, runningExchange } from '../../running.ts'
import { asJson, inWords, saveRecord } from '../open.ts'

export function addOpenEmergency(emergency: Command): void {
  emergency
    .command('open <patient>')
    .description('open what the hospitals’ shares open, while your emergency lasts')
    .option('--as <name>', 'the doctor or nurse who is acting')
    .option('--out <folder>', 'also write each record to a file of its own')
    .action(async (name: string, options: { as?: string; out?: string }, command: Command) => {
      const { output, ...context } = contextOf(command)
      const exchange = await runningExchange(context)
      const patient = accountNamed(exchange, name)
      const actor = await actorOf(exchange, options.as)
      const { keys, emergency, refused, unreachable } = await collectReleases(actor, patient)
      let opened = 0
      let closed = 0
      const reading = { emergency: keys, onClosed: () => closed++ }
      for await (const access of requestPages(actor, { patient, purpose: 'ETREAT' }))
        for await (const item of openRecords(actor, access, reading)) {
          opened++
          const file = options.out && (await saveRecord(fromCaller(options.out), item))
          output.value(asJson(item, file))
          output.line(`${output.style('dim', shortId(item.leaf.record))}  ${inWords(item)}`)
        }
      for (const { organisation, reason } of refused)
        output.note(`${nameOfAccount(exchange, organisation)} gave no good share: ${reason}.`)
      for (const account of unreachable)
        output.note(`${nameOfAccount(exchange, account)} could not be asked.`)
      if (closed > 0) output.note(`${counted(closed, 'record')} stayed closed.`)
      output.line(
        `${counted(opened, 'record')} opened under emergency ${emergency.declaration}; the patient sees each of these accesses.`,
      )
    })
}
