import { compartmentNames } from '@hre/fhir'
import { rights } from '@hre/protocol'
import { finishRevocations, listGrants, revokeAccess, revokeAccessFor } from '@hre/sdk'
import type { Command } from 'commander'
import { contextOf } from '../context.ts'
import { CliError, usageError } from '../errors.ts'
import { shortHash } from '../options/short-id.ts'
import { parseParts } from '../options/words.ts'
import { listParts, partIds, partNames } from '../parts.ts'
import { accountNamed, actorOf, nameOfAccount, runningExchange } from '../running.ts'
import { revokeOneRecord } from './grant-record.ts'
import { stateOf } from './grants.ts'

interface RevokeOptions {
  as?: string
  patient?: string
  record?: string
  finish?: boolean
}

export function addRevoke(program: Command): void {
  program
    .command('revoke [reader] [part...]')
    .description('take a permission back and change the keys; without parts, all of that reader’s')
    .option('--patient <name>', 'of the chart of a patient whom the one who is acting looks after')
    .option('--record <id>', 'the permission to open this one record; no key changes')
    .option('--finish', 'change the keys that an interrupted `hre revoke` left as they were')
    .option('--as <name>', 'the patient who is acting')
    .action(async (name: string | undefined, words: string[], options: RevokeOptions, command: Command) => {
      if (options.finish) return finish(name, options, command)
      if (name === undefined) throw usageError('Say whose permission', 'Such as `hre revoke dr-osei`')
      const context = contextOf(command)
      const { output } = context
      const wanted = parseParts(words)
      const exchange = await runningExchange(context)
      const reader = accountNamed(exchange, name)
      const actor = await actorOf(exchange, options.as)
      if (options.record !== undefined) {
        if (words.length > 0 || options.patient !== undefined)
          throw usageError('Name parts or an own record, not both', 'Run it once for each')
        return revokeOneRecord(context, exchange, actor, { reader, record: options.record })
      }
      const patient = options.patient === undefined ? actor.account : accountNamed(exchange, options.patient)
      const isOwn = patient === actor.account
      const ids = await partIds(actor, patient)
      const held = (await listGrants(actor, 'given', patient)).filter(
        (grant) =>
          grant.reader === reader &&
          ['in force', 'to come'].includes(stateOf(grant)) &&
          (grant.rights & rights.read) !== 0,
      )
      const open = compartmentNames.filter((part) =>
        held.some(({ compartment }) => compartment === ids[part]),
      )
      // `all` means all there is; a part by its name must be there.
      const parts = words.length === 0 || words.includes('all') ? open : wanted
      const missing = parts.filter((part) => !open.includes(part))
      if (missing.length > 0 || parts.length === 0)
        throw new CliError('part-not-granted', { data: { parts: missing } })
      const compartments = parts.map((part) => ids[part]!)
      const applied = isOwn
        ? await revokeAccess(actor, { reader, compartments })
        : await revokeAccessFor(actor, patient, { reader, compartments })
      const { transaction, block } = applied[0]!
      output.value({ reader, parts, applied })
      output.line(
        `${nameOfAccount(exchange, reader)} may no longer open ${listParts(parts)}; ${
          isOwn
            ? 'what is filed from now on has a new key.'
            : `the key changes when ${nameOfAccount(exchange, patient)} logs in.`
        }`,
      )
      output.line(output.style('dim', `transaction ${shortHash(transaction)} · block ${block}`))
    })
}

async function finish(name: string | undefined, { as }: RevokeOptions, command: Command): Promise<void> {
  if (name !== undefined) throw usageError('All that was interrupted is finished', 'Leave out the reader')
  const { output, ...context } = contextOf(command)
  const actor = await actorOf(await runningExchange(context), as)
  const finished = await finishRevocations(actor)
  output.value({ finished })
  const nameOfPart = partNames(actor, actor.account)
  output.line(
    finished.length === 0
      ? 'No revocation was interrupted.'
      : `What is filed from now on in ${finished.map(nameOfPart).join(', ')} has a new key.`,
  )
}
