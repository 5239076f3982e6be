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
  type SessionAnswer,
  type TypedMessage,
} from '@hre/protocol'
import { randomBytes32, type Identity } from '@hre/vault'
import type { EventSourceMessage } from 'eventsource-parser'
import type { Address, Hex } from 'viem'
import type { CallOptions, GatewayClient, StreamName, StreamOptions } from './gatewayClient.ts'

/** A token is renewed when it has less than this left, in seconds. */
const renewSecondsBefore = 60

/**
 * Checks that the gateway's welcome was signed by the organisation that it should belong to.
 *
 * @throws whatever makes the caller not trust it.
 */
export type WelcomeCheck = (organisation: Address, message: TypedMessage, signature: Hex) => Promise<void>

/** Opens a session by another way than the account's challenge. @throws what the gateway answers. */
export type LogIn = (client: GatewayClient, device: string) => Promise<SessionAnswer>

/** One account at one gateway: logs in when needed, refreshes its token by itself, and calls routes. */
export class Session {
  readonly client: GatewayClient
  readonly identity: Identity
  readonly deployment: Deployment
  readonly #checkWelcome: WelcomeCheck | undefined
  readonly #device: string
  readonly #otherLogIn: LogIn | undefined
  #open: SessionAnswer | undefined
  #renewal: Promise<string> | undefined

  constructor(options: {
    client: GatewayClient
    identity: Identity
    deployment: Deployment
    checkWelcome?: WelcomeCheck
    /** What its owner sees in the list of sessions. */
    device?: string
    /** In place of a signed challenge. The gateway proves nothing then: for one whose address was checked already. */
    logIn?: LogIn | undefined
  }) {
    this.client = options.client
    this.identity = options.identity
    this.deployment = options.deployment
    this.#checkWelcome = options.checkWelcome
    this.#device = options.device ?? 'unnamed'
    this.#otherLogIn = options.logIn
  }

  /** Like `GatewayClient.call`, with a token. Renews it once when the gateway no longer takes it. */
  async call<Name extends RouteName>(
    name: Name,
    input: RouteInput<Routes[Name]>,
    options: Omit<CallOptions, 'token'> = {},
  ): Promise<RouteOutput<Routes[Name]>> {
    const token = await this.#validToken()
    try {
      return await this.client.call(name, input, { ...options, token })
    } catch (error) {
      if (!isHreError(error, 'unauthenticated')) throw error
      // Of calls side by side the first renews it for all.
      if (this.#open?.token === token) this.#open = { ...this.#open, expiresAt: 0 }
      return this.client.call(name, input, { ...options, token: await this.#validToken() })
    }
  }

  /** Like `GatewayClient.events`, with a token; the gateway ends the stream with the token. */
  async *events<Name extends StreamName>(
    name: Name,
    input: RouteInput<Routes[Name]>,
    options: Omit<StreamOptions, 'token'> = {},
  ): AsyncGenerator<EventSourceMessage> {
    const token = await this.#validToken()
    try {
      yield* this.client.events(name, input, { ...options, token })
    } catch (error) {
      if (!isHreError(error, 'unauthenticated')) throw error
      if (this.#open?.token === token) this.#open = { ...this.#open, expiresAt: 0 }
      yield* this.client.events(name, input, { ...options, token: await this.#validToken() })
    }
  }

  /** For routes that ask for no session: with the token that is there, if there is one, so that nobody known pays a stranger's price. */
  async callAnyway<Name extends RouteName>(
    name: Name,
    input: RouteInput<Routes[Name]>,
  ): Promise<RouteOutput<Routes[Name]>> {
    const now = Math.floor(Date.now() / 1000)
    const isOpen = this.#open !== undefined && this.#open.expiresAt > now
    if (!isOpen) return this.client.call(name, input)
    return this.call(name, input)
  }

  /** Ends the session at the gateway; the next call opens another. */
  async end(): Promise<void> {
    const { session, token } = this.#open ?? {}
    this.#open = undefined
    if (session && token) await this.client.call('endSession', { params: { session } }, { token })
  }

  async #validToken(): Promise<string> {
    const now = Math.floor(Date.now() / 1000)
    if (this.#open && this.#open.expiresAt - renewSecondsBefore > now) return this.#open.token
    this.#renewal ??= this.#renew(now).finally(() => {
      this.#renewal = undefined
    })
    return this.#renewal
  }

  /** By the refresh token, so that the account's key need not sign; by the key when it is refused. */
  async #renew(now: number): Promise<string> {
    const { refreshToken, refreshExpiresAt = 0 } = this.#open ?? {}
    this.#open = undefined
    if (refreshToken && refreshExpiresAt > now)
      try {
        this.#open = await this.client.call('refreshSession', { body: { refreshToken } })
        return this.#open.token
      } catch (error) {
        if (!isHreError(error, 'unauthenticated') && !isHreError(error, 'refresh-reused')) throw error
      }
    if (!this.#otherLogIn) return this.#logIn()
    this.#open = await this.#otherLogIn(this.client, this.#device)
    return this.#open.token
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
    this.#open = await this.client.call('createSession', {
      body: {
        account,
        challenge,
        expiresAt,
        device: this.#device,
        signature: await this.identity.sign(loginTypedData(this.deployment, login)),
      },
    })
    return this.#open.token
  }
}
