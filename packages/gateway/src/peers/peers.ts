import { createHash } from 'node:crypto'
import { and, eq, isNotNull, ne } from 'drizzle-orm'
import { GatewayClient, Session } from '@hre/client'
import {
  hreError,
  isHreError,
  type AccessRequest,
  type Deployment,
  type RouteInput,
  type RouteName,
  type RouteOutput,
  type Routes,
} from '@hre/protocol'
import type { EmergencyEntry, EmergencyShare, Identity } from '@hre/vault'
import type { FastifyBaseLogger } from 'fastify'
import type { Address, Hex } from 'viem'
import type { SignatureChecker } from '../access/signatures.ts'
import type { Database } from '../store/database.ts'
import * as t from '../store/schema.ts'

const timeoutMilliseconds = 15_000

/** The other organisations' gateways, as the Directory names them. Both sides prove who they are (G2). */
export class Peers {
  readonly #db: Database
  readonly #deployment: Deployment
  readonly #identity: Identity
  readonly #signatures: SignatureChecker
  readonly #log: FastifyBaseLogger
  readonly #sessions = new Map<string, Session>()

  constructor(options: {
    db: Database
    deployment: Deployment
    identity: Identity
    signatures: SignatureChecker
    log: FastifyBaseLogger
  }) {
    this.#db = options.db
    this.#deployment = options.deployment
    this.#identity = options.identity
    this.#signatures = options.signatures
    this.#log = options.log
  }

  /** A batch's manifest, checked; undefined when its author's gateway cannot give it now. */
  async manifest(contentId: Hex, organisation: Address): Promise<string | undefined> {
    const bytes = await this.#call(organisation, 'getPeerManifest', { params: { contentId } }).catch(missing)
    return bytes && sha256(bytes) === contentId ? new TextDecoder().decode(bytes) : undefined
  }

  /** Bytes by SHA-256 from whichever gateway has them. */
  async attachment(hash: Hex): Promise<Uint8Array | undefined> {
    for (const organisation of await this.#others()) {
      const bytes = await this.#call(organisation, 'getPeerAttachment', { params: { hash } }).catch(missing)
      if (bytes && sha256(bytes) === hash) return bytes
    }
    return undefined
  }

  /** This organisation's own share of an epoch from whichever gateway has one that `isGood` (S4). */
  async emergencyShare(
    sharesHash: Hex,
    isGood: (share: EmergencyShare) => Promise<boolean>,
  ): Promise<EmergencyShare | undefined> {
    for (const organisation of await this.#others()) {
      const share = await this.#call(organisation, 'getPeerEmergencyShare', { params: { sharesHash } }).catch(
        missing,
      )
      if (share && (await isGood(share))) return share
    }
    return undefined
  }

  /** The entry of an emergency card from whichever gateway keeps it (S11); each writes down who asked. */
  async emergencyCard(lookup: Hex, reader: Address): Promise<EmergencyEntry | undefined> {
    for (const organisation of await this.#others()) {
      const body = { lookup, reader }
      const answer = await this.#call(organisation, 'findPeerCard', { body }).catch(missing)
      if (answer) return answer.entry
    }
    return undefined
  }

  /**
   * A sealed file from the organisation that holds it, which decides again for itself (A7).
   *
   * @throws HreError of the other gateway; `peer-unavailable`; `record-damaged` when its bytes do not match.
   */
  async release(
    organisation: Address,
    contentId: Hex,
    body: { request: AccessRequest; signature: Hex },
  ): Promise<Uint8Array> {
    const bytes = await this.#call(organisation, 'releaseToPeer', { params: { contentId }, body })
    if (sha256(bytes) !== contentId) throw hreError('record-damaged', { contentId, organisation })
    return bytes
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
      throw isHreError(error, 'gateway-unreachable')
        ? hreError('peer-unavailable', { organisation }, error)
        : error
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

  async #others(): Promise<Address[]> {
    const rows = await this.#db
      .select()
      .from(t.organisations)
      .where(and(isNotNull(t.organisations.endpoint), ne(t.organisations.account, this.#identity.account)))
    return rows.map(({ account }) => account)
  }
}

const sha256 = (bytes: Uint8Array): Hex => `0x${createHash('sha256').update(bytes).digest('hex')}`

/** What another gateway does not have, or cannot give now, is not here; anything else is a fault. */
function missing(error: unknown): undefined {
  if (isHreError(error)) return undefined
  throw error
}
