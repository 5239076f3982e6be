import { createHash, randomBytes } from 'node:crypto'
import { and, desc, eq, getTableColumns, gt, inArray, isNull, lt } from 'drizzle-orm'
import { hreError, limits, type SessionAnswer, type SessionMethod, type SessionView } from '@hre/protocol'
import type { FastifyBaseLogger } from 'fastify'
import { SignJWT } from 'jose'
import { bytesToHex, type Address, type Hex } from 'viem'
import type { Clock } from '../clock.ts'
import type { Outbox } from '../notifications/outbox.ts'
import type { Database } from '../store/database.ts'
import { databaseFault } from '../store/faults.ts'
import { signerOf } from '../store/directory.ts'
import { KeptRows } from '../store/keptRows.ts'
import type { Marks, Revisions } from '../store/revisions.ts'
import * as t from '../store/schema.ts'
import { Together } from '../together.ts'
import type { TokenKeys } from './tokenKeys.ts'
import { tokenAlgorithm, Tokens } from './tokens.ts'

/** Sessions that one statement reads at most. */
const sessionsPerLookMax = 1_000
/** Some 300 bytes each. */
const sessionsKeptMax = 20_000

type Row = typeof t.sessions.$inferSelect
/** What a session that has not ended is asked for. */
type Live = Pick<Row, 'account' | 'expiresAt'>

/** Who calls, and under which session. */
export interface Caller {
  account: Address
  session: Hex
  /** End of the token that was shown, Unix seconds. */
  tokenExpiresAt: number
  /** Of the look at the session. */
  marks: Marks
}

/** Sessions of devices (G34): a short token for each call, a refresh token for the next one, and their end. */
export class Sessions {
  readonly #db: Database
  readonly #organisation: Address
  readonly #keys: TokenKeys
  readonly #tokens: Tokens
  readonly #looks: Together<Hex, Live | undefined>
  readonly #revisions: Revisions
  readonly #kept = new KeptRows<Live>({ max: sessionsKeptMax })
  readonly #outbox: Outbox
  readonly #clock: Clock
  readonly #log: FastifyBaseLogger

