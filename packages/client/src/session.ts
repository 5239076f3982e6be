import {
  hreError,
  isHreError,
  loginTypedData,
  welcomeTypedData,
  type Deployment,
  type RouteInput,
  type RouteName,
  type RouteOutput,
  type Routes,
  type TypedMessage,
} from '@hre/protocol'
import { randomBytes32, type Identity } from '@hre/vault'
import type { Address, Hex } from 'viem'
import type { GatewayClient } from './gatewayClient.ts'

/** A token is renewed when it has less than this left, in seconds. */
const renewSecondsBefore = 60

/**
 * Checks that the gateway's welcome was signed by the organisation that it should belong to.
 *
 * @throws whatever makes the caller not trust it.
 */
export type WelcomeCheck = (organisation: Address, message: TypedMessage, signature: Hex) => Promise<void>

/** One account at one gateway: logs in when needed, renews its token, and calls routes. */
export class Session {
  readonly client: GatewayClient
  readonly identity: Identity
  readonly deployment: Deployment
  readonly #checkWelcome: WelcomeCheck | undefined
  #token: { value: string; expiresAt: number } | undefined
  #login: Promise<string> | undefined

  constructor(options: {
    client: GatewayClient
    identity: Identity
    deployment: Deployment
    checkWelcome?: WelcomeCheck
  }) {
    this.client = options.client
    this.identity = options.identity
    this.deployment = options.deployment
    this.#checkWelcome = options.checkWelcome
  }

  /** Like `GatewayClient.call`, with a token. Logs in again once when the gateway no longer takes the token. */
  async call<Name extends RouteName>(
    name: Name,
    input: RouteInput<Routes[Name]>,
  ): Promise<RouteOutput<Routes[Name]>> {
    try {
      return await this.client.call(name, input, { token: await this.#validToken() })
    } catch (error) {
      if (!isHreError(error, 'unauthenticated')) throw error
      this.#token = undefined
      return this.client.call(name, input, { token: await this.#validToken() })
    }
  }

  async #validToken(): Promise<string> {
    const now = Math.floor(Date.now() / 1000)
    if (this.#token && this.#token.expiresAt - renewSecondsBefore > now) return this.#token.value
    this.#login ??= this.#logIn().finally(() => {
      this.#login = undefined
    })
    return this.#login
  }

  async #logIn(): Promise<string> {
    const { account } = this.identity
    const callerNonce = randomBytes32()
    const { organisation, challenge, expiresAt, signature } = await this.client.call('createChallenge', {
      body: { account, callerNonce },
    })
    const welcome = welcomeTypedData(this.deployment, { account, organisation, challenge, callerNonce })
    await this.#checkWelcome?.(organisation, welcome, signature).catch((cause: unknown) => {
      throw isHreError(cause) && cause.retry === 'later'
        ? cause
        : hreError('peer-untrusted', { organisation }, cause)
    })
    const login = { account, organisation, challenge, expiresAt }
    const session = await this.client.call('createSession', {
      body: {
        account,
        challenge,
        expiresAt,
        signature: await this.identity.sign(loginTypedData(this.deployment, login)),
      },
    })
    this.#token = { value: session.token, expiresAt: session.expiresAt }
    return session.token
  }
}
