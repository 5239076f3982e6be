import type { sessionRoutes } from '@hre/protocol'
import { version } from '../../version.ts'
import type { Handlers } from '../handler.ts'

export const sessionHandlers: Handlers<Exclude<keyof typeof sessionRoutes, 'eraseAccount'>> = {
  async getExchange({ config, deployment, keys }) {
    return { deployment, organisation: keys.identity.account, name: config.name, version }
  },

  async getTokenKeys({ tokenKeys }) {
    return (await tokenKeys.jwks()) as { keys: never[] }
  },

  async createChallenge({ keyLogin }, { body }) {
    return keyLogin.challenge(body.account, body.callerNonce)
  },

  async createSession({ follower, keyLogin, loginAttempts, sessions }, { body, address }) {
    const { device, ...login } = body
    return loginAttempts.run({ address, account: body.account }, async () => {
      // Somebody who registered a moment ago at another gateway is known once the follower has read it.
      await follower.sync()
      await keyLogin.assertLogin(login)
      return sessions.open(body.account, 'key', device)
    })
  },

  async refreshSession({ loginAttempts, sessions }, { body, address }) {
    return loginAttempts.run({ address }, () => sessions.refresh(body.refreshToken))
  },

  async listSessions({ sessions }, { account, session }) {
    return { sessions: await sessions.list(account, session) }
  },

  async endSession({ sessions }, { account, params }) {
    await sessions.end(account, params.session)
    return { session: params.session, ended: true as const }
  },

  async createWalletNonce({ walletLogin }) {
    return walletLogin.begin()
  },

  async createWalletSession({ follower, loginAttempts, sessions, walletLogin }, { body, address }) {
    const { account, message, signature, device } = body
    return loginAttempts.run({ address, account }, async () => {
      await follower.sync()
      await walletLogin.assertLogin({ account, message, signature })
      return sessions.open(account, 'wallet', device)
    })
  },
}
