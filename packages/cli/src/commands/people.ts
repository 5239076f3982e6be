import type { Command } from 'commander'
import { contextOf } from '../context.ts'
import { knownExchange } from '../running.ts'

export function addPeople(program: Command): void {
  program
    .command('people')
    .description('who is there: the names for --as, PATIENT and READER')
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command)
      const { output } = context
      const { people, gateways } = await knownExchange(context)
      const rows = Object.entries(people).map(([id, person]) => ({ id, ...person }))
      const organisations = Object.entries(gateways).map(([id, { name, account }]) => ({ id, name, account }))
      output.value({ people: rows, organisations })
      output.table([
        ['NAME', 'WHO', 'ROLE', 'AT', 'ACCOUNT'],
        ...rows.map(({ id, name, role, organisation, account }) => [
          id,
          name,
          role,
          gateways[organisation].name,
          account,
        ]),
        ...organisations.map(({ id, name, account }) => [id, name, 'organisation', '', account]),
      ])
    })
}
