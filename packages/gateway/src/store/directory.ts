import { eq, inArray } from 'drizzle-orm'
import type { AccountView, Attributes } from '@hre/protocol'
import type { Address } from 'viem'
import type { Database } from './database.ts'
import * as t from './schema.ts'

/** What the Directory says of some accounts, at one moment. */
export interface Directory {
  isRegistered(account: Address): boolean
  /** An organisation that was suspended (D11). */
  isBarred(account: Address): boolean
  /** Admitted, registered and not barred (D4, D11). */
  isActiveOrganisation(account: Address): boolean
  /** The active organisation that the account is, or is a member of (`Directory.organisationOf`). */
  organisationOf(account: Address): Address | undefined
  /** Of a reader, for a grant's conditions (C11). */
  attributesOf(account: Address): Attributes
}

/** Reads what the Directory says of all these accounts, and of their organisations. */
export async function directoryOf(db: Database, accounts: readonly Address[]): Promise<Directory> {
  const asked = [...new Set(accounts)]
  const memberRows = await db.select().from(t.members).where(inArray(t.members.account, asked))
  const ids = [...new Set([...asked, ...memberRows.map(({ organisation }) => organisation)])]
  const [organisationRows, accountRows] = await Promise.all([
    db.select().from(t.organisations).where(inArray(t.organisations.account, ids)),
    db.select({ account: t.accounts.account }).from(t.accounts).where(inArray(t.accounts.account, ids)),
  ])
  const members = new Map(memberRows.map((row) => [row.account, row]))
  const organisations = new Map(organisationRows.map((row) => [row.account, row]))
  const registered = new Set(accountRows.map(({ account }) => account))
  const isActiveOrganisation = (account: Address) =>
    registered.has(account) && organisations.get(account)?.barred === false
  const organisationOf = (account: Address) => {
    if (isActiveOrganisation(account)) return account
    // A member acts once registered (D6), and not while the organisation is barred (D11).
    const organisation = registered.has(account) ? members.get(account)?.organisation : undefined
    return organisation && isActiveOrganisation(organisation) ? organisation : undefined
  }
  return {
    isRegistered: (account) => registered.has(account),
    isBarred: (account) => organisations.get(account)?.barred ?? false,
    isActiveOrganisation,
    organisationOf,
    attributesOf: (account) => {
      const organisation = organisationOf(account)
      const member = organisation && members.get(account)
      return {
        specialty: member?.specialty ?? 0n,
        licensedUntil: member?.licensedUntil ?? 0,
        country: (organisation && organisations.get(organisation)?.country) ?? '',
      }
    },
  }
}

export const organisationOf = async (db: Database, account: Address): Promise<Address | undefined> =>
  (await directoryOf(db, [account])).organisationOf(account)

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
