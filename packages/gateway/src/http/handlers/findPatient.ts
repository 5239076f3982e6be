import { desc, eq } from 'drizzle-orm'
import {
  attestingRoles,
  declaringRoles,
  hreError,
  roles,
  type emergencyRoutes,
  type Role,
} from '@hre/protocol'
import { isVaultError, patientNumberLookupOf, type EmergencyEntry } from '@hre/vault'
import type { Address, Hex } from 'viem'
import type { Gateway } from '../../gateway.ts'
import { accountView } from '../../store/directory.ts'
import * as t from '../../store/schema.ts'
import type { Handlers } from '../handler.ts'

/** How a patient who cannot speak is found: by the card they carry, or by the hospital's own number (S11, S12). */
export const findPatientHandlers: Handlers<
  keyof Pick<
    typeof emergencyRoutes,
    'putEmergencyCard' | 'listLookups' | 'findByCard' | 'putPatientNumber' | 'findByNumber'
  >
> = {
  async putEmergencyCard({ db, follower, keys }, { account, body }) {
    await follower.sync()
    if (!(await accountView(db, account)).patient) throw hreError('forbidden')
    const owner = keys.ownerOf(account)
    const { entry } = body
    // The earlier card ends with its entry.
    await db.transaction(async (tx) => {
      await tx.delete(t.emergencyCards).where(eq(t.emergencyCards.owner, owner))
      if (!entry) return
      const { lookup, nonce, box } = entry
      const kept = await tx
        .insert(t.emergencyCards)
        .values({ lookup, owner, nonce, box })
        .onConflictDoNothing()
        .returning()
      // Lookups are 256 random bits: one that is somebody's already was copied from them.
      if (kept.length === 0) throw hreError('forbidden')
    })
    return { kept: entry !== null }
  },

  async listLookups({ db, keys }, { account }) {
    const rows = await db
      .select()
      .from(t.lookups)
      .where(eq(t.lookups.owner, keys.ownerOf(account)))
      .orderBy(desc(t.lookups.id))
    return { lookups: rows.map(({ at, by, kind }) => ({ at, by, kind })) }
  },

  async findByCard(gateway, { account, body }) {
    await gateway.follower.sync()
    await assertOwnStaff(gateway, account, declaringRoles)
    const entry =
      (await cardEntry(gateway, body.lookup, account)) ??
      (await gateway.peers.emergencyCard(body.lookup, account))
    if (!entry) throw hreError('not-found')
    return { entry }
  },

  async putPatientNumber(gateway, { account, body }) {
    const { db, keys } = gateway
    await gateway.follower.sync()
    await assertOwnStaff(gateway, account, attestingRoles)
    const { patient, system, value } = body
    if (!(await accountView(db, patient)).patient) throw hreError('not-found')
    const lookup = lookupOf(keys, { system, value })
    await db
      .insert(t.patientNumbers)
      .values({ lookup, patient })
      .onConflictDoUpdate({ target: t.patientNumbers.lookup, set: { patient } })
    return { kept: true }
  },

  async findByNumber(gateway, { account, body }) {
    const { clock, db, keys } = gateway
    await gateway.follower.sync()
    await assertOwnStaff(gateway, account, declaringRoles)
    const lookup = lookupOf(keys, body)
    const [row] = await db.select().from(t.patientNumbers).where(eq(t.patientNumbers.lookup, lookup))
    if (!row) throw hreError('not-found')
    const owner = keys.ownerOf(row.patient)
    // Written before the answer is given: whom this person looked up is known whatever happens next.
    await db.insert(t.lookups).values({ owner, at: clock(), by: account, kind: 'patient number' })
    return { patient: row.patient }
  },
}

/** @throws HreError `bad-request` where nothing is left of a number once it is in its normal form, or too much. */
function lookupOf(keys: Gateway['keys'], number: { system: string; value: string }): Hex {
  try {
    return patientNumberLookupOf(keys.patientNumberKey, number)
  } catch (error) {
    if (isVaultError(error, 'argument-invalid')) throw hreError('bad-request', { field: 'system, value' })
    throw error
  }
}

/** The entry that this gateway keeps, once it is written down who asks for it. */
export async function cardEntry(
  { clock, db }: Gateway,
  lookup: Hex,
  reader: Address,
): Promise<EmergencyEntry | undefined> {
  const [row] = await db.select().from(t.emergencyCards).where(eq(t.emergencyCards.lookup, lookup))
  if (!row) return undefined
  await db.insert(t.lookups).values({ owner: row.owner, at: clock(), by: reader, kind: 'card' })
  return { suite: 1, lookup, nonce: row.nonce, box: row.box }
}

async function assertOwnStaff(
  { db, keys }: Gateway,
  account: Address,
  allowed: readonly Role[],
): Promise<void> {
  const { organisation, role } = await accountView(db, account)
  const isAllowed = allowed.some((name) => roles[name] === role)
  if (organisation !== keys.identity.account || !isAllowed) throw hreError('forbidden')
}
