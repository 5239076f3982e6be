import { writeFile } from 'node:fs/promises'
import { proofFileOf } from '@hre/sdk'
import type { Command } from 'commander'
import { accessToOne, purposeOf } from '../access.ts'
import { contextOf, fromCaller } from '../context.ts'
import { CliError, usageError } from '../errors.ts'
import { marksInWords } from '../marks.ts'
import { accountNamed, actorOf, runningExchange } from '../running.ts'

interface ProveOptions {
  as?: string
  patient?: string
  purpose?: string
  out?: string
}

export function addProve(program: Command): void {
  program
    .command('prove <record>')
    .description('make a proof that a record is on the chain, for somebody who trusts neither of you')
    .option('--patient <name>', 'whose record it is')
    .option('--as <name>', 'who is acting')
    .option('--purpose <code>', 'why: TREAT, HLEGAL ... (default: TREAT, for the patient PATRQT)')
    .option('--out <file>', 'write it there; else it is printed')
    .action(async (id: string, options: ProveOptions, command: Command) => {
      const context = contextOf(command)
      const { output } = context
      if (options.patient === undefined) throw usageError('Say whose record it is', 'Add `--patient NAME`')
      const exchange = await runningExchange(context)
      const patient = accountNamed(exchange, options.patient)
      const actor = await actorOf(exchange, options.as)
      const purpose = purposeOf(actor, patient, options.purpose)
      const item = await accessToOne(actor, { patient, purpose, wanted: id })
      if (!item) throw new CliError('record-unknown')
      const proof = proofFileOf(actor.deployment, item)
      const marks = marksInWords(exchange, [item])(item)
      if (marks !== 'live')
        output.note(`Since it was recorded: ${marks}. Whoever checks the proof learns that too.`)
      const text = `${JSON.stringify(proof, null, 2)}\n`
      if (options.out === undefined) {
        output.value(proof)
        output.line(text.trimEnd())
        return
      }
      const file = fromCaller(options.out)
      await writeFile(file, text).catch((cause: unknown) => {
        throw new CliError('file-unwritable', { cause })
      })
      const { leaf, batch, status, successor, signing } = item
      output.value({ record: leaf.record, batch, status, successor, signing, file })
      output.line(`The proof is in ${file}. Anybody checks it with \`hre verify ${file} --rpc URL\`.`)
    })
}
