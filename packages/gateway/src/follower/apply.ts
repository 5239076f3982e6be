import { and, eq, inArray, isNull, max, sql } from 'drizzle-orm'
import {
  accessAbi,
  consentAbi,
  directoryAbi,
  emergencyAbi,
  intakeAbi,
  lowerAddress,
  nameOf,
  organisationKinds,
  recordsAbi,
  rights,
  standingChanges,
} from '@hre/protocol'
import { hexToString, parseEventLogs, zeroHash, type Log } from 'viem'
import type { Database } from '../store/database.ts'
import * as t from '../store/schema.ts'
import { applyEmergency } from './emergencies.ts'

const eventsAbi = [
  ...intakeAbi,
  ...directoryAbi,
  ...consentAbi,
  ...recordsAbi,
  ...accessAbi,
  ...emergencyAbi,
] as const

export const decodeEvents = (logs: Log[]) => parseEventLogs({ abi: eventsAbi, logs, strict: true })
export type ExchangeEvent = ReturnType<typeof decodeEvents>[number]

/** Where and when an event happened. */
export interface EventPlace {
  at: number
  block: number
  logIndex: number
  transaction: `0x${string}`
  /** Who made this decision for the patient (C13); undefined: the patient. */
  delegate: `0x${string}` | undefined
}

/**
 * One event into rows, if it is none of those that only add some (`NewRows`). Runs inside the follower's transaction; the same events
 * always make the same rows.
 */
