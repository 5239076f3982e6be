import { createHash, timingSafeEqual } from 'node:crypto'
import { and, eq, lt, notInArray, sql } from 'drizzle-orm'
import { hreError, limits, type KeptKeystore, type keystoreRoutes } from '@hre/protocol'
import {
  isVaultError,
  parseUnlockDocument,
  passwordParametersOf,
  unlockVerifierOf,
  type Succession,
  type UnlockDocument,
} from '@hre/vault'
import { hexToBytes, type Address, type Hex } from 'viem'
import type { Gateway } from '../../gateway.ts'
import type { Database } from '../../store/database.ts'
import * as t from '../../store/schema.ts'
import type { Handlers } from '../handler.ts'

/** K1: at most two ways are passwords, so two are spoken of for every account. */
const passwordsSpokenOf = 2
const unixNow = () => Math.floor(Date.now() / 1000)

/** Ways to unlock a root seed, kept for their owner by somebody who can open none of them (K1, K10). */
export const keystoreHandlers: Handlers<keyof typeof keystoreRoutes> = {
  async putKeystore({ db }, { account, body }) {
    const document = parsed(body.document)
    const { succession, replaces, verifiers } = body
    const ways = document.ways.map(({ id }) => id)
    if (verifiers.some(({ way }) => !ways.includes(way)))
      throw hreError('bad-request', { field: 'verifiers' })
    const etag = etagOf(document, succession)
    await db.transaction(async (tx) => {
      // One writer at a time: of two devices that saw the same version one is told so.
      await tx.execute(sql`lock table keystores in share row exclusive mode`)
      const [known] = await tx.select().from(t.keystores).where(eq(t.keystores.account, account))
      if ((known?.etag ?? null) !== replaces) throw hreError('conflict', { etag: known?.etag ?? null })
      const row = { document, succession, etag }
      await tx
        .insert(t.keystores)
        .values({ account, ...row })
        .onConflictDoUpdate({ target: t.keystores.account, set: row })
      const isOwn = eq(t.unlockVerifiers.account, account)
      await tx.delete(t.unlockVerifiers).where(and(isOwn, notInArray(t.unlockVerifiers.way, ways)))
      for (const { way, verifier } of verifiers)
        await tx
          .insert(t.unlockVerifiers)
          .values({ account, way, verifier })
          .onConflictDoUpdate({
            target: [t.unlockVerifiers.account, t.unlockVerifiers.way],
            set: { verifier },
          })
    })
    return { etag }
  },

  async getKeystore({ db }, { account }) {
    const kept = await keptOf(db, account)
    if (!kept) throw hreError('not-found')
    return kept
  },

  async getUnlockParameters({ db, keys }, { body }) {
    const kept = await keptOf(db, body.account)
    const document = kept?.document as UnlockDocument | undefined
    const real = (document?.ways ?? []).flatMap((way) =>
      way.kind === 'password' ? [{ kdf: way.keystore.kdf, salt: way.keystore.salt }] : [],
    )
    // The same for ever, so that nobody tells by asking twice which are real.
    const decoys = Array.from({ length: passwordsSpokenOf - real.length }, (_, index) =>
      passwordParametersOf(keys.ownerOf(`${body.account}|salt|${index}` as Address).slice(0, 34) as Hex),
    )
    return { passwords: [...real, ...decoys] }
  },

  async openKeystore(gateway, { body }) {
    const { account, proofs } = body
    // Counted before it is looked at, and for accounts that there are not as well: tries side by side are all counted.
    await countTry(gateway, account)
    const [kept, verifiers] = await Promise.all([
      keptOf(gateway.db, account),
      gateway.db.select().from(t.unlockVerifiers).where(eq(t.unlockVerifiers.account, account)),
    ])
    const given = proofs.map((proof) => hexToBytes(unlockVerifierOf(proof)))
    const fits = verifiers.some(({ verifier }) =>
      given.some((bytes) => timingSafeEqual(bytes, hexToBytes(verifier))),
    )
    if (!kept || !fits) throw hreError('not-found')
    await gateway.db.delete(t.unlockTries).where(eq(t.unlockTries.owner, gateway.keys.ownerOf(account)))
    return kept
  },
}

/** @throws HreError `bad-request` for another form, and for fewer than two ways (K1). */
function parsed(document: unknown): UnlockDocument {
  try {
    return parseUnlockDocument(document)
  } catch (error) {
    if (!isVaultError(error, 'keystore-refused')) throw error
    throw hreError('bad-request', { field: `document.${error.data.field}`, expected: error.data.expected })
  }
}

const etagOf = (document: UnlockDocument, succession: Succession | null): Hex =>
  `0x${createHash('sha256').update(JSON.stringify({ document, succession })).digest('hex')}`

async function keptOf(db: Database, account: Address): Promise<KeptKeystore | undefined> {
  const [row] = await db.select().from(t.keystores).where(eq(t.keystores.account, account))
  if (!row) return undefined
  return { document: { ...row.document }, succession: row.succession, etag: row.etag }
}

/** @throws HreError `rate-limited` after too many tries for one account, right ones included (K10). */
async function countTry({ db, keys }: Gateway, account: Address): Promise<void> {
  const now = unixNow()
  const owner = keys.ownerOf(account)
  await db.delete(t.unlockTries).where(lt(t.unlockTries.since, now - limits.unlockTriesSeconds))
  const [row] = await db
    .insert(t.unlockTries)
    .values({ owner, since: now, tries: 1 })
    .onConflictDoUpdate({ target: t.unlockTries.owner, set: { tries: sql`${t.unlockTries.tries} + 1` } })
    .returning()
  if (row!.tries > limits.unlockTriesMax)
    throw hreError('rate-limited', { retryAfterSeconds: row!.since + limits.unlockTriesSeconds - now + 1 })
}
