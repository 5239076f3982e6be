import { hreError, limits, type Deployment } from '@hre/protocol'
import { hashMessage, isAddressEqual, type Address, type Hex } from 'viem'
import { parseSiweMessage, validateSiweMessage } from 'viem/siwe'
import type { SignatureChecker } from '../access/signatures.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../store/database.ts'
import { signerOf } from '../store/directory.ts'
import type { Ceremonies } from './ceremonies.ts'

/** Sign-in with Ethereum (EIP-4361) for accounts whose signer is a wallet (G38). */
export class WalletLogin {
  readonly #db: Database
  readonly #deployment: Deployment
  readonly #signatures: SignatureChecker
  readonly #ceremonies: Ceremonies
  readonly #clock: Clock
  readonly #origin: () => URL

  constructor(options: {
    db: Database
    deployment: Deployment
    signatures: SignatureChecker
    ceremonies: Ceremonies
    clock: Clock
    /** Where people reach this gateway. */
    origin: () => URL
  }) {
    this.#db = options.db
    this.#deployment = options.deployment
    this.#signatures = options.signatures
    this.#ceremonies = options.ceremonies
    this.#clock = options.clock
    this.#origin = options.origin
  }

  /** What the message has to say. The nonce is the challenge without `0x`: letters and digits alone. */
  async begin() {
    const { challenge, expiresAt } = await this.#ceremonies.begin('wallet-login')
    const { host, origin } = this.#origin()
    return {
      nonce: challenge.slice(2),
      expiresAt,
      domain: host,
      uri: origin,
      chainId: this.#deployment.chainId,
    }
  }

  /**
   * @param account - whose present signer the wallet has to be.
   * @throws HreError `signature-invalid`; `data.reason` names the field that does not fit.
   */
  async assertLogin(login: { account: Address; message: string; signature: Hex }): Promise<void> {
    const { account, message, signature } = login
    const fields = parseSiweMessage(message)
    const { nonce = '', address, expirationTime, issuedAt, resources } = fields
    if (!/^[0-9a-f]{64}$/.test(nonce)) throw hreError('signature-invalid', { reason: 'nonce' })
    // Spent by the first attempt, good or bad.
    await this.#ceremonies.spend('wallet-login', `0x${nonce}`)
    const { host, origin } = this.#origin()
    const now = this.#clock()
    const time = new Date(now * 1000)
    const seconds = (date: Date | undefined) => (date ? date.getTime() / 1000 : NaN)
    const checks: Record<string, boolean> = {
      domain:
        fields.domain === host && (!fields.scheme || fields.scheme === new URL(origin).protocol.slice(0, -1)),
      uri: fields.uri === origin,
      version: fields.version === '1',
      chainId: fields.chainId === this.#deployment.chainId,
      issuedAt: Math.abs(now - seconds(issuedAt)) <= limits.challengeSeconds,
      expirationTime:
        seconds(expirationTime) > now && seconds(expirationTime) <= now + limits.walletMessageSecondsMax,
      time: validateSiweMessage({ message: fields, domain: host, nonce, time }),
      // The account has to be in what was signed: another account with the same wallet is another person's view.
      resources: resources?.length === 1 && resources[0] === `urn:hre:account:${account}`,
    }
    const wrong = Object.entries(checks).find(([, fits]) => !fits)
    if (wrong) throw hreError('signature-invalid', { reason: wrong[0] })
    const signer = await signerOf(this.#db, account)
    if (!address || signer?.length !== 42 || !isAddressEqual(signer as Address, address))
      throw hreError('signature-invalid', { reason: 'address' })
    await this.#signatures.assertDigest(account, hashMessage(message), signature)
  }
}