export async function applyEvent(db: Database, event: ExchangeEvent, place: EventPlace): Promise<void> {
  const say = (what: string) => addActivity(db, what, place)
  switch (event.eventName) {
    case 'SignerReplaced': {
      const { account, signer } = event.args
      await db.update(t.accounts).set({ signer }).where(accountIs(account))
      await say('An account changed the key that it signs with')
      return
    }
    case 'SignerRevoked': {
      // No signature fits an empty signer: nobody signs for the account until its guardians give it another (D14).
      await db.update(t.accounts).set({ signer: '0x' }).where(accountIs(event.args.account))
      await say('An account’s signing key was revoked')
      return
    }
    case 'RecipientReplaced': {
      const { account, recipient } = event.args
      await db.update(t.accounts).set({ recipient }).where(accountIs(account))
      await say('An account changed the key that one seals to')
      return
    }
    case 'OrganisationAdmitted': {
      const { organisation, kind, country } = event.args
      const code = hexToString(country)
      // Admitted anew after it was removed: as if for the first time.
      const standing = { kind, country: code, barred: false }
      await db
        .insert(t.organisations)
        .values({ account: lowerAddress(organisation), ...standing })
        .onConflictDoUpdate({ target: t.organisations.account, set: standing })
      await say(`A ${nameOf(organisationKinds, kind)} in ${code} was admitted`)
      return
    }
    case 'StandingChanged': {
      const { organisation, change } = event.args
      await db
        .update(t.organisations)
        .set({ barred: change !== standingChanges.reinstate })
        .where(eq(t.organisations.account, lowerAddress(organisation)))
      await say(`By vote, an organisation’s standing changed: ${nameOf(standingChanges, change)}`)
      return
    }
    case 'AttributesSet': {
      const { member, specialty, licensedUntil } = event.args
      await db
        .update(t.members)
        .set({ specialty, licensedUntil })
        .where(eq(t.members.account, lowerAddress(member)))
      return
    }
    case 'EndpointPublished': {
      const { organisation, endpoint } = event.args
      await db
        .update(t.organisations)
        .set({ endpoint })
        .where(eq(t.organisations.account, lowerAddress(organisation)))
      return
    }
    case 'MemberRemoved': {
      await db.delete(t.members).where(eq(t.members.account, lowerAddress(event.args.account)))
      await say('An organisation removed a member')
      return
    }
    case 'CompartmentRotated': {
      const { patient, compartment, epoch, recipient, backLink, wrapsHash } = event.args
      const key = { patient: lowerAddress(patient), compartment }
      await db.update(t.compartments).set({ epoch }).where(compartmentIs(key))
      const { at: since, block } = place
      await db.insert(t.epochs).values({ ...key, epoch, recipient, backLink, wrapsHash, since, block })
      await say(`A patient changed the key of a compartment (epoch ${epoch})`)
      return
    }
    case 'InboxSet': {
      const patient = lowerAddress(event.args.patient)
      const { compartment } = event.args
      await db
        .update(t.inboxes)
        .set({ ended: place.at })
        .where(and(eq(t.inboxes.patient, patient), isNull(t.inboxes.ended)))
      if (compartment !== zeroHash)
        await db.insert(t.inboxes).values({ patient, compartment, since: place.at })
      return
    }
    case 'ConsentGranted':
      return applyGrant(db, event.args, place)
    case 'ConsentConditioned': {
      const { specialty, country, licensed } = event.args
      // Of the grant that was just given, to write alone or not.
      const given = db
        .select({ id: max(t.grants.id) })
        .from(t.grants)
        .where(holderIs(keyOf(event.args)))
      // An unset country is two zero bytes.
      const code = hexToString(country).replaceAll('\0', '')
      await db
        .update(t.grants)
        .set({ conditions: { specialty: specialty.toString(), country: code, licensed } })
        .where(inArray(t.grants.id, given))
      return
    }
    case 'ConsentNarrowed':
      return applyNarrowing(db, event.args, place)
    case 'ConsentRenewed': {
      // In its row: a grant that is renewed was not over, so this answers about no moment that was answered before.
      const { until } = event.args
      await db
        .update(t.grants)
        .set({ until })
        .where(grantIs(keyOf(event.args)))
      await say('A patient renewed a grant')
      return
    }
    case 'DelegateSet': {
      const { args } = event
      const [patient, delegate] = [lowerAddress(args.patient), lowerAddress(args.delegate)]
      if (args.until === 0) {
        await db.delete(t.delegations).where(delegationIs(patient, delegate))
        await say('A patient ended what somebody else may decide for them')
        return
      }
      const terms = { since: place.at, until: args.until }
      await db
        .insert(t.delegations)
        .values({ patient, delegate, ...terms })
        .onConflictDoUpdate({ target: [t.delegations.patient, t.delegations.delegate], set: terms })
      await say('A patient lets somebody else decide for them')
      return
    }
    case 'ConsentRevoked': {
      await endGrant(db, keyOf(event.args), place)
      await say(place.delegate ? 'A grant was revoked for a patient' : 'A patient revoked a grant')
      return
    }
    case 'FilingConsentRevoked': {
      await endGrant(db, { ...keyOf(event.args), filing: true }, place)
      await say('A patient revoked a grant to file')
      return
    }
    case 'RecordConsentGranted':
      return applyRecordGrant(db, event.args, place)
    case 'RecordConsentRevoked': {
      await endRecordGrant(db, recordKeyOf(event.args), place)
      await say('A patient revoked a grant of one record')
      return
    }
    case 'RecordsKept': {
      const { batch, keeper } = event.args
      await db
        .update(t.batches)
        .set({ keeper: lowerAddress(keeper) })
        .where(eq(t.batches.batch, batch))
      await say('A patient added to their own chart')
      return
    }
    case 'RecordsPartiesNamed': {
      const { batch, first, second } = event.args
      const rows = [first, second].map((party) => ({ batch, account: lowerAddress(party) }))
      await db.insert(t.parties).values(rows).onConflictDoNothing()
      return
    }
    case 'RecordsPartySigned': {
      const { batch, party } = event.args
      await db
        .update(t.parties)
        .set({ signedAt: place.at })
        .where(and(eq(t.parties.batch, batch), eq(t.parties.account, lowerAddress(party))))
      return
    }
    case 'RecordSigned': {
      await db.update(t.batches).set({ signedAt: place.at }).where(eq(t.batches.batch, event.args.batch))
      await say('Both parties have signed a batch')
      return
    }
    case 'BatchWithdrawn': {
      await db.update(t.batches).set({ withdrawn: true }).where(eq(t.batches.batch, event.args.batch))
      await say('An organisation withdrew a batch')
      return
    }
    case 'RecordSuperseded': {
      const { successorBatch, successorHash } = event.args
      await mark(db, event.args, { status: 'superseded', successorBatch, successorHash })
      await say('An organisation corrected a record')
      return
    }
    case 'RecordWithdrawn': {
      await mark(db, event.args, { status: 'withdrawn' })
      await say('An organisation withdrew a record')
      return
    }
    case 'RecordErased': {
      await mark(db, event.args, { status: 'erased' })
      await say('A record is to be deleted everywhere')
      return
    }
    case 'GuardiansSet': {
      const { account, guardians, threshold } = event.args
      await voidRecoveries(db, account)
      await db
        .update(t.councils)
        .set({ guardians: guardians.map(lowerAddress), threshold, term: sql`${t.councils.term} + 1` })
        .where(eq(t.councils.account, lowerAddress(account)))
      return
    }
    case 'RecoveryApproved':
      return applyApproval(db, event.args, place)
    case 'RecoveryReady': {
      const { account, recovery, readyAt } = event.args
      await db.update(t.recoveries).set({ readyAt }).where(recoveryIs(account, recovery))
      await say('Enough guardians want to give an account new keys')
      return
    }
    case 'RecoveryVetoed': {
      await voidRecoveries(db, event.args.account)
      await say('An account’s owner stopped a recovery')
      return
    }
    case 'RecoveryExecuted': {
      const { account, recovery } = event.args
      await db.update(t.recoveries).set({ state: 'executed' }).where(recoveryIs(account, recovery))
      await voidRecoveries(db, account)
      await say('An account was recovered by its guardians')
      return
    }
    case 'TrusteesSet':
    case 'TrusteesCleared':
    case 'EmergencyDeclared':
    case 'EmergencyClosed':
    case 'ShareReleased':
    case 'EmergencyReviewed':
    case 'EmergencyContested':
      return applyEmergency(db, event, place)
    default:
      // Votes leave no row.
      return
  }
}

