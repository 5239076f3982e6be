import { compartmentIds, grantAccess, grantAccessFor, type Actor } from '@hre/sdk'
import type { CompartmentName } from '@hre/fhir'
import { hreError, type Purpose } from '@hre/protocol'
import type { Command } from 'commander'
import type { Address } from 'viem'
import { contextOf } from '../context.ts'
import { formatMoment } from '../options/amounts.ts'
import { formatDuration, parseDuration } from '../options/duration.ts'
import { shortHash } from '../options/short-id.ts'
import { parseCeiling, parseParts, parsePurpose, wordsOfPurpose } from '../options/words.ts'
import { listParts, partIds } from '../parts.ts'
import { accountNamed, actorOf, nameOfAccount, runningExchange } from '../running.ts'
import { usageError } from '../errors.ts'
import { grantOneRecord } from './grant-record.ts'

interface GrantOptions {
  as?: string
  patient?: string
  record?: string
  fromNowOn?: boolean
  for: string
  purpose: string
  ceiling: string
}

export function addGrant(program: Command): void {
  program
    .command('grant <reader> [part...]')
    .description('let somebody open parts of your chart (labs, summary ..., or all), or one record')
    .option('--as <name>', 'the patient who is acting')
    .option('--patient <name>', 'of the chart of a patient whom the one who is acting looks after')
    .option('--record <id>', 'one record alone, in place of parts')
    .option('--from-now-on', 'only what is filed from now on; the keys of these parts change')
    .option('--for <time>', 'how long: 30m, 24h, 7d, 2w, 1y', '24h')
    .option('--purpose <code>', 'what for: TREAT, HRESCH ...', 'TREAT')
    .option('--ceiling <number>', 'the most sensitive record that is open, 1 to 5', '5')
    .action(async (name: string, words: string[], options: GrantOptions, command: Command) => {
      const context = contextOf(command)
      const { output } = context
      assertWhat(words, options)
      const parts = parseParts(words)
      const seconds = parseDuration(options.for)
      const purpose = parsePurpose(options.purpose)
      const ceiling = parseCeiling(options.ceiling)
      const exchange = await runningExchange(context)
      const reader = accountNamed(exchange, name)
      const actor = await actorOf(exchange, options.as)
      const until = Math.floor(Date.now() / 1000) + seconds
      if (options.record !== undefined) {
        const wish = { reader, record: options.record, purpose, ceiling, until }
        return grantOneRecord(context, exchange, actor, wish)
      }
      const terms = { reader, parts, purpose, until, ceiling }
      const patient = options.patient === undefined ? undefined : accountNamed(exchange, options.patient)
      const applied = patient
        ? await grantForPatient(actor, patient, terms)
        : await grantOwn(actor, terms, options.fromNowOn ? 'from-now-on' : 'all')
      const { transaction, block } = applied.at(-1)!
      const operations = applied.map((operation, index) => ({ part: parts[index], ...operation }))
      output.value({ reader, purpose, ceiling, until, granted: operations })
      const who = nameOfAccount(exchange, reader)
      const what = `${options.fromNowOn ? 'what is filed from now on in ' : ''}${listParts(parts)}`
      output.line(
        `${who} may open ${what} for ${wordsOfPurpose(purpose)} for ${formatDuration(seconds)}, until ${formatMoment(until)}.`,
      )
      output.line(output.style('dim', `transaction ${shortHash(transaction)} · block ${block}`))
    })
}

interface Terms {
  reader: Address
  parts: readonly CompartmentName[]
  purpose: Purpose
  until: number
  ceiling: number
}

function grantOwn(actor: Actor, { parts, purpose, ...terms }: Terms, history: 'all' | 'from-now-on') {
  const ids = compartmentIds(actor)
  const compartments = parts.map((part) => ids[part])
  return grantAccess(actor, { ...terms, compartments, purposes: [purpose], history })
}

/** As somebody who looks after the patient (C13). */
async function grantForPatient(actor: Actor, patient: Address, { parts, purpose, ...terms }: Terms) {
  const ids = await partIds(actor, patient)
  const compartments = parts.map((part) => {
    const id = ids[part]
    if (!id) throw hreError('not-found', { part })
    return id
  })
  return grantAccessFor(actor, patient, { ...terms, compartments, purposes: [purpose] })
}

/** Parts of the chart, or one record: not both, not neither. */
function assertWhat(parts: readonly string[], { patient, record, fromNowOn }: GrantOptions): void {
  if (patient !== undefined && (record !== undefined || fromNowOn))
    throw usageError(
      'For somebody else you give parts, with the earlier records',
      'Leave out --record and --from-now-on',
    )
  if (record !== undefined && fromNowOn)
    throw usageError('One record is there already', 'Leave out --from-now-on')
  if (parts.length > 0 === (record === undefined)) return
  throw usageError('Say what to open', 'Name parts such as `labs`, or one record with `--record RECORD`')
}
