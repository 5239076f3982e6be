import { purposesOfBits, rights, rightsOfBits, type GrantView } from '@hre/protocol'
import { listGrants, listRecordGrants } from '@hre/sdk'
import type { Command } from 'commander'
import type { Address, Hex } from 'viem'
import { contextOf } from '../context.ts'
import { usageError } from '../errors.ts'
import { formatMoment } from '../options/amounts.ts'
import { shortId } from '../options/short-id.ts'
import { namesBy, partIds, partNames } from '../parts.ts'
import { accountNamed, actorOf, nameOfAccount, runningExchange } from '../running.ts'

export function addGrants(program: Command): void {
  program
    .command('grants')
    .description('who may open what: grants that a patient gave, or that a reader received')
    .option('--as <name>', 'who is acting')
    .option('--received', 'those that were given to the one who is acting')
    .option('--patient <name>', 'those that a patient gave whom the one who is acting looks after')
    .action(async (options: { as?: string; received?: boolean; patient?: string }, command: Command) => {
      const context = contextOf(command)
      const { output } = context
      const exchange = await runningExchange(context)
      const actor = await actorOf(exchange, options.as)
      const side = options.received ? 'received' : 'given'
      const patient = options.patient === undefined ? undefined : accountNamed(exchange, options.patient)
      if (patient && options.received)
        throw usageError('What a patient received is theirs to see', 'Leave out --received or --patient')
      const partOf = patient && namesBy(await partIds(actor, patient))
      // Grants of single records are the patient's alone to see and to give.
      const single = (patient ? [] : await listRecordGrants(actor, side)).map((grant) => ({
        ...grant,
        rights: rights.read,
      }))
      const grants: (Omit<GrantView, 'filing' | 'endedBlock' | 'delegate'> & {
        record?: Hex
        delegate?: Address | null
      })[] = [...(await listGrants(actor, side, patient)), ...single]
      const rows = grants.map((grant) => ({
        patient: grant.patient,
        reader: grant.reader,
        part: (partOf ?? partNames(actor, grant.patient))(grant.compartment),
        record: grant.record,
        rights: rightsOfBits(grant.rights),
        purposes: purposesOfBits(grant.purposes),
        ceiling: grant.ceiling,
        from: grant.from,
        until: grant.until,
        state: stateOf(grant),
        /** Who gave it for the patient. */
        delegate: grant.delegate ?? null,
      }))
      output.value({ grants: rows })
      if (rows.length === 0) return output.line('There are no grants.')
      output.table([
        [options.received ? 'PATIENT' : 'READER', 'PART', 'MAY', 'FOR', 'UP TO', 'UNTIL', 'STATE'],
        ...rows.map((row) => [
          nameOfAccount(exchange, options.received ? row.patient : row.reader),
          row.record === undefined ? row.part : `record ${shortId(row.record)}`,
          row.rights.map((right) => (right === 'write' ? 'file' : 'open')).join(', '),
          row.purposes.join(', '),
          String(row.ceiling),
          formatMoment(row.until),
          row.delegate ? `${row.state}, given by ${nameOfAccount(exchange, row.delegate)}` : row.state,
        ]),
      ])
    })
}

/** In words of the moment: a revoked grant stays in the list, so that nothing disappears. */
export function stateOf(
  grant: Pick<GrantView, 'from' | 'until' | 'revoked'>,
  now = Date.now() / 1000,
): 'in force' | 'revoked' | 'ended' | 'to come' {
  if (grant.revoked) return 'revoked'
  if (grant.until <= now) return 'ended'
  return grant.from > now ? 'to come' : 'in force'
}
