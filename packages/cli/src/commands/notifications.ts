import { emergencyOutcomes, nameOf, nameOfDecision, purposes, type Notification } from '@hre/protocol'
import { listNotificationsEverywhere, watchNotificationsEverywhere, type Actor, type Told } from '@hre/sdk'
import type { Command } from 'commander'
import { reasonOf } from '../access-words.ts'
import { contextOf, type Context } from '../context.ts'
import { counted, formatMoment } from '../options/amounts.ts'
import { shortId } from '../options/short-id.ts'
import { wordsOfPurpose } from '../options/words.ts'
import { partNames } from '../parts.ts'
import { actorOf, nameOfAccount, runningExchange, type KnownExchange } from '../running.ts'
import { stopSignal } from '../stop-signal.ts'

interface NotificationsOptions {
  as?: string
  follow?: boolean
}

export function addNotifications(program: Command): void {
  program
    .command('notifications')
    .description(
      'what you were told, by every hospital: who opened your chart, what was filed, what waits for you',
    )
    .option('--as <name>', 'who is acting')
    .option('--follow', 'stay, and tell what comes, until Ctrl-C')
    .action(async (options: NotificationsOptions, command: Command) => {
      const context = contextOf(command)
      const exchange = await runningExchange(context)
      const actor = await actorOf(exchange, options.as)
      if (options.follow) return follow(context, exchange, actor)
      await list(context, exchange, actor)
    })
}

async function list({ output }: Context, exchange: KnownExchange, actor: Actor): Promise<void> {
  const { told, unreachable } = await listNotificationsEverywhere(actor)
  output.value({ notifications: told.map(flat), unreachable })
  const logins = told.filter(({ notification }) => notification.kind === 'session-opened')
  const rest = told.filter((one) => !logins.includes(one))
  for (const one of rest) output.line(lineOf(exchange, actor, one))
  if (rest.length === 0) output.line('Nothing yet.')
  // Every command logs in: one line for all of them.
  const last = logins.at(-1)
  if (last)
    output.line(
      `Your keys were used to log in ${times(logins.length)}, last at ${formatMoment(last.notification.at)}.`,
    )
  for (const account of unreachable)
    output.note(
      `${nameOfAccount(exchange, account)} could not be asked; what it has to tell is missing here.`,
    )
}

async function follow({ output }: Context, exchange: KnownExchange, actor: Actor): Promise<void> {
  const signal = stopSignal(() => output.note('Stopped.'))
  const seen = new Set<string>()
  const { told, ends } = await listNotificationsEverywhere(actor, seen)
  const say = (one: Told) => {
    output.value(flat(one))
    output.line(lineOf(exchange, actor, one))
  }
  for (const one of told) say(one)
  output.note('Waiting for more; Ctrl-C ends this.')
  for await (const one of watchNotificationsEverywhere(actor, { after: ends, seen, signal })) say(one)
}

