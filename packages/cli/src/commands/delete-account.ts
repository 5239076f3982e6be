import { deleteAccount } from '@hre/sdk'
import type { Command } from 'commander'
import { contextOf } from '../context.ts'
import { usageError } from '../errors.ts'
import { counted } from '../options/amounts.ts'
import { actorOf, nameOfAccount, runningExchange } from '../running.ts'

export function addDeleteAccount(program: Command): void {
  program
    .command('delete-account')
    .description('make every record of yours unreadable, everywhere, for good. Export before, if you want to')
    .option('--for-good', 'yes, for good')
    .option('--as <name>', 'the patient who is acting')
    .action(async (options: { as?: string; forGood?: boolean }, command: Command) => {
      const { output, ...context } = contextOf(command)
      if (!options.forGood)
        throw usageError('This cannot be undone', '`hre export --to FOLDER` first; then add `--for-good`')
      const exchange = await runningExchange(context)
      const actor = await actorOf(exchange, options.as)
      const deletion = await deleteAccount(actor)
      output.value(deletion)
      const { erased, wraps, unreachable } = deletion
      output.line(`${counted(erased, 'record')} erased, ${counted(wraps, 'wrapped key')} deleted.`)
      for (const account of unreachable)
        output.note(`${nameOfAccount(exchange, account)} could not be told; run it again when it is back.`)
      if (unreachable.length === 0)
        output.line('Nobody signs for the account any more. Delete your keys and their copies as well.')
    })
}