  constructor(options: {
    db: Database
    organisation: Address
    keys: TokenKeys
    revisions: Revisions
    outbox: Outbox
    clock: Clock
    log: FastifyBaseLogger
  }) {
    this.#db = options.db
    this.#organisation = options.organisation
    this.#keys = options.keys
    this.#revisions = options.revisions
    this.#outbox = options.outbox
    this.#clock = options.clock
    this.#log = options.log
    this.#tokens = new Tokens(options)
    this.#looks = new Together({
      run: (ids) => this.#read(ids),
      size: () => 1,
      sizeMax: sessionsPerLookMax,
      isOfAll: (error) => databaseFault(error) !== undefined,
    })
  }

  /**
   * Opens a session for an account that has just proved itself. The oldest of too many ends.
   *
   * @throws HreError `signature-invalid` for an account that is not registered.
   */
  async open(account: Address, method: SessionMethod, device: string): Promise<SessionAnswer> {
    const signer = await signerOf(this.#db, account)
    if (signer === undefined) throw hreError('signature-invalid', { account })
    const now = this.#clock()
    const session: Row = {
      id: bytesToHex(randomBytes(32)),
      account,
      signer,
      method,
      device,
      createdAt: now,
      lastUsedAt: now,
      expiresAt: now + limits.sessionSecondsMax,
      endedAt: null,
      endReason: null,
    }
    await this.#forget(now)
    await this.#db.transaction(async (tx) => {
      await tx.insert(t.sessions).values(session)
      await this.#outbox.tell(tx, [
        { account, kind: 'session-opened', about: { account, session: session.id }, at: now },
      ])
    })
    this.#outbox.wake()
    const surplus = (await this.#live(account)).slice(limits.sessionsPerAccountMax)
    for (const { id } of surplus) await this.#end(id, 'replaced')
    return this.#answer(session)
  }

  /**
   * The next token for a refresh token, which is spent by that (RFC 9700, 4.14.2).
   *
   * @throws HreError `unauthenticated`; `refresh-reused` when it was spent before: the whole session ends then.
   */
  async refresh(token: string): Promise<SessionAnswer> {
    const hash = sha256(token)
    const now = this.#clock()
    // One statement decides who spends it, whoever else tries at the same time.
    const [spent] = await this.#db
      .update(t.refreshTokens)
      .set({ spentAt: now })
      .where(and(eq(t.refreshTokens.hash, hash), isNull(t.refreshTokens.spentAt)))
      .returning()
    if (!spent) return this.#refuseSpent(hash)
    const session = spent.expiresAt > now ? await this.#alive(spent.session) : undefined
    if (!session) throw hreError('unauthenticated', { reason: 'ended' })
    await this.#db.update(t.sessions).set({ lastUsedAt: now }).where(eq(t.sessions.id, session.id))
    return this.#answer(session)
  }

  /**
   * Who a bearer token belongs to. Its session must not have ended, nor the key that opened it been replaced.
   *
   * @throws HreError `unauthenticated`.
   */
  async callerOf(authorization: string | undefined): Promise<Caller> {
    const token = authorization?.match(/^Bearer ([A-Za-z0-9._-]{1,4096})$/)?.[1]
    if (!token) throw hreError('unauthenticated')
    const { account, session: id, expiresAt } = await this.#tokens.verified(token)
    const marks = await this.#revisions.marks()
    const live = await this.#known(id, marks)
    if (live?.account !== account) throw hreError('unauthenticated', { reason: 'ended' })
    return { account, session: id, tokenExpiresAt: expiresAt, marks }
  }

  /** Those of these sessions that are good no more. */
  async endedAmong(ids: readonly Hex[]): Promise<Set<Hex>> {
    if (ids.length === 0) return new Set()
    const rows = await this.#read(ids)
    return new Set(ids.filter((_, index) => rows[index] === undefined))
  }

  /** An account's live sessions, newest first. */
  async list(account: Address, current: Hex): Promise<SessionView[]> {
    return (await this.#live(account)).map(({ id, method, device, createdAt, lastUsedAt, expiresAt }) => ({
      id,
      method,
      device,
      createdAt,
      lastUsedAt,
      expiresAt,
      current: id === current,
    }))
  }

  /** Ends one of the account's sessions. @throws HreError `not-found`. */
  async end(account: Address, id: Hex): Promise<void> {
    if (!(await this.#live(account)).some((session) => session.id === id)) throw hreError('not-found')
    await this.#end(id, 'owner')
  }

  async #answer({ id, account, expiresAt: sessionEnd }: Row): Promise<SessionAnswer> {
    const now = this.#clock()
    const key = await this.#keys.current()
    const expiresAt = now + limits.tokenSeconds
    const token = await new SignJWT({ sid: id })
      .setProtectedHeader({ alg: tokenAlgorithm, kid: key.kid })
      .setIssuer(this.#organisation)
      .setAudience(this.#organisation)
      .setSubject(account)
      .setIssuedAt(now)
      .setExpirationTime(expiresAt)
      .sign(key.privateKey)
    const refreshToken = randomBytes(32).toString('base64url')
    const refreshExpiresAt = Math.min(now + limits.refreshSeconds, sessionEnd)
    await this.#db
      .insert(t.refreshTokens)
      .values({ hash: sha256(refreshToken), session: id, expiresAt: refreshExpiresAt })
    return { session: id, token, expiresAt, refreshToken, refreshExpiresAt }
  }

  async #refuseSpent(hash: Hex): Promise<never> {
    const [known] = await this.#db.select().from(t.refreshTokens).where(eq(t.refreshTokens.hash, hash))
    if (!known) throw hreError('unauthenticated')
    const session = await this.#alive(known.session)
    if (!session) throw hreError('unauthenticated', { reason: 'ended' })
    // The owner or a thief holds a copy, and there is no telling which of them came first.
    await this.#end(session.id, 'reuse')
    this.#log.warn({ session: session.id }, 'a spent refresh token was used again; the session was ended')
    throw hreError('refresh-reused')
  }

  async #alive(id: Hex): Promise<Row | undefined> {
    const [row] = await this.#db
      .select(getTableColumns(t.sessions))
      .from(t.sessions)
      .innerJoin(t.accounts, isOpenedByItsSigner)
      .where(and(eq(t.sessions.id, id), this.#isLive()))
    return row
  }

  /** A session that is good still, as SQL has it after this was called: another replica may have ended it. */
  async #known(id: Hex, { sessions: mark }: Marks): Promise<Live | undefined> {
    const found = await this.#kept.read(mark, [id], async () => {
      const live = await this.#looks.add(id)
      return live ? [[id, live]] : []
    })
    const live = found.get(id)
    return live && live.expiresAt > this.#clock() ? live : undefined
  }

  /** Those of these sessions that are good still, no more of them than it takes: of all who ask together. */
  async #read(ids: readonly Hex[]): Promise<(Live | undefined)[]> {
    const { id, account, expiresAt } = t.sessions
    const found = await this.#db
      .select({ id, account, expiresAt })
      .from(t.sessions)
      .innerJoin(t.accounts, isOpenedByItsSigner)
      .where(and(inArray(id, [...new Set(ids)]), this.#isLive()))
    const byId = new Map(found.map((session) => [session.id, session]))
    return ids.map((one) => byId.get(one))
  }

  async #live(account: Address): Promise<Row[]> {
    return this.#db
      .select(getTableColumns(t.sessions))
      .from(t.sessions)
      .innerJoin(t.accounts, isOpenedByItsSigner)
      .where(and(eq(t.sessions.account, account), this.#isLive()))
      .orderBy(desc(t.sessions.createdAt), desc(t.sessions.id))
  }

  #isLive() {
    return and(isNull(t.sessions.endedAt), gt(t.sessions.expiresAt, this.#clock()))
  }

  async #end(id: Hex, reason: Row['endReason']): Promise<void> {
    await this.#db
      .update(t.sessions)
      .set({ endedAt: this.#clock(), endReason: reason })
      .where(and(eq(t.sessions.id, id), isNull(t.sessions.endedAt)))
  }

  async #forget(now: number): Promise<void> {
    await this.#db.delete(t.refreshTokens).where(lt(t.refreshTokens.expiresAt, now))
    await this.#db.delete(t.sessions).where(lt(t.sessions.expiresAt, now))
  }
}

/** A session ends with the key that opened it. */
const isOpenedByItsSigner = and(
  eq(t.accounts.account, t.sessions.account),
  eq(t.accounts.signer, t.sessions.signer),
)
const sha256 = (text: string): Hex => `0x${createHash('sha256').update(text).digest('hex')}`