async function mark(
  db: Database,
  { batch, leafHash }: { batch: `0x${string}`; leafHash: `0x${string}` },
  what: Pick<typeof t.marks.$inferInsert, 'status' | 'successorBatch' | 'successorHash'>,
): Promise<void> {
  await db
    .insert(t.marks)
    .values({ batch, leafHash, ...what })
    .onConflictDoUpdate({ target: [t.marks.batch, t.marks.leafHash], set: what })
}

interface GrantKey {
  patient: `0x${string}`
  reader: `0x${string}`
  compartment: `0x${string}`
}

const compartmentIs = (key: { patient: `0x${string}`; compartment: `0x${string}` }) =>
  and(eq(t.compartments.patient, key.patient), eq(t.compartments.compartment, key.compartment))

const keyOf = ({ patient, reader, compartment }: GrantKey): GrantKey => ({
  patient: lowerAddress(patient),
  reader: lowerAddress(reader),
  compartment,
})

const recoveryIs = (account: `0x${string}`, recovery: `0x${string}`) =>
  and(
    eq(t.recoveries.account, lowerAddress(account)),
    eq(t.recoveries.recovery, recovery),
    eq(t.recoveries.state, 'under way'),
  )

/** What counted so far counts no more (D16, D17). */
async function voidRecoveries(db: Database, account: `0x${string}`): Promise<void> {
  const key = lowerAddress(account)
  await db
    .insert(t.councils)
    .values({ account: key, attempt: 1 })
    .onConflictDoUpdate({ target: t.councils.account, set: { attempt: sql`${t.councils.attempt} + 1` } })
  await db
    .update(t.recoveries)
    .set({ state: 'void' })
    .where(and(eq(t.recoveries.account, key), eq(t.recoveries.state, 'under way')))
}

async function applyApproval(
  db: Database,
  args: Extract<ExchangeEvent, { eventName: 'RecoveryApproved' }>['args'],
  place: EventPlace,
): Promise<void> {
  const { recovery, threshold } = args
  const [account, guardian] = [lowerAddress(args.account), lowerAddress(args.guardian)]
  const [council] = await db.select().from(t.councils).where(eq(t.councils.account, account))
  const [known] = await db.select().from(t.recoveries).where(recoveryIs(account, recovery))
  if (known) {
    const approvals = [...known.approvals, guardian]
    await db.update(t.recoveries).set({ approvals }).where(recoveryIs(account, recovery))
    return
  }
  const attempt = council?.attempt ?? 0
  const started = { startedAt: place.at, approvals: [guardian], threshold, state: 'under way' as const }
  await db.insert(t.recoveries).values({ account, recovery, attempt, ...started })
  await addActivity(db, 'A guardian wants to give an account new keys', place)
}

