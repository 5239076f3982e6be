import type { Role } from '@hre/protocol'
import { inviteMember, invitePatient } from '@hre/sdk'
import type { Command } from 'commander'
import { contextOf } from '../context.ts'
import { usageError } from '../errors.ts'
import { actorOf, runningExchange } from '../running.ts'

interface InviteOptions {
  as?: string
  number?: string
  doctor?: string
}

export function addInvite(program: Command): void {
  program
    .command('invite')
    .description('a link by which one person comes in with the app, once, within a day')
    .option('--number <number>', 'a patient, by the hospital number that the desk checked; it stays here')
    .option('--doctor <name>', 'a doctor of the organisation, by the name that patients will see')
    .option('--as <name>', 'the administrator who invites')
    .action(async (options: InviteOptions, command: Command) => {
      const context = contextOf(command)
      const { output } = context
      const { number, doctor } = options
      if ((number === undefined) === (doctor === undefined))
        throw usageError('Say who is invited', 'Add `--number NUMBER` or `--doctor NAME`')
      const exchange = await runningExchange(context)
      const actor = await actorOf(exchange, options.as ?? 'admin-city')
      const invitation =
        number === undefined
          ? await inviteMember(actor, { role: 'doctor' satisfies Role, name: doctor! })
          : await invitePatient(actor, number)
      // By name, because passkeys want one in the address.
      const app = new URL('/app/', actor.session.client.baseUrl)
      if (app.hostname === '127.0.0.1') app.hostname = 'localhost'
      // After the #: it reaches no server and no log.
      app.hash = `/join/${invitation.secret}`
      output.value({ link: app.href, ...invitation })
      output.line(app.href)
      output.line(output.style('dim', 'Hand it to that person alone; it works once, within a day.'))
    })
}
