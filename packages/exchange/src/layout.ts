import { join } from 'node:path'
import type { OrganisationId } from '@hre/testkit'

/** Where everything of one exchange lies. One folder: copy it while stopped, and you have it all. */
export interface Layout {
  root: string
  lock: string
  chain: string
  /** What clients need to find the exchange: addresses, deployment, accounts. No secrets. */
  exchange: string
  story: string
  logs: string
  /** Sealed keys of the people of the demonstration, and the passwords of these (0600). */
  people: string
  gateway(id: OrganisationId): GatewayLayout
}

export interface GatewayLayout {
  data: string
  config: string
  key: string
  password: string
  blobs: string
}

export function layoutOf(root: string): Layout {
  return {
    root,
    lock: join(root, 'exchange.lock'),
    chain: join(root, 'chain'),
    exchange: join(root, 'exchange.json'),
    story: join(root, 'story.jsonl'),
    logs: join(root, 'logs'),
    people: join(root, 'people'),
    gateway(id) {
      const data = join(root, id)
      return {
        data,
        config: join(data, 'gateway.json'),
        key: join(data, 'organisation.key.json'),
        password: join(data, 'organisation.password'),
        blobs: join(data, 'blobs'),
      }
    },
  }
}
