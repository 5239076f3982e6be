import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { and, eq, isNotNull, ne } from 'drizzle-orm'
import { GatewayClient, Session, type CallOptions } from '@hre/client'
import {
  hreError,
  isHreError,
  type Deployment,
  type RouteInput,
  type RouteName,
  type RouteOutput,
  type Routes,
  type SignedCountries,
} from '@hre/protocol'
import type { EmergencyEntry, EmergencyShare, Identity } from '@hre/vault'
import type { FastifyBaseLogger } from 'fastify'
import type { Address, Hex } from 'viem'
import type { SignatureChecker } from '../access/signatures.ts'
import type { Database } from '../store/database.ts'
import * as t from '../store/schema.ts'
import { download } from './download.ts'
import { hedged } from './hedge.ts'
import type { Standings } from './standings.ts'

/** Of everything that is not a file. */
const timeoutMilliseconds = 15_000

/** Refusals of the organisation that committed a record: others decide by the same chain, and are not asked. */
const finalRefusals = new Set<string>([
  'bad-request',
  'forbidden',
  'not-found',
  'request-stale',
  'signature-invalid',
])

type Wait = (milliseconds: number, signal: AbortSignal) => Promise<void>

const realWait: Wait = (milliseconds, signal) => sleep(milliseconds, undefined, { signal, ref: false })

/** The other organisations' gateways, as the Directory names them. Both sides prove who they are (G2). */
export class Peers {
  readonly #db: Database
  readonly #deployment: Deployment
  readonly #identity: Identity
  readonly #signatures: SignatureChecker
  readonly #standings: Standings
  readonly #wait: Wait
  readonly #log: FastifyBaseLogger
  readonly #sessions = new Map<string, Session>()

  constructor(options: {
    db: Database
    deployment: Deployment
    identity: Identity
    signatures: SignatureChecker
    standings: Standings
    log: FastifyBaseLogger
    /** How long silence is waited out; tests end it when they mean to. */
    wait?: Wait
  }) {
    this.#db = options.db
    this.#deployment = options.deployment
    this.#identity = options.identity
    this.#signatures = options.signatures
    this.#standings = options.standings
    this.#log = options.log
    this.#wait = options.wait ?? realWait
  }

  /** A batch's manifest, checked; undefined when its author's gateway cannot give it now. */
  async manifest(contentId: Hex, organisation: Address): Promise<string | undefined> {
    const bytes = await this.#call(organisation, 'getPeerManifest', { params: { contentId } }).catch(missing)
    return bytes && sha256(bytes) === contentId ? new TextDecoder().decode(bytes) : undefined
  }

