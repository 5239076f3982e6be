import { GatewayClient, Session, type LogIn } from '@hre/client'
import type { Deployment } from '@hre/protocol'
import {
  identityOf,
  openKeyring,
  openSucceededKeyring,
  type Identity,
  type Keyring,
  type Succession,
} from '@hre/vault'
import type { Address } from 'viem'
import type { ChainCheck } from './chain-check.ts'

/** Somebody at a gateway, with the keys that only they hold. Every action takes one. */
export interface Actor {
  account: Address
  keyring: Keyring
  identity: Identity
  deployment: Deployment
  /** Organisation whose gateway this is. */
  organisation: Address
  session: Session
  /** Compares what the gateway says with a chain endpoint of the actor's own; without one the gateway is believed. */
  check?: ChainCheck | undefined
}

/**
 * Opens the gateway at `gatewayUrl` for the holder of a root seed. Nothing is signed yet: sessions open when needed.
 *
 * @param rootSeed - 32 bytes (E10).
 * @param succession - what the root seed took over, for somebody whose guardians recovered them (K9).
 * @param rpcUrl - a chain endpoint that the actor trusts more than the gateway: recipients, epochs and grants are compared with it.
 * @param known - what the gateway said of itself before: then nothing is asked, for a device without a connection.
 * @throws HreError `gateway-unreachable`.
 */
export async function connect(options: {
  gatewayUrl: string
  rootSeed: Uint8Array
  succession?: Succession | null
  rpcUrl?: string
  known?: Pick<Actor, 'deployment' | 'organisation'>
}): Promise<Actor> {
  const { gatewayUrl, rootSeed, succession, rpcUrl, known } = options
  const keyring = succession ? openSucceededKeyring(rootSeed, succession) : openKeyring(rootSeed)
  const actor = await connectWith(gatewayUrl, keyring, known)
  if (rpcUrl === undefined) return actor
  // An app gives none, and its devices need not load a node's client.
  const [{ connectChain }, { ChainCheck }] = await Promise.all([
    import('./actions/verify.ts'),
    import('./chain-check.ts'),
  ])
  return { ...actor, check: new ChainCheck(connectChain(rpcUrl), actor.deployment) }
}

/**
 * As `connect`, by keys that are open already.
 *
 * @param identity - who signs, if it is not the keyring: a card, a wallet.
 * @param logIn - how sessions open, if not by a signed challenge.
 */
export async function connectWith(
  gatewayUrl: string,
  keyring: Keyring,
  known?: Pick<Actor, 'deployment' | 'organisation'>,
  identity: Identity = identityOf(keyring),
  logIn?: LogIn,
): Promise<Actor> {
  const client = new GatewayClient({ baseUrl: gatewayUrl })
  const { deployment, organisation } = known ?? (await client.call('getExchange', {}))
  const session = new Session({ client, identity, deployment, logIn })
  return { account: identity.account, keyring, identity, deployment, organisation, session }
}
