import { nameOf, nameOfDecision, purposes, type LoggedAccess } from '@hre/protocol'
import {
  connectChain,
  readAccessLog,
  verifyAccesses,
  verifySignatures,
  type AccessVerdict,
  type SignatureVerdict,
} from '@hre/sdk'
import type { Command } from 'commander'
import { reasonOf } from '../access-words.ts'
import { contextOf } from '../context.ts'
import { CliError } from '../errors.ts'
import { counted, formatMoment } from '../options/amounts.ts'
import { wordsOfPurpose } from '../options/words.ts'
import { accountNamed, actorOf, nameOfAccount, runningExchange, type KnownExchange } from '../running.ts'

export function addLog(program: Command): void {
  program
    .command('log')
    .description(
      'who looked at your chart, or tried to, at every hospital; each entry checked against the chain',
    )
    .option('--as <name>', 'the patient who is acting, or somebody who looks after them')
    .option('--patient <name>', 'the chart of a patient whom the one who is acting looks after')
    .action(async (options: { as?: string; patient?: string }, command: Command) => {
      const context = contextOf(command)
      const { output } = context
      const exchange = await runningExchange(context)
      const actor = await actorOf(exchange, options.as)
      const patient = options.patient === undefined ? actor.account : accountNamed(exchange, options.patient)
      const { accesses, unreachable } = await readAccessLog(actor, patient)
      accesses.sort(inOrder(exchange))
      const chain = connectChain(exchange.rpcUrl)
      output.progress.report('Checking the log against the chain')
      const verdicts = await verifyAccesses(chain, actor.deployment, accesses)
      const signatures = await verifySignatures(chain, actor.deployment, accesses)
      const entries = accesses.map((access, index) => entryOf(access, verdicts[index]!, signatures[index]!))
      output.value({ entries, unreachable })
      for (const entry of entries) {
        const mark =
          entry.signature === 'forged' ? '✗' : { anchored: '✓', pending: '·', altered: '✗' }[entry.verdict]
        output.line(`${mark} ${formatMoment(entry.at)}  ${sentenceOf(exchange, actor.account, entry)}`)
      }
      output.line()
      output.line(summaryOf(entries))
      for (const account of unreachable)
        output.note(`${nameOfAccount(exchange, account)} could not be asked; its entries are missing here.`)
      const altered = entries.filter(({ verdict }) => verdict === 'altered')
      const forged = entries.filter(({ signature }) => signature === 'forged')
      if (forged.length > 0) throw new CliError('log-forged', { data: { entries: forged.length } })
      if (altered.length > 0) throw new CliError('log-altered', { data: { entries: altered.length } })
    })
}

function entryOf(
  { receipt, records, request, anchor }: LoggedAccess,
  verdict: AccessVerdict,
  signature: SignatureVerdict,
) {
  return {
    at: receipt.at,
    organisation: receipt.organisation,
    index: receipt.index,
    reader: receipt.reader,
    purpose: nameOf(purposes, receipt.purpose),
    decision: nameOfDecision(receipt.decision),
    records: records.length,
    /** The request went to another hospital, which passed it on to this one (A7). */
    forwardedBy: request.organisation === receipt.organisation ? null : request.organisation,
    anchor: anchor ? { sequence: anchor.sequence, root: anchor.root } : null,
    verdict,
    signature,
  }
}

/** By time; within a second by hospital, and there as they happened. */
function inOrder({ gateways }: KnownExchange): (one: LoggedAccess, other: LoggedAccess) => number {
  const accounts: string[] = Object.values(gateways).map(({ account }) => account)
  return ({ receipt: one }, { receipt: other }) =>
    one.at - other.at ||
    accounts.indexOf(one.organisation) - accounts.indexOf(other.organisation) ||
    one.index - other.index
}

type Entry = ReturnType<typeof entryOf>

function sentenceOf(exchange: KnownExchange, patient: string, entry: Entry): string {
  const who = entry.reader === patient ? 'You' : nameOfAccount(exchange, entry.reader)
  const what = counted(entry.records, 'record')
  const where = nameOfAccount(exchange, entry.organisation)
  const why =
    entry.purpose === 'PATRQT' && who === 'You' ? 'for yourself' : `for ${wordsOfPurpose(entry.purpose)}`
  const by = entry.forwardedBy ? `, passed on by ${nameOfAccount(exchange, entry.forwardedBy)}` : ''
  if (entry.decision === 'PermittedInEmergency')
    return `${who} opened ${what} IN AN EMERGENCY that nobody granted; at ${where}${by}`
  if (entry.decision !== 'Permitted')
    return `${who} asked ${why} and was REFUSED: ${reasonOf(entry.decision)}; at ${where}${by}`
  // Somebody who looks after the patient reads it too (C13).
  if (entry.records === 0) return `${who} read this log; at ${where}`
  return `${who} opened ${what} ${why}; at ${where}${by}`
}

function summaryOf(entries: readonly Entry[]): string {
  const count = (test: (entry: Entry) => boolean) => entries.filter(test).length
  const refused = count(({ decision }) => !decision.startsWith('Permitted'))
  const pending = count(({ verdict }) => verdict === 'pending')
  return [
    `${entries.length} entries, ${counted(refused, 'refusal')} among them.`,
    `✓ ${count(({ verdict }) => verdict === 'anchored')} are anchored on the chain, where nobody can change them;`,
    `· ${pending} will be within seconds.`,
  ].join(' ')
}
