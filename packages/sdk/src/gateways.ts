import { GatewayClient, Session } from '@hre/client'
import { isHreError } from '@hre/protocol'
import type { Identity } from '@hre/vault'
import type { Address } from 'viem'
import type { Actor } from './actor.ts'
import { listOrganisations } from './actions/account.ts'

/** What each organisation's gateway said, and the organisations that could not be asked. */
export interface Answers<T> {
  answers: { organisation: Address; answer: T }[]
  unreachable: Address[]
}

/**
 * Asks the gateways of all organisations, side by side, each by a session of its own: no gateway speaks for another.
 *
 * @throws what any of them answers, but that it cannot be reached.
 */
export async function askEveryGateway<T>(
  actor: Actor,
  ask: (session: Session, organisation: Address) => Promise<T>,
): Promise<Answers<T>> {
  const result: Answers<T> = { answers: [], unreachable: [] }
  const organisations = await listOrganisations(actor)
  await Promise.all(
    organisations.map(async ({ account: organisation, endpoint }) => {
      const session =
        organisation === actor.organisation ? actor.session : endpoint && sessionAt(actor, endpoint)
      const answer = session ? await ask(session, organisation).catch(unreachable) : gone
      if (answer === gone) result.unreachable.push(organisation)
      else result.answers.push({ organisation, answer })
    }),
  )
  return result
}

const gone = Symbol('unreachable')

function unreachable(error: unknown): typeof gone {
  if (!isHreError(error, 'gateway-unreachable')) throw error
  return gone
}

const sessions = new WeakMap<Identity, Map<string, Session>>()

/** The actor at another organisation's gateway; the same session each time, so that nobody signs in again for each question. */
export function sessionAt({ identity, deployment }: Actor, baseUrl: string): Session {
  const own = sessions.get(identity) ?? new Map<string, Session>()
  sessions.set(identity, own)
  const known = own.get(baseUrl)
  if (known) return known
  const session = new Session({ client: new GatewayClient({ baseUrl }), identity, deployment })
  own.set(baseUrl, session)
  return session
}
