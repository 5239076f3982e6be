import { and, desc, eq } from 'drizzle-orm'
import { decideEmergency, type EmergencyAnswer } from '@hre/protocol'
import type { Address, Hex } from 'viem'
import type { Database } from '../store/database.ts'
import * as t from '../store/schema.ts'

export type StoredEmergency = typeof t.emergencies.$inferSelect
export type StoredTrusteeSet = typeof t.trusteeSets.$inferSelect

/** The member's latest declaration for this patient: the one that counts (B8). */
export async function latestDeclaration(
  db: Database,
  member: Address,
  patient: Address,
): Promise<StoredEmergency | undefined> {
  const [row] = await db
    .select()
    .from(t.emergencies)
    .where(and(eq(t.emergencies.member, member), eq(t.emergencies.patient, patient)))
    .orderBy(desc(t.emergencies.declaration))
    .limit(1)
  return row
}

/**
 * What an emergency opens to this reader, read once for all compartments of this patient (B8).
 *
 * @param at - Unix seconds of this machine's clock; the later of it and the chain's counts, so that a slow clock prolongs nothing.
 */
export async function emergencyOf(
  db: Database,
  reader: Address,
  patient: Address,
  at: number,
): Promise<(compartment: Hex) => EmergencyAnswer> {
  const declaration = await latestDeclaration(db, reader, patient)
  if (!declaration) return () => 'NoDeclaration'
  const [sets, compartments, [cursor]] = await Promise.all([
    db.select().from(t.trusteeSets).where(eq(t.trusteeSets.patient, patient)),
    db.select().from(t.compartments).where(eq(t.compartments.patient, patient)),
    db.select().from(t.cursor),
  ])
  const now = Math.max(at, cursor?.blockTime ?? 0)
  const marked = new Map(sets.map(({ compartment, epoch }) => [compartment, epoch]))
  const present = new Map(compartments.map(({ compartment, epoch }) => [compartment, epoch]))
  return (compartment) =>
    decideEmergency(
      {
        declaration,
        trusteesEpoch: marked.get(compartment),
        presentEpoch: present.get(compartment) ?? 0,
      },
      now,
    )
}