const delegationIs = (patient: `0x${string}`, delegate: `0x${string}`) =>
  and(eq(t.delegations.patient, patient), eq(t.delegations.delegate, delegate))

const holderIs = (key: GrantKey) =>
  and(
    eq(t.grants.patient, key.patient),
    eq(t.grants.reader, key.reader),
    eq(t.grants.compartment, key.compartment),
  )

/** The grant in force; with `filing` that to write alone (C2). */
const grantIs = ({ filing = false, ...key }: GrantKey & { filing?: boolean }) =>
  and(holderIs(key), eq(t.grants.filing, filing), isNull(t.grants.ended))

const accountIs = (account: `0x${string}`) => eq(t.accounts.account, lowerAddress(account))

async function endGrant(db: Database, key: Parameters<typeof grantIs>[0], place: EventPlace): Promise<void> {
  await db.update(t.grants).set({ ended: place.at, endedBlock: place.block }).where(grantIs(key))
}

async function applyGrant(
  db: Database,
  args: Extract<ExchangeEvent, { eventName: 'ConsentGranted' }>['args'],
  place: EventPlace,
): Promise<void> {
  const key = { ...keyOf(args), filing: args.rights === rights.write }
  // The latest word counts (C2): a grant that is replaced ends here.
  await endGrant(db, key, place)
  const [compartment] = await db.select().from(t.compartments).where(compartmentIs(key))
  if (!compartment) throw new Error(`block ${place.block}: a grant for a compartment that was never opened`)
  const { purposes, ceiling, from, until, wrapHash } = args
  await db.insert(t.grants).values({
    ...key,
    rights: args.rights,
    purposes,
    ceiling,
    from,
    until,
    wrapHash,
    delegate: place.delegate ?? null,
    epoch: compartment.epoch,
    since: place.at,
  })
  await addActivity(db, place.delegate ? 'A grant was given for a patient' : 'A patient gave a grant', place)
}

/** What is left takes the place of the grant (C15), which stays in the list: what was filed under it was permitted. */
async function applyNarrowing(
  db: Database,
  args: Extract<ExchangeEvent, { eventName: 'ConsentNarrowed' }>['args'],
  place: EventPlace,
): Promise<void> {
  const key = keyOf(args)
  const [held] = await db.select().from(t.grants).where(grantIs(key))
  if (!held) throw new Error(`block ${place.block}: a narrowing of what was not granted`)
  await endGrant(db, key, place)
  const { id: _id, ...kept } = held
  const { rights, purposes, ceiling, from, until } = args
  await db.insert(t.grants).values({ ...kept, rights, purposes, ceiling, from, until, since: place.at })
  await addActivity(db, 'A patient narrowed a grant', place)
}

async function addActivity(db: Database, what: string, place: EventPlace): Promise<void> {
  const { at, block, transaction } = place
  await db.insert(t.activity).values({ at, block, transaction, what })
}

interface RecordGrantKey extends GrantKey {
  record: `0x${string}`
}

const recordKeyOf = (args: RecordGrantKey): RecordGrantKey => ({ ...keyOf(args), record: args.record })

async function endRecordGrant(db: Database, key: RecordGrantKey, place: EventPlace): Promise<void> {
  await db
    .update(t.recordGrants)
    .set({ ended: place.at })
    .where(
      and(
        eq(t.recordGrants.patient, key.patient),
        eq(t.recordGrants.reader, key.reader),
        eq(t.recordGrants.compartment, key.compartment),
        eq(t.recordGrants.record, key.record),
        isNull(t.recordGrants.ended),
      ),
    )
}

async function applyRecordGrant(
  db: Database,
  args: Extract<ExchangeEvent, { eventName: 'RecordConsentGranted' }>['args'],
  place: EventPlace,
): Promise<void> {
  const key = recordKeyOf(args)
  // The latest word counts (C2, C12).
  await endRecordGrant(db, key, place)
  const { purposes, ceiling, from, until, wrapHash } = args
  await db
    .insert(t.recordGrants)
    .values({ ...key, purposes, ceiling, from, until, wrapHash, since: place.at })
  await db.insert(t.activity).values({ ...place, what: 'A patient gave a grant of one record' })
}
