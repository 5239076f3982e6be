import type { Session } from '@hre/client'
import type { chainMethods } from '@hre/protocol'
import { createPublicClient, custom, type PublicClient } from 'viem'

type ChainMethod = (typeof chainMethods)[number]

/**
 * The consortium chain as one organisation's node sees it, for a verifier without a node of its own. It believes that
 * organisation about the chain; asking several believes none of them alone.
 */
export const chainThrough = (session: Session): PublicClient =>
  createPublicClient({
    transport: custom({
      request: async ({ method, params }: { method: string; params?: unknown[] }) =>
        (await session.call('readChain', { body: { method: method as ChainMethod, params: params ?? [] } }))
          .result,
    }),
  })
