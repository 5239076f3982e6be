import { GatewayClient, Session } from '@hre/client'
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

/** Somebody at a gateway, with the keys that only they hold. Every action takes one. */
export interface Actor {
  account: Address
  keyring: Keyring
  identity: Identity
  deployment: Deployment
  /** Organisation whose gateway this is. */
  organisation: Address
  session: Session
}

/**
 * Opens the gateway at `gatewayUrl` for the holder of a root seed. Nothing is signed yet: sessions open when needed.
 *
 * @param rootSeed - 32 bytes (E10).
 * @param succession - what the root seed took over, for somebody whose guardians recovered them (K9).
 * @param options.known - what the gateway said of itself before: then nothing is asked, for a device without a connection.
 * @throws HreError `gateway-unreachable`.
 */
export async function connect(options: {
  gatewayUrl: string
  rootSeed: Uint8Array
  succession?: Succession | null
  known?: Pick<Actor, 'deployment' | 'organisation'>
}): Promise<Actor> {
  const { gatewayUrl, rootSeed, succession, known } = options
  const keyring = succession ? openSucceededKeyring(rootSeed, succession) : openKeyring(rootSeed)
  return connectWith(gatewayUrl, keyring, known)
}

/** As `connect`, by keys that are open already. */
export async function connectWith(
  gatewayUrl: string,
  keyring: Keyring,
  known?: Pick<Actor, 'deployment' | 'organisation'>,
): Promise<Actor> {
  const client = new GatewayClient({ baseUrl: gatewayUrl })
  const { deployment, organisation } = known ?? (await client.call('getExchange', {}))
  const identity = identityOf(keyring)
  const session = new Session({ client, identity, deployment })
  return { account: keyring.account, keyring, identity, deployment, organisation, session }
}
