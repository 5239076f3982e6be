import { and, eq, inArray } from 'drizzle-orm'
import type { AccountView, Attributes } from '@hre/protocol'
import type { Address } from 'viem'
import type { Database } from './database.ts'
import * as t from './schema.ts'

/** The active organisation that the account is, or is a member of (`Directory.organisationOf`). */
export async function organisationOf(db: Database, account: Address): Promise<Address | undefined> {
  if (await isActiveOrganisation(db, account)) return account
  // A member acts once registered (D6), and not while the organisation is barred (D11).
  const [member] = await db
    .select({ organisation: t.members.organisation })
    .from(t.members)
    .innerJoin(t.accounts, eq(t.accounts.account, t.members.account))
    .where(eq(t.members.account, account))
  return member && (await isActiveOrganisation(db, member.organisation)) ? member.organisation : undefined
}

/** What the Directory says of a reader, for a grant's conditions (C11). */
export async function attributesOf(db: Database, account: Address): Promise<Attributes> {
  const organisation = await organisationOf(db, account)
  const [row] = organisation
    ? await db.select().from(t.organisations).where(eq(t.organisations.account, organisation))
    : []
  const [member] = organisation ? await db.select().from(t.members).where(eq(t.members.account, account)) : []
  return {
    specialty: member?.specialty ?? 0n,
    licensedUntil: member?.licensedUntil ?? 0,
    country: row?.country ?? '',
  }
}

/** Admitted, registered and not barred (D4, D11). */
export async function isActiveOrganisation(db: Database, account: Address): Promise<boolean> {
  const rows = await db
    .select({ account: t.organisations.account })
    .from(t.organisations)
    .innerJoin(t.accounts, eq(t.accounts.account, t.organisations.account))
    .where(and(eq(t.organisations.account, account), eq(t.organisations.barred, false)))
  return rows.length > 0
}

export async function signerOf(db: Database, account: Address): Promise<`0x${string}` | undefined> {
  const [signer] = await signersOf(db, [account])
  return signer
}

/** Signers of several accounts, in order. */
export async function signersOf(
  db: Database,
  accounts: readonly Address[],
): Promise<(`0x${string}` | undefined)[]> {
  const { account, signer } = t.accounts
  const rows = await db
    .select({ account, signer })
    .from(t.accounts)
    .where(inArray(account, [...new Set(accounts)]))
  const byAccount = new Map(rows.map((row) => [row.account, row.signer]))
  return accounts.map((one) => byAccount.get(one))
}

/** The public face of an account. */
export async function accountView(db: Database, account: Address): Promise<AccountView> {
  const [row] = await db.select().from(t.accounts).where(eq(t.accounts.account, account))
  const [member] = await db.select().from(t.members).where(eq(t.members.account, account))
  const [attestation] = await db.select().from(t.attestations).where(eq(t.attestations.patient, account))
  return {
    account,
    registered: row !== undefined,
    recipient: row?.recipient ?? null,
    organisation: (await organisationOf(db, account)) ?? null,
    role: member?.role ?? 0,
    patient: row !== undefined && attestation !== undefined,
  }
}
