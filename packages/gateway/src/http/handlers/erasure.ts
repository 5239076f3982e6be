import { and, eq, inArray, isNotNull, isNull } from 'drizzle-orm'
import { erasureTypedData, hreError, limits } from '@hre/protocol'
import type { Address, Hex } from 'viem'
import type { Database } from '../../store/database.ts'
import * as t from '../../store/schema.ts'
import type { Handlers } from '../handler.ts'

/** Crypto-shredding (G15): what could still open a record goes. What others must be able to prove stays: the access log. */
export const erasureHandlers: Handlers<'eraseAccount'> = {
  async eraseAccount(gateway, { account, body }) {
    const { clock, db, deployment, keys, signatures } = gateway
    const { issuedAt, signature } = body
    const ageSeconds = clock() - issuedAt
    if (ageSeconds > limits.accessRequestAgeSecondsMax || -ageSeconds > limits.accessRequestAheadSecondsMax)
      throw hreError('request-stale', { ageSeconds })
    const organisation = keys.identity.account
    await signatures.assertSigned(
      account,
      erasureTypedData(deployment, { account, organisation, issuedAt }),
      signature,
    )
    await gateway.follower.sync()
    await assertEnded(db, account)
    return db.transaction(async (tx) => {
      const hashes = await wrapsOf(tx, account)
      const wraps = hashes.length
        ? await tx.delete(t.attachments).where(inArray(t.attachments.hash, hashes)).returning()
        : []
      await forget(tx, account, keys.ownerOf(account))
      return { wraps: wraps.length }
    })
  },
}

/** While a grant is in force its wrap is the reader's: end it first, so that no gateway fetches the wrap again. */
async function assertEnded(db: Database, patient: Address): Promise<void> {
  const [grants, records, trustees] = await Promise.all([
    db
      .select()
      .from(t.grants)
      .where(and(eq(t.grants.patient, patient), isNull(t.grants.ended))),
    db
      .select()
      .from(t.recordGrants)
      .where(and(eq(t.recordGrants.patient, patient), isNull(t.recordGrants.ended))),
    db.select().from(t.trusteeSets).where(eq(t.trusteeSets.patient, patient)),
  ])
  const left = { grants: grants.length + records.length, trustees: trustees.length }
  if (left.grants + left.trustees > 0) throw hreError('conflict', left)
}

/** Every wrap that the patient ever gave, by hash. */
async function wrapsOf(db: Database, patient: Address): Promise<Hex[]> {
  const [grants, records, epochs] = await Promise.all([
    db.select({ hash: t.grants.wrapHash }).from(t.grants).where(eq(t.grants.patient, patient)),
    db
      .select({ hash: t.recordGrants.wrapHash })
      .from(t.recordGrants)
      .where(eq(t.recordGrants.patient, patient)),
    db
      .select({ hash: t.epochs.wrapsHash })
      .from(t.epochs)
      .where(and(eq(t.epochs.patient, patient), isNotNull(t.epochs.wrapsHash))),
  ])
  return [...new Set([...grants, ...records, ...epochs].map(({ hash }) => hash!))]
}

async function forget(db: Database, account: Address, owner: Hex): Promise<void> {
  const own = db
    .select({ declaration: t.emergencies.declaration })
    .from(t.emergencies)
    .where(eq(t.emergencies.patient, account))
  await db.delete(t.releasedShares).where(inArray(t.releasedShares.declaration, own))
  await db.delete(t.emergencyShares).where(eq(t.emergencyShares.patient, account))
  await db.delete(t.emergencyCards).where(eq(t.emergencyCards.owner, owner))
  await db.delete(t.lookups).where(eq(t.lookups.owner, owner))
  await db.delete(t.patientCountries).where(eq(t.patientCountries.patient, account))
  await db.delete(t.patientNumbers).where(eq(t.patientNumbers.patient, account))
  await db.delete(t.delegateMaps).where(eq(t.delegateMaps.patient, account))
  await db.delete(t.guardianShares).where(eq(t.guardianShares.account, account))
  const requests = db
    .select({ hash: t.recoveryRequests.hash })
    .from(t.recoveryRequests)
    .where(eq(t.recoveryRequests.account, account))
  await db.delete(t.recoveryApprovals).where(inArray(t.recoveryApprovals.request, requests))
  await db.delete(t.recoveryRequests).where(eq(t.recoveryRequests.account, account))
  await db.delete(t.unlockVerifiers).where(eq(t.unlockVerifiers.account, account))
  await db.delete(t.keystores).where(eq(t.keystores.account, account))
  await db.delete(t.pushSubscriptions).where(eq(t.pushSubscriptions.account, account))
  await db.delete(t.notifications).where(eq(t.notifications.account, account))
  await db
    .update(t.notificationHeads)
    .set({ forgotten: t.notificationHeads.last })
    .where(eq(t.notificationHeads.account, account))
}
