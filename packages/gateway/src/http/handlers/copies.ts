import { desc, eq } from 'drizzle-orm'
import { hreError, isHreError, type copyRoutes, type SignedCountries } from '@hre/protocol'
import type { Address, Hex } from 'viem'
import { countriesOf, filedAs, isSignedNow, keepCountries, mayHold } from '../../access/countries.ts'
import type { Gateway } from '../../gateway.ts'
import { proofOfHolding } from '../../peers/holding.ts'
import * as t from '../../store/schema.ts'
import type { Handlers } from '../handler.ts'
import { assertMayReadUpkeep } from './integrity.ts'

const roundsShown = 20

export const copyHandlers: Handlers<keyof typeof copyRoutes> = {
  async setCountries(gateway, { account, body }) {
    if (body.patient !== account) throw hreError('signature-invalid', { reason: 'patient' })
    await gateway.follower.sync()
    const known = await keepCountries(gateway, body)
    if (known.signature !== body.signature) throw hreError('conflict', { issuedAt: known.issuedAt })
    await gateway.guests.reconsider(account)
    return { issuedAt: known.issuedAt }
  },

  async getCountries(gateway, { account }) {
    await gateway.follower.sync()
    const said = await countriesOf(gateway.db, account)
    if (!said) return { countries: null, isCurrent: true }
    const { signature: _, ...countries } = said
    return { countries, isCurrent: await isSignedNow(gateway, said) }
  },

  async carryCountries(gateway, { body }) {
    return { newer: await keepAll(gateway, body.statements) }
  },

  async offerCopy(gateway, { account, params, body }) {
    const { db, guests, keys } = gateway
    const { contentId } = params
    await assertTheirs(gateway, contentId, account)
    const newer = await keepAll(gateway, body.statements)
    if (!(await mayHold(db, contentId, keys.identity.account)))
      return { state: 'refused' as const, refusal: 'country' as const, newer }
    const taken = await guests.take(contentId, account, body.bytes)
    return taken === 'full'
      ? { state: 'refused' as const, refusal: 'full' as const, newer }
      : { state: taken, refusal: null, newer }
  },

  async getPeerBlob(gateway, { account, params, from }) {
    const { blobs, db, keys } = gateway
    const { contentId } = params
    const filed = await filedAs(db, contentId)
    const isTheirs = filed.some(({ keeper }) => keeper === account)
    const isOwn = filed.some(({ keeper }) => keeper === keys.identity.account)
    // Its own, or what it was asked to keep and still may. Anything else is as if it were not here.
    const may = isTheirs || (isOwn && (await isHolder(gateway, contentId, account)))
    const found = may ? await blobs.get(contentId, from) : undefined
    if (!found) throw hreError('not-found')
    return found
  },

  async proveCopy(gateway, { account, params, body }) {
    const { blobs, keys } = gateway
    await assertTheirs(gateway, params.contentId, account)
    const file = await blobs.get(params.contentId).catch((error: unknown) => {
      if (!isHreError(error, 'record-damaged')) throw error
      return undefined
    })
    if (!file) throw hreError('not-found')
    return { proof: await proofOfHolding(keys.identity.account, body.salt, file.stream) }
  },

  async getReplication(gateway, { account }) {
    await assertMayReadUpkeep(gateway, account)
    const rounds = await gateway.db
      .select()
      .from(t.replicationRounds)
      .orderBy(desc(t.replicationRounds.id))
      .limit(roundsShown)
    return {
      rounds: rounds.map(({ after: _, ...round }) => round),
      guests: await gateway.guests.state(),
    }
  },
}

/** The caller keeps it, and it is not erased. @throws HreError `not-found`, as for what nobody committed. */
async function assertTheirs({ db }: Gateway, content: Hex, account: Address): Promise<void> {
  const filed = await filedAs(db, content)
  if (!filed.some(({ keeper }) => keeper === account)) throw hreError('not-found')
}

async function isHolder({ db }: Gateway, content: Hex, account: Address): Promise<boolean> {
  const rows = await db.select().from(t.copies).where(eq(t.copies.content, content))
  return rows.some(({ holder }) => holder === account) && (await mayHold(db, content, account))
}

/** Keeps what is newer than what is known, and drops the copies that it forbids. @returns what is newer here. */
async function keepAll(gateway: Gateway, statements: readonly SignedCountries[]): Promise<SignedCountries[]> {
  const newer: SignedCountries[] = []
  for (const said of statements) {
    const before = await countriesOf(gateway.db, said.patient)
    const known = await keepCountries(gateway, said)
    if (known.issuedAt > said.issuedAt) newer.push(known)
    else if (before?.issuedAt !== known.issuedAt) await gateway.guests.reconsider(said.patient)
  }
  return newer
}