  /** Bytes by SHA-256 from whichever gateway has them. */
  async attachment(hash: Hex): Promise<Uint8Array | undefined> {
    return this.#fetch(await this.others(), hash, (session, options) =>
      session.call('getPeerAttachment', { params: { hash } }, options),
    ).catch(missing)
  }

  /** This organisation's own share of an epoch from whichever gateway has one that `isGood` (S4). */
  async emergencyShare(
    sharesHash: Hex,
    isGood: (share: EmergencyShare) => Promise<boolean>,
  ): Promise<EmergencyShare | undefined> {
    for (const organisation of await this.others()) {
      const share = await this.#call(organisation, 'getPeerEmergencyShare', { params: { sharesHash } }).catch(
        missing,
      )
      if (share && (await isGood(share))) return share
    }
    return undefined
  }

  /** The entry of an emergency card from whichever gateway keeps it (S11); each writes down who asked. */
  async emergencyCard(lookup: Hex, reader: Address): Promise<EmergencyEntry | undefined> {
    for (const organisation of await this.others()) {
      const body = { lookup, reader }
      const answer = await this.#call(organisation, 'findPeerCard', { body }).catch(missing)
      if (answer) return answer.entry
    }
    return undefined
  }

  /** A checked copy of a sealed file from one of these, or from whichever gateway gives it. */
  async blob(contentId: Hex, holders?: readonly Address[]): Promise<Uint8Array | undefined> {
    return this.#fetch(holders ?? (await this.others()), contentId, (session, options) =>
      session.call('getPeerBlob', { params: { contentId } }, options),
    ).catch(missing)
  }

  /**
   * A sealed file from an organisation that holds it, which decides again for itself (A7).
   *
   * @param holders - first the one that committed it: its refusal counts for all.
   * @throws HreError of the other gateway; `peer-unavailable`; `record-damaged` when its bytes do not match.
   */
  async release(
    holders: readonly Address[],
    contentId: Hex,
    body: RouteInput<Routes['releaseToPeer']>['body'],
  ): Promise<Uint8Array> {
    const isFinal = (error: unknown, organisation: Address) =>
      organisation === holders[0] && isHreError(error) && finalRefusals.has(error.code)
    return this.#fetch(
      holders,
      contentId,
      (session, options) => session.call('releaseToPeer', { params: { contentId }, body }, options),
      isFinal,
    )
  }

  /**
   * Checked bytes by SHA-256, hedged (P2): from the best known gateway, and from the next beside it when that one is silent.
   *
   * @throws HreError of the first of them, when none gave any.
   */
  async #fetch(
    organisations: readonly Address[],
    hash: Hex,
    call: (session: Session, options: CallOptions) => Promise<Uint8Array>,
    isFinal?: (error: unknown, organisation: Address) => boolean,
  ): Promise<Uint8Array> {
    if (organisations.length === 0) throw hreError('not-found')
    return hedged({
      peers: this.#standings.ordered(organisations),
      patienceOf: (organisation) => this.#standings.patienceOf(organisation),
      wait: this.#wait,
      ...(isFinal && { isFinal }),
      ask: (organisation, signal, heard) => this.#download({ organisation, hash, signal, heard, call }),
    })
  }

  async #download(options: {
    organisation: Address
    hash: Hex
    signal: AbortSignal
    heard: () => void
    call: (session: Session, options: CallOptions) => Promise<Uint8Array>
  }): Promise<Uint8Array> {
    const { organisation, hash, signal, heard, call } = options
    const startedAt = performance.now()
    let answeredAt: number | undefined
    try {
      const session = await this.#sessionWith(organisation)
      return await download({
        organisation,
        contentId: hash,
        signal,
        wait: this.#wait,
        heard: () => {
          answeredAt ??= performance.now()
          heard()
        },
        send: (from, onBytes, aborted) => call(session, { from, onBytes, signal: aborted }),
      })
    } catch (error) {
      if (!signal.aborted) this.#blame(organisation, error)
      throw reworded(organisation, error)
    } finally {
      // Who was given up is not known to be faster than that.
      if (answeredAt !== undefined || signal.aborted)
        this.#standings.answered(organisation, (answeredAt ?? performance.now()) - startedAt)
    }
  }

  #blame(organisation: Address, error: unknown): void {
    const code = isHreError(error) ? error.code : 'unknown'
    this.#log.debug({ organisation, code }, 'another gateway refused or did not answer')
    // An honest gateway whose own copy is damaged says so without naming an organisation.
    const isLie = isHreError(error, 'record-damaged') && error.data['organisation'] === organisation
    if (isLie || code === 'payload-too-large' || code === 'peer-untrusted')
      this.#standings.offended(organisation, 'lied')
    else if (code === 'gateway-unreachable') this.#standings.offended(organisation, 'failed')
  }

  /** What a gateway proves of a copy (P7); `missing` when it has none, `away` when it does not answer. */
  async proof(organisation: Address, contentId: Hex, salt: Hex): Promise<Hex | 'missing' | 'away'> {
    try {
      const input = { params: { contentId }, body: { salt } }
      return (await this.#call(organisation, 'proveCopy', input)).proof
    } catch (error) {
      if (!isHreError(error)) throw error
      return error.code === 'not-found' ? 'missing' : 'away'
    }
  }

  /** Asks a gateway to keep a copy of one of our own sealed files (P6). @returns undefined when it cannot answer now. */
  async offer(
    organisation: Address,
    contentId: Hex,
    body: RouteInput<Routes['offerCopy']>['body'],
  ): Promise<RouteOutput<Routes['offerCopy']> | undefined> {
    return this.#call(organisation, 'offerCopy', { params: { contentId }, body }).catch(missing)
  }

  /** Passes on what patients said about countries (P4). @returns what is newer there; undefined when it cannot answer now. */
  async carryCountries(
    organisation: Address,
    statements: SignedCountries[],
  ): Promise<SignedCountries[] | undefined> {
    const answer = await this.#call(organisation, 'carryCountries', { body: { statements } }).catch(missing)
    return answer?.newer
  }

  /** It said that it holds what it does not: it is asked last for a while. */
  distrust(organisation: Address): void {
    this.#standings.offended(organisation, 'lied')
  }

  async #call<Name extends RouteName>(
    organisation: Address,
    name: Name,
    input: RouteInput<Routes[Name]>,
  ): Promise<RouteOutput<Routes[Name]>> {
    const session = await this.#sessionWith(organisation)
    try {
      return await session.call(name, input)
    } catch (error) {
      const code = isHreError(error) ? error.code : 'unknown'
      this.#log.debug({ organisation, code, route: name }, 'another gateway refused or did not answer')
      throw reworded(organisation, error)
    }
  }

  async #sessionWith(organisation: Address): Promise<Session> {
    const [row] = await this.#db
      .select()
      .from(t.organisations)
      .where(and(isNotNull(t.organisations.endpoint), eq(t.organisations.account, organisation)))
    if (!row?.endpoint) throw hreError('peer-unavailable', { organisation, reason: 'no published address' })
    const key = `${organisation} ${row.endpoint}`
    const session =
      this.#sessions.get(key) ??
      new Session({
        client: new GatewayClient({ baseUrl: row.endpoint, timeoutMilliseconds }),
        identity: this.#identity,
        deployment: this.#deployment,
        checkWelcome: async (claimed, message, signature) => {
          if (claimed !== organisation) throw hreError('peer-untrusted', { organisation, claimed })
          await this.#signatures.assertSigned(organisation, message, signature)
        },
      })
    this.#sessions.set(key, session)
    return session
  }

  /** Active organisations with a gateway, but for our own. */
  async others(): Promise<Address[]> {
    const rows = await this.#db
      .select()
      .from(t.organisations)
      .where(
        and(
          isNotNull(t.organisations.endpoint),
          ne(t.organisations.account, this.#identity.account),
          eq(t.organisations.barred, false),
        ),
      )
    return rows.map(({ account }) => account)
  }
}

/** That a gateway is away is told of the other gateway, not of a request. */
const reworded = (organisation: Address, error: unknown): Error =>
  isHreError(error, 'gateway-unreachable')
    ? hreError('peer-unavailable', { organisation }, error)
    : (error as Error)

const sha256 = (bytes: Uint8Array): Hex => `0x${createHash('sha256').update(bytes).digest('hex')}`

/** What another gateway does not have, or cannot give now, is not here; anything else is a fault. */
function missing(error: unknown): undefined {
  if (isHreError(error)) return undefined
  throw error
}
