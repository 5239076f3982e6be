import type { sessionRoutes } from '@hre/protocol'
import { version } from '../../version.ts'
import type { Handlers } from '../handler.ts'

export const sessionHandlers: Handlers<Exclude<keyof typeof sessionRoutes, 'eraseAccount'>> = {
  async getExchange({ config, deployment, keys }) {
    return { deployment, organisation: keys.identity.account, name: config.name, version }
  },
  async createChallenge({ tokens }, { body }) {
    return tokens.challenge(body.account, body.callerNonce)
  },
  async createSession({ follower, tokens }, { body }) {
    // Somebody who registered a moment ago at another gateway is known once the follower has read it.
    await follower.sync()
    return tokens.open(body)
  },
}
