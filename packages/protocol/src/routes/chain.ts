import { z } from 'zod'
import { route } from './route.ts'

/** What a verifier in a browser needs of a chain; each call names the exchange's own contracts or a block. */
export const chainMethods = [
  'eth_call',
  'eth_chainId',
  'eth_getBlockByNumber',
  'eth_getLogs',
  'eth_getTransactionByHash',
] as const

export const chainRoutes = {
  readChain: route({
    method: 'POST',
    path: '/v1/chain',
    auth: 'account',
    crossOrigin: true,
    summary: 'Read the consortium chain as this organisation’s node sees it; reads about its contracts alone',
    body: z.object({ method: z.enum(chainMethods), params: z.array(z.unknown()).max(3) }),
    response: z.object({ result: z.unknown() }),
    errors: ['forbidden', 'chain-unavailable'],
  }),
}
