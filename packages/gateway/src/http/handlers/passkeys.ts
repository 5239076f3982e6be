import type { passkeyRoutes } from '@hre/protocol'
import { assertMatches, entityTagOf } from '../entityTags.ts'
import type { Handlers } from '../handler.ts'

export const passkeyHandlers: Handlers<keyof typeof passkeyRoutes> = {
  async beginPasskey({ passkeys }, { account }) {
    return { ...(await passkeys.beginBinding(account)) }
  },

  async createPasskey({ follower, passkeys }, { account, body }) {
    await follower.sync()
    return passkeys.bind(account, body)
  },

  async listPasskeys({ passkeys }, { account }) {
    return { passkeys: await passkeys.list(account) }
  },

  async getPasskey({ passkeys }, { account, params }) {
    return passkeys.get(account, params.passkey)
  },

  async renamePasskey({ passkeys }, { account, params, body, ifMatch }) {
    const present = await passkeys.get(account, params.passkey)
    assertMatches(ifMatch, entityTagOf(JSON.stringify(present)))
    return passkeys.rename(account, params.passkey, body.label)
  },

  async removePasskey({ passkeys }, { account, params }) {
    await passkeys.remove(account, params.passkey)
    return { id: params.passkey, removed: true as const }
  },

  async beginPasskeyLogin({ passkeys }) {
    return { ...(await passkeys.beginLogin()) }
  },

  async createPasskeySession({ follower, loginAttempts, passkeys, sessions }, { body, address }) {
    return loginAttempts.run({ address }, async () => {
      await follower.sync()
      return sessions.open(await passkeys.accountOf(body.credential), 'passkey', body.device)
    })
  },
}
