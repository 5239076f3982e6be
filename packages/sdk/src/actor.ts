import { GatewayClient, Session } from '@hre/client'
import type { Deployment } from '@hre/protocol'
import { identityOf, openKeyring, type Identity, type Keyring } from '@hre/vault'
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
 * @param options.known - what the gateway said of itself before: then nothing is asked, for a device without a connection.
 * @throws HreError `gateway-unreachable`.
 */
export async function connect(options: {
  gatewayUrl: string
  rootSeed: Uint8Array
  known?: Pick<Actor, 'deployment' | 'organisation'>
}): Promise<Actor> {
  const client = new GatewayClient({ baseUrl: options.gatewayUrl })
  const { deployment, organisation } = options.known ?? (await client.call('getExchange', {}))
  const keyring = openKeyring(options.rootSeed)
  const identity = identityOf(keyring)
  const session = new Session({ client, identity, deployment })
  return { account: keyring.account, keyring, identity, deployment, organisation, session }
}
