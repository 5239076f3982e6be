import { GatewayClient } from '@hre/client'
import { nameOf, organisationKinds, roles, type OrganisationView, type StaffView } from '@hre/protocol'
import { accountOf, listOrganisations, sessionAt, type Actor } from '@hre/sdk'
import type { Session } from '@hre/client'
import type { Acquaintances } from './acquaintances.ts'
import type { Hex, OrganisationInfo, Reader } from './api.ts'

const peerMilliseconds = 5_000
/** Who did not answer is asked again after this, when somebody wants to know. */
const awayMilliseconds = 30_000

interface Known extends OrganisationInfo {
  session: Session | null
  staff: StaffView[]
}

/**
 * Who is who beyond accounts: the names that organisations give themselves and their staff. Each is asked at the
 * address that the directory holds, and its account must be the one that the directory says.
 */
export class Company {
  readonly #actor: Actor
  readonly #gatewayUrl: string
  readonly #acquaintances: Acquaintances
  #known: Promise<Known[]> | undefined
  #askAgainMs = Infinity
  readonly #missed = new Set<Hex>()

  constructor(actor: Actor, gatewayUrl: string, acquaintances: Acquaintances) {
    this.#actor = actor
    this.#gatewayUrl = gatewayUrl
    this.#acquaintances = acquaintances
  }

  async organisations(): Promise<OrganisationInfo[]> {
    return (await this.#all()).map(infoOf)
  }

  /** Organisations with a session at each, for those that answer. */
  async sessions(): Promise<{ organisation: OrganisationInfo; session: Session }[]> {
    return (await this.#all()).flatMap((known) =>
      known.session ? [{ organisation: infoOf(known), session: known.session }] : [],
    )
  }

  async organisation(account: string): Promise<OrganisationInfo | null> {
    const found = (await this.#all()).find((known) => known.account === account)
    return found ? infoOf(found) : null
  }

  /** Who is there and answers now, not a while ago. */
  lookAgain(): void {
    this.#known = undefined
  }

  /** Everybody who can be shared with: hospitals as a whole, then their people. */
  async readers(): Promise<Reader[]> {
    this.lookAgain()
    const all = await this.#all()
    return all.flatMap((known) => {
      const organisation = infoOf(known)
      const whole: Reader = { account: known.account, name: known.name, role: null, organisation }
      return [whole, ...known.staff.map((member) => readerOf(member, organisation))]
    })
  }

  /** An account by what is known of it. */
  async reader(account: Hex): Promise<Reader> {
    const named = await this.#named(account)
    if (named) return named
    const { organisation, role } = await accountOf(this.#actor, account)
    // Who came in since the lists were asked for is in none of them. Some staff are in none at all: once for each.
    if (organisation) {
      if (!this.#missed.has(account)) this.lookAgain()
      this.#missed.add(account)
      // Also for who asked while somebody else had the lists asked for.
      const found = await this.#named(account)
      if (found) return found
    }
    const of = organisation ? await this.organisation(organisation) : null
    const name = await this.#acquaintances.nameOf(account)
    return { account, name, role: role ? nameOf(roles, role) : null, organisation: of }
  }

  async #named(account: Hex): Promise<Reader | undefined> {
    for (const known of await this.#all()) {
      const organisation = infoOf(known)
      if (known.account === account) return { account, name: known.name, role: null, organisation }
      const member = known.staff.find((candidate) => candidate.account === account)
      if (member) return readerOf(member, organisation)
    }
    return undefined
  }

  #all(): Promise<Known[]> {
    if (Date.now() >= this.#askAgainMs) this.#known = undefined
    this.#known ??= this.#askAll()
    this.#known.catch(() => (this.#known = undefined))
    return this.#known
  }

  async #askAll(): Promise<Known[]> {
    this.#askAgainMs = Infinity
    const rows = await listOrganisations(this.#actor)
    const all = await Promise.all(rows.map((row) => this.#meet(row)))
    if (all.some(({ session }) => session === null)) this.#askAgainMs = Date.now() + awayMilliseconds
    return all
  }

  async #meet(row: OrganisationView): Promise<Known> {
    const isHere = row.account === this.#actor.organisation
    const bare = {
      account: row.account as Hex,
      name: null,
      kind: nameOf(organisationKinds, row.kind),
      country: row.country,
      isHere,
    }
    const baseUrl = isHere ? this.#gatewayUrl : row.endpoint
    if (!baseUrl) return { ...bare, session: null, staff: [] }
    const client = new GatewayClient({ baseUrl, timeoutMilliseconds: peerMilliseconds })
    try {
      const { name, organisation } = await client.call('getExchange', {})
      // Somebody else answers there: what they say is not this organisation's word.
      if (organisation !== row.account) return { ...bare, session: null, staff: [] }
      const session = isHere ? this.#actor.session : sessionAt(this.#actor, baseUrl)
      const { staff } = await session.call('listStaff', {})
      return { ...bare, name, session, staff }
    } catch {
      return { ...bare, session: null, staff: [] }
    }
  }
}

const infoOf = ({ account, name, kind, country, isHere }: Known): OrganisationInfo => ({
  account,
  name,
  kind,
  country,
  isHere,
})

const readerOf = ({ account, name, role }: StaffView, organisation: OrganisationInfo): Reader => ({
  account: account as Hex,
  name,
  role: nameOf(roles, role),
  organisation,
})
