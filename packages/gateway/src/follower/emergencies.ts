import { and, eq } from 'drizzle-orm'
import { lowerAddress } from '@hre/protocol'
import type { Database } from '../store/database.ts'
import * as t from '../store/schema.ts'
import type { EventPlace, ExchangeEvent } from './apply.ts'

type EmergencyEvent = Extract<
  ExchangeEvent,
  {
    eventName:
      | 'TrusteesSet'
      | 'TrusteesCleared'
      | 'EmergencyDeclared'
      | 'EmergencyClosed'
      | 'ShareReleased'
      | 'EmergencyReviewed'
      | 'EmergencyContested'
  }
>

/** One event of the Emergency contract into rows (B1 to B12). */
export async function applyEmergency(db: Database, event: EmergencyEvent, place: EventPlace): Promise<void> {
  const { at, block, transaction } = place
  const say = (what: string) => db.insert(t.activity).values({ at, block, transaction, what })
  switch (event.eventName) {
    case 'TrusteesSet': {
      const { epoch, series, threshold, sharesHash } = event.args
      const set = { epoch, series, threshold, sharesHash, trustees: event.args.trustees.map(lowerAddress) }
      await db
        .insert(t.trusteeSets)
        .values({ patient: lowerAddress(event.args.patient), compartment: event.args.compartment, ...set })
        .onConflictDoUpdate({ target: [t.trusteeSets.patient, t.trusteeSets.compartment], set })
      await say('A patient let a part of a chart be opened in an emergency')
      return
    }
    case 'TrusteesCleared': {
      const { patient, compartment } = event.args
      await db
        .delete(t.trusteeSets)
        .where(
          and(eq(t.trusteeSets.patient, lowerAddress(patient)), eq(t.trusteeSets.compartment, compartment)),
        )
      return
    }
    case 'EmergencyDeclared':
      await applyDeclaration(db, event.args, place)
      await say('Somebody broke the glass: an emergency was declared')
      return
    case 'EmergencyClosed':
      await update(db, event.args, { closed: true, until: at })
      return
    case 'ShareReleased': {
      const { declaration, compartment, trustee, series, shareHash } = event.args
      await db.insert(t.shareReleases).values({
        declaration: Number(declaration),
        compartment,
        trustee: lowerAddress(trustee),
        series,
        shareHash,
        at,
        block,
      })
      await say('A hospital released its share for an emergency')
      return
    }
    case 'EmergencyReviewed': {
      const { outcome, reportHash } = event.args
      await update(db, event.args, { outcome, reportHash })
      await say('An auditor reviewed an emergency')
      return
    }
    case 'EmergencyContested':
      await update(db, event.args, { contested: true, statementHash: event.args.statementHash })
      await say('A patient contested an emergency')
  }
}

async function applyDeclaration(
  db: Database,
  args: Extract<EmergencyEvent, { eventName: 'EmergencyDeclared' }>['args'],
  { at, block }: EventPlace,
): Promise<void> {
  const member = lowerAddress(args.member)
  // Events come in the order of the chain: what is in the table now is what the Directory said then.
  const [row] = await db.select().from(t.members).where(eq(t.members.account, member))
  await db.insert(t.emergencies).values({
    declaration: Number(args.declaration),
    member,
    patient: lowerAddress(args.patient),
    organisation: lowerAddress(args.organisation),
    reason: args.reasonCode,
    reasonHash: args.reasonHash,
    declaredAt: at,
    until: args.until,
    block,
    role: row?.role ?? 0,
    licensedUntil: row?.licensedUntil ?? 0,
  })
}

async function update(
  db: Database,
  { declaration }: { declaration: bigint },
  set: Partial<typeof t.emergencies.$inferInsert>,
): Promise<void> {
  await db
    .update(t.emergencies)
    .set(set)
    .where(eq(t.emergencies.declaration, Number(declaration)))
}
