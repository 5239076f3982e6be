import { createHash } from 'node:crypto'
import { and, eq, inArray, ne } from 'drizzle-orm'
import { lowerAddress, roles, type NotificationKind, type NotificationSubject } from '@hre/protocol'
import type { Address, Hex } from 'viem'
import type { EventPlace, ExchangeEvent } from '../follower/apply.ts'
import type { Database } from '../store/database.ts'
import * as t from '../store/schema.ts'
import type { Notice, Outbox } from './outbox.ts'

/** What one event gives to tell, and whom. */
interface Telling {
  kind: NotificationKind
  about: NotificationSubject
  to: readonly Address[]
}

/**
 * What some blocks give to tell (T2). Each notice is named by its transaction and its place in that, so that whoever reads the blocks
 * again, or finds the transaction in another block, tells nothing twice; and every gateway names it alike.
 */
export class ChainNotices {
  readonly #outbox: Outbox
  readonly #notices = new Map<string, Notice>()
  /** Index of the first log of each transaction. */
  readonly #firstLogs = new Map<Hex, number>()

  constructor(outbox: Outbox) {
    this.#outbox = outbox
  }

  /** To be called after the event's rows were written, with the events in their order. */
  async add(tx: Database, event: ExchangeEvent, place: EventPlace): Promise<void> {
    const { transaction, logIndex, at } = place
    if (!this.#firstLogs.has(transaction)) this.#firstLogs.set(transaction, logIndex)
    if (this.#outbox.isOver(at)) return
    const telling = await tellingOf(tx, event, place.delegate)
    const position = logIndex - this.#firstLogs.get(transaction)!
    for (const { kind, about, to } of telling)
      for (const account of new Set(to)) {
        const notice = { account, kind, about, at, source: sourceOf(transaction, position, kind) }
        // Parts of a chart that are granted together are told together.
        const { compartments, ...rest } = about
        const key = `${account}|${kind}|${transaction}|${compartments ? JSON.stringify(rest) : position}`
        const earlier = this.#notices.get(key)
        if (earlier?.about.compartments && compartments)
          earlier.about = { ...rest, compartments: [...earlier.about.compartments, ...compartments] }
        else this.#notices.set(key, notice)
      }
  }

  /** In the transaction that holds the events' rows. */
  async tell(tx: Database): Promise<void> {
    await this.#outbox.tell(tx, [...this.#notices.values()])
  }
}

/** Names what is told once: an event of the chain by its transaction, or anything else by words that stay the same. */
export const sourceOf = (...parts: readonly (string | number)[]): Hex =>
  `0x${createHash('sha256').update(parts.join('|')).digest('hex')}`

async function tellingOf(
  tx: Database,
  event: ExchangeEvent,
  delegate: Address | undefined,
): Promise<Telling[]> {
  const decided = delegate && { delegate }
  switch (event.eventName) {
    case 'DelegateSet':
      return ofDelegation(event.args)
    case 'ConsentGranted':
      return ofGrant('grant-made', event.args, { until: event.args.until, ...decided })
    case 'ConsentNarrowed':
      return ofGrant('grant-narrowed', event.args, { until: event.args.until })
    case 'ConsentRenewed':
      return ofGrant('grant-renewed', event.args, { until: event.args.until })
    case 'ConsentRevoked':
    case 'FilingConsentRevoked':
      return ofGrant('grant-ended', event.args, { ...decided })
    case 'RecordConsentGranted':
      return ofGrant('grant-made', event.args, { until: event.args.until, record: event.args.record })
    case 'RecordConsentRevoked':
      return ofGrant('grant-ended', event.args, { record: event.args.record })
    case 'RecordsPartiesNamed': {
      const { batch, first, second } = event.args
      const { organisation, author } = await batchOf(tx, batch)
      // Who committed it has signed by that (R8).
      const awaited = [first, second].map(lowerAddress).filter((party) => party !== author)
      const to = await withTechnicians(tx, awaited, { organisation, author })
      return [{ kind: 'record-to-sign', about: { batch, organisation, author }, to }]
    }
    case 'RecordSigned': {
      const { batch } = event.args
      const { organisation, author } = await batchOf(tx, batch)
      const parties = await tx.select().from(t.parties).where(eq(t.parties.batch, batch))
      const all = [author, ...parties.map(({ account }) => account)]
      const to = await withTechnicians(tx, all, { organisation, author })
      return [{ kind: 'record-signed', about: { batch, organisation, author }, to }]
    }
    case 'EmergencyDeclared':
      return ofDeclaration(tx, Number(event.args.declaration))
    case 'EmergencyClosed': {
      const { about, patient, member } = await emergencyOf(tx, event.args)
      return [{ kind: 'emergency-closed', about, to: [patient, member] }]
    }
    case 'ShareReleased': {
      const { about, patient, member } = await emergencyOf(tx, event.args)
      const trustee = lowerAddress(event.args.trustee)
      const released = { ...about, trustee, compartments: [event.args.compartment] }
      return [{ kind: 'emergency-share-released', about: released, to: [patient, member] }]
    }
    case 'EmergencyReviewed': {
      const { about, patient, member, organisation } = await emergencyOf(tx, event.args)
      const reviewed = { ...about, outcome: event.args.outcome }
      return [{ kind: 'emergency-reviewed', about: reviewed, to: [patient, member, organisation] }]
    }
    case 'EmergencyContested': {
      const { about, member, organisation } = await emergencyOf(tx, event.args)
      return [{ kind: 'emergency-contested', about, to: [member, organisation] }]
    }
    case 'RecoveryApproved':
      return event.args.approvals > 1 ? [] : ofRecovery(tx, 'recovery-started', event.args)
    case 'RecoveryReady':
      return ofRecovery(tx, 'recovery-ready', event.args, { readyAt: event.args.readyAt })
    case 'RecoveryVetoed':
      return ofRecovery(tx, 'recovery-vetoed', event.args)
    case 'RecoveryExecuted':
      return ofRecovery(tx, 'recovery-finished', event.args)
    default:
      return []
  }
}

function ofGrant(
  kind: NotificationKind,
  args: { patient: Address; reader: Address; compartment: Hex },
  more: Pick<NotificationSubject, 'until' | 'record' | 'delegate'> = {},
): Telling[] {
  const [patient, reader] = [lowerAddress(args.patient), lowerAddress(args.reader)]
  const about = { patient, reader, ...more, compartments: [args.compartment] }
  return [{ kind, about, to: [patient, reader] }]
}

function ofDelegation(args: { patient: Address; delegate: Address; until: number }): Telling[] {
  const [patient, delegate] = [lowerAddress(args.patient), lowerAddress(args.delegate)]
  const to = [patient, delegate]
  return args.until === 0
    ? [{ kind: 'delegate-ended', about: { patient, delegate }, to }]
    : [{ kind: 'delegate-named', about: { patient, delegate, until: args.until }, to }]
}

/** The patient and their guardians, who declared, the organisation, and every auditor who may review it (B10). */
async function ofDeclaration(tx: Database, declaration: number): Promise<Telling[]> {
  const { about, patient, member, organisation, until } = await emergencyOf(tx, { declaration })
  const guardians = await guardiansOf(tx, patient)
  const auditors = await tx
    .select({ account: t.members.account })
    .from(t.members)
    .where(and(eq(t.members.role, roles.auditor), ne(t.members.organisation, organisation)))
  const declared = { ...about, until }
  return [
    { kind: 'emergency-declared', about: declared, to: [patient, ...guardians, member, organisation] },
    { kind: 'emergency-review-due', about: declared, to: auditors.map(({ account }) => account) },
  ]
}

async function ofRecovery(
  tx: Database,
  kind: NotificationKind,
  args: { account: Address; recovery?: Hex },
  more: Pick<NotificationSubject, 'readyAt'> = {},
): Promise<Telling[]> {
  const account = lowerAddress(args.account)
  const about = { account, ...(args.recovery && { recovery: args.recovery }), ...more }
  return [{ kind, about, to: [account, ...(await guardiansOf(tx, account))] }]
}

async function emergencyOf(tx: Database, { declaration }: { declaration: bigint | number }) {
  const [row] = await tx
    .select()
    .from(t.emergencies)
    .where(eq(t.emergencies.declaration, Number(declaration)))
  const { patient, member, organisation, until } = row!
  const about = { declaration: Number(declaration), patient, member, organisation }
  return { about, patient, member, organisation, until }
}

async function guardiansOf(tx: Database, account: Address): Promise<Address[]> {
  const [council] = await tx.select().from(t.councils).where(eq(t.councils.account, account))
  return council?.guardians ?? []
}

/** These parties, and of an organisation whose word a person wants, those who answer for its laboratory (R19). */
async function withTechnicians(
  tx: Database,
  parties: readonly Address[],
  { organisation, author }: { organisation: Address; author: Address },
): Promise<Address[]> {
  if (author === organisation) return [...parties]
  const technicians = await tx
    .select({ account: t.members.account })
    .from(t.members)
    .where(and(eq(t.members.role, roles['lab technician']), inArray(t.members.organisation, [...parties])))
  return [...parties, ...technicians.map(({ account }) => account)]
}

async function batchOf(tx: Database, batch: Hex): Promise<{ organisation: Address; author: Address }> {
  const [row] = await tx.select().from(t.batches).where(eq(t.batches.batch, batch))
  const { organisation, author } = row!
  return { organisation, author }
}
