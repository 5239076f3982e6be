import { openPersonKeys } from '@hre/exchange/client'
import { councilOf, nameGuardians, vetoRecovery } from '@hre/sdk'
import type { Command } from 'commander'
import { contextOf } from '../../context.ts'
import { usageError } from '../../errors.ts'
import { formatMoment } from '../../options/amounts.ts'
import { shortHash } from '../../options/short-id.ts'
import { accountNamed, actorOf, nameOfAccount, runningExchange } from '../../running.ts'

export function addGuardians(program: Command): void {
  const guardians = program
    .command('guardians')
    .description('people who together give you new keys when you have lost everything')
  guardians
    .command('name <guardian...>')
    .description('name them, 2 to 9; others take the place of earlier ones. Needs `hre keys protect` before')
    .option('--threshold <number>', 'how many of them it takes', '2')
    .option('--as <name>', 'who is acting')
    .action(async (names: string[], options: { as?: string; threshold: string }, command: Command) => {
      const { output, ...context } = contextOf(command)
      const threshold = Number(options.threshold)
      if (!Number.isInteger(threshold) || threshold < 2 || threshold > names.length)
        throw usageError('The threshold is 2 to the number of guardians', 'One alone could take your account')
      const exchange = await runningExchange(context)
      const accounts = names.map((name) => accountNamed(exchange, name))
      const actor = await actorOf(exchange, options.as)
      const { rootSeed } = await openPersonKeys(exchange.layout, options.as!)
      const { transaction, block } = await nameGuardians(actor, { rootSeed, guardians: accounts, threshold })
      output.value({ guardians: accounts, threshold, transaction, block })
      const who = accounts.map((account) => nameOfAccount(exchange, account)).join(', ')
      output.line(`${threshold} of ${who} together give you new keys, three days after you could say no.`)
      output.line(output.style('dim', `transaction ${shortHash(transaction)} · block ${block}`))
    })
  guardians
    .command('show')
    .description('your guardians, and who is recovering your account')
    .option('--as <name>', 'who is acting')
    .action(async (options: { as?: string }, command: Command) => {
      const { output, ...context } = contextOf(command)
      const exchange = await runningExchange(context)
      const council = await councilOf(await actorOf(exchange, options.as))
      output.value(council)
      const { guardians: accounts, threshold, recoveries } = council
      if (accounts.length === 0) return output.line('You have named no guardians.')
      const people = (list: readonly string[]) =>
        list.map((account) => nameOfAccount(exchange, account)).join(', ')
      output.line(`${threshold} of ${people(accounts)}.`)
      for (const { state, approvals, startedAt, readyAt } of recoveries) {
        const ready = readyAt === null ? '' : `, new keys from ${formatMoment(readyAt)}`
        output.line(`${formatMoment(startedAt)}  a recovery, ${state}: ${people(approvals)}${ready}`)
      }
    })
  guardians
    .command('veto')
    .description('stop every recovery of your account: it was not you who asked')
    .option('--as <name>', 'who is acting')
    .action(async (options: { as?: string }, command: Command) => {
      const { output, ...context } = contextOf(command)
      const actor = await actorOf(await runningExchange(context), options.as)
      const { transaction, block } = await vetoRecovery(actor)
      output.value({ transaction, block })
      output.line('Every recovery that was under way is void.')
    })
}
