import { licenseMember } from '@hre/sdk'
import type { Command } from 'commander'
import { contextOf } from '../context.ts'
import { usageError } from '../errors.ts'
import { formatMoment } from '../options/amounts.ts'
import { parseDuration } from '../options/duration.ts'
import { shortHash } from '../options/short-id.ts'
import { accountNamed, actorOf, nameOfAccount, runningExchange } from '../running.ts'

interface LicenseOptions {
  as?: string
  for: string
  specialty: string
}

export function addLicense(program: Command): void {
  program
    .command('license <member>')
    .description('say until when a member of your organisation is licensed; emergencies and some grants ask')
    .option('--for <time>', 'how long: 30d, 1y', '1y')
    .option('--specialty <code>', 'a SNOMED CT concept', '0')
    .option('--as <name>', 'the administrator who is acting')
    .action(async (name: string, options: LicenseOptions, command: Command) => {
      const { output, ...context } = contextOf(command)
      if (!/^\d{1,18}$/.test(options.specialty))
        throw usageError('A specialty is the number of a SNOMED CT concept', 'Leave it out if there is none')
      const licensedUntil = Math.floor(Date.now() / 1000) + parseDuration(options.for)
      const exchange = await runningExchange(context)
      const member = accountNamed(exchange, name)
      const actor = await actorOf(exchange, options.as)
      const specialty = BigInt(options.specialty)
      const { transaction, block } = await licenseMember(actor, member, licensedUntil, specialty)
      output.value({ member, licensedUntil, transaction, block })
      output.line(`${nameOfAccount(exchange, member)} is licensed until ${formatMoment(licensedUntil)}.`)
      output.line(output.style('dim', `transaction ${shortHash(transaction)} · block ${block}`))
    })
}