const flat = ({ organisation, notification }: Told) => ({ organisation, ...notification })

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`)

const lineOf = (exchange: KnownExchange, actor: Actor, told: Told): string =>
  `${formatMoment(told.notification.at)}  ${sentenceOf(exchange, actor, told)}`

/** A notification as somebody would say it to the one who is told. */
function sentenceOf(exchange: KnownExchange, actor: Actor, { organisation, notification }: Told): string {
  const { kind, about } = notification
  const who = (account: string | undefined) => whoIs(exchange, actor, account)
  const whose = about.patient === actor.account ? 'your chart' : `the chart of ${who(about.patient)}`
  const at = `; at ${nameOfAccount(exchange, organisation)}`
  const why = `for ${wordsOfPurpose(nameOf(purposes, about.purpose ?? 0))}`
  const emergency = `emergency ${about.declaration}`
  switch (kind) {
    case 'access-permitted':
      return `${who(about.reader)} opened your chart ${why} (${counted(about.records ?? 0, 'record')})${at}`
    case 'access-refused':
      return `${who(about.reader)} asked for your chart ${why} and was REFUSED: ${reasonOf(nameOfDecision(about.decision ?? 0))}${at}`
    case 'access-in-emergency':
      return `${who(about.reader)} opened your chart IN AN EMERGENCY that nobody granted (${counted(about.records ?? 0, 'record')})${at}`
    case 'access-asked':
      return `${who(about.reader)} asks you for access, ${why}${at}`
    case 'record-added':
      return `${who(about.author)} filed ${counted(about.records ?? 0, 'record')} in your chart`
    case 'record-to-sign':
      return `${who(about.author)} waits for your signature under a batch of records: \`hre sign\``
    case 'record-signed':
      return `Both have signed the batch of records of ${who(about.author)}`
    case 'grant-made':
    case 'grant-narrowed':
    case 'grant-renewed':
    case 'grant-ended':
      return ofGrant(exchange, actor, notification)
    case 'delegate-named':
      return about.patient === actor.account
        ? `You let ${who(about.delegate)} decide for you, until ${formatMoment(about.until ?? 0)}`
        : `${who(about.patient)} lets you decide for them, until ${formatMoment(about.until ?? 0)}`
    case 'delegate-ended':
      return about.patient === actor.account
        ? `${who(about.delegate)} decides nothing for you any more`
        : `You decide nothing for ${who(about.patient)} any more`
    case 'emergency-declared':
      return `${who(about.member)} broke the glass of ${whose}: ${emergency}, until ${formatMoment(about.until ?? 0)}`
    case 'emergency-share-released':
      return `${nameOfAccount(exchange, about.trustee ?? '')} released its share for ${emergency}`
    case 'emergency-closed':
      return `${capital(emergency)} is over`
    case 'emergency-review-due':
      return `${capital(emergency)}, declared by ${who(about.member)}, is yours to review once it is over: \`hre emergency review\``
    case 'emergency-reviewed':
      return `${capital(emergency)} was reviewed: ${nameOf(emergencyOutcomes, about.outcome ?? 0)}`
    case 'emergency-contested':
      return `${who(about.patient)} disagrees with ${emergency}`
    case 'recovery-started':
    case 'recovery-ready':
    case 'recovery-vetoed':
    case 'recovery-finished':
      return ofRecovery(exchange, actor, notification)
    case 'session-opened':
      return `Your keys were used to log in${at}`
    case 'licence-ending':
      return `The licence of ${who(about.account)} ends at ${formatMoment(about.until ?? 0)}`
    default:
      return `Something that this version has no words for: ${kind}`
  }
}

function ofGrant(exchange: KnownExchange, actor: Actor, { kind, about }: Notification): string {
  const reader = whoIs(exchange, actor, about.reader)
  const own = about.patient === actor.account
  const parts = (about.compartments ?? []).map(partNames(actor, about.patient ?? actor.account))
  const what = about.record ? `record ${shortId(about.record)}` : parts.join(', ')
  const until = about.until ? `, until ${formatMoment(about.until)}` : ''
  const helper = about.delegate && whoIs(exchange, actor, about.delegate)
  const permission = own
    ? `the permission of ${reader} for ${what}`
    : `your permission from ${whoIs(exchange, actor, about.patient)} for ${what}`
  switch (kind) {
    case 'grant-made':
      if (own && helper) return `${helper} gave ${reader} a permission for ${what}${until}, for you`
      return own
        ? `You gave ${reader} a permission for ${what}${until}`
        : `${whoIs(exchange, actor, about.patient)} gave you a permission for ${what}${until}`
    case 'grant-narrowed':
      return `${capital(permission)} is less than it was`
    case 'grant-renewed':
      return `${capital(permission)} lasts longer${until}`
    default:
      return `${capital(permission)} ${about.until ? 'ran out' : 'was taken back'}${helper ? ` by ${helper}` : ''}`
  }
}

function ofRecovery(exchange: KnownExchange, actor: Actor, { kind, about }: Notification): string {
  const isOwn = about.account === actor.account
  const whose = isOwn ? 'your account' : `the account of ${whoIs(exchange, actor, about.account)}`
  const veto = isOwn ? '. If it was not you who asked: `hre guardians veto`' : ''
  switch (kind) {
    case 'recovery-started':
      return `A guardian wants to give ${whose} new keys${veto}`
    case 'recovery-ready':
      return `Guardians give ${whose} new keys from ${formatMoment(about.readyAt ?? 0)} on${veto}`
    case 'recovery-vetoed':
      return `The owner of ${whose} stopped its recovery`
    default:
      return `${capital(whose)} has new keys, given by its guardians`
  }
}

/** "You", "Dr Kwame Osei of Lakeside Clinic", "City Hospital", or a short number. */
function whoIs(exchange: KnownExchange, actor: Actor, account: string | undefined): string {
  if (account === undefined) return 'somebody'
  if (account === actor.account) return 'You'
  const person = Object.values(exchange.people).find((row) => row.account === account)
  const name = nameOfAccount(exchange, account)
  return person && person.role !== 'patient'
    ? `${name} of ${exchange.gateways[person.organisation].name}`
    : name
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
