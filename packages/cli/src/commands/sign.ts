import { signBatch } from '@hre/sdk'
import type { Command } from 'commander'
import { accessToOne, purposeOf } from '../access.ts'
import { contextOf } from '../context.ts'
import { CliError, usageError } from '../errors.ts'
import { shortHash, shortId } from '../options/short-id.ts'
import { accountNamed, actorOf, nameOfAccount, runningExchange } from '../running.ts'

interface SignOptions {
  as?: string
  patient?: string
  purpose?: string
}

export function addSign(program: Command): void {
  program
    .command('sign <record>')
    .description('sign the batch that a record is in, as one of the two parties that it waits for')
    .option('--patient <name>', 'whose record it is')
    .option('--as <name>', 'who is acting')
    .option('--purpose <code>', 'why it is looked up: TREAT ... (default: TREAT, for the patient PATRQT)')
    .action(async (id: string, options: SignOptions, command: Command) => {
      const context = contextOf(command)
      const { output } = context
      if (options.patient === undefined) throw usageError('Say whose record it is', 'Add `--patient NAME`')
      const exchange = await runningExchange(context)
      const patient = accountNamed(exchange, options.patient)
      const actor = await actorOf(exchange, options.as)
      const purpose = purposeOf(actor, patient, options.purpose)
      const item = await accessToOne(actor, { patient, purpose, wanted: id })
      if (!item) throw new CliError('record-unknown')
      const { batch, signing } = item
      const applied = await signBatch(actor, batch)
      const awaited = (signing?.parties ?? [])
        .filter(({ account, signedAt }) => signedAt === null && account !== actor.account)
        .map(({ account }) => account)
      output.value({ batch, awaited, ...applied })
      const who = awaited.map((account) => nameOfAccount(exchange, account))
      output.line(
        who.length === 0
          ? `Both parties have signed batch ${shortId(batch)}.`
          : `Signed batch ${shortId(batch)}; it awaits ${who.join(' and ')}.`,
      )
      const { transaction, block } = applied
      output.line(output.style('dim', `transaction ${shortHash(transaction)} · block ${block}`))
    })
}
