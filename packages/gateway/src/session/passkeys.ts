import { createHash } from 'node:crypto'
import { and, asc, eq } from 'drizzle-orm'
import {
  hreError,
  limits,
  passkeyBindingTypedData,
  type Deployment,
  type PasskeyAssertion,
  type PasskeyAttestation,
  type PasskeyView,
} from '@hre/protocol'
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticatorTransport,
} from '@simplewebauthn/server'
import { bytesToHex, hexToBytes, type Address, type Hex } from 'viem'
import type { SignatureChecker } from '../access/signatures.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../store/database.ts'
import { signerOf } from '../store/directory.ts'
import * as t from '../store/schema.ts'
import type { Ceremonies } from './ceremonies.ts'

const serviceName = 'Healthcare Records Exchange'

type Row = typeof t.passkeys.$inferSelect

/** Passkeys by which an account may log in (G37, WebAuthn level 3). They open sessions and sign no operation. */
export class Passkeys {
  readonly #db: Database
  readonly #deployment: Deployment
  readonly #organisation: Address
  readonly #signatures: SignatureChecker
  readonly #ceremonies: Ceremonies
  readonly #clock: Clock
  readonly #origin: () => URL

  constructor(options: {
    db: Database
    deployment: Deployment
    organisation: Address
    signatures: SignatureChecker
    ceremonies: Ceremonies
    clock: Clock
    /** Where people reach this gateway: its host is the relying party. */
    origin: () => URL
  }) {
    this.#db = options.db
    this.#deployment = options.deployment
    this.#organisation = options.organisation
    this.#signatures = options.signatures
    this.#ceremonies = options.ceremonies
    this.#clock = options.clock
    this.#origin = options.origin
  }

  /** For `navigator.credentials.create`. */
  async beginBinding(account: Address) {
    const { challenge } = await this.#ceremonies.begin('passkey-binding', account)
    return generateRegistrationOptions({
      rpName: serviceName,
      rpID: this.#origin().hostname,
      // A pseudonym: what the browser shows beside it is for the person to choose.
      userID: new Uint8Array(hexToBytes(account)),
      userName: `account ${account.slice(0, 10)}`,
      challenge: new Uint8Array(hexToBytes(challenge)),
      attestationType: 'none',
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      excludeCredentials: (await this.#of(account)).map(({ id }) => ({ id })),
    })
  }

  /**
   * Binds a new passkey to the account, whose own key signs for it: a session alone, which may be stolen, is not enough.
   *
   * @throws HreError `signature-invalid`, `conflict` for too many or one that is bound already.
   */
  async bind(
    account: Address,
    binding: { credential: PasskeyAttestation; label: string; signature: Hex },
  ): Promise<PasskeyView> {
    const { credential, label, signature } = binding
    const challenge = challengeIn(credential.response.clientDataJSON)
    await this.#ceremonies.spend('passkey-binding', challenge, account)
    const attestationHash = sha256(Buffer.from(credential.response.attestationObject, 'base64url'))
    const message = { account, organisation: this.#organisation, challenge, attestationHash }
    await this.#signatures.assertSigned(
      account,
      passkeyBindingTypedData(this.#deployment, message),
      signature,
    )
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: credential as never,
      expectedChallenge: base64urlOf(challenge),
      expectedOrigin: this.#origin().origin,
      expectedRPID: this.#origin().hostname,
      requireUserVerification: true,
    }).catch(refused)
    if (!verified) throw hreError('signature-invalid', { reason: 'passkey' })
    const signer = await signerOf(this.#db, account)
    if ((await this.#of(account)).length >= limits.passkeysPerAccountMax)
      throw hreError('conflict', { passkeysMax: limits.passkeysPerAccountMax })
    const { id, publicKey, counter } = registrationInfo.credential
    const [row] = await this.#db
      .insert(t.passkeys)
      .values({
        id,
        account,
        signer: signer!,
        publicKey: bytesToHex(publicKey),
        counter,
        transports: credential.response.transports ?? [],
        label,
        createdAt: this.#clock(),
        lastUsedAt: null,
      })
      .onConflictDoNothing()
      .returning()
    if (!row) throw hreError('conflict')
    return viewOf(row)
  }

  /** For `navigator.credentials.get`; names no passkey, so that nobody learns who has one. */
  async beginLogin() {
    const { challenge } = await this.#ceremonies.begin('passkey-login')
    return generateAuthenticationOptions({
      rpID: this.#origin().hostname,
      challenge: new Uint8Array(hexToBytes(challenge)),
      userVerification: 'required',
    })
  }

  /** @returns whose passkey answered. @throws HreError `signature-invalid`, also for a passkey that is not known. */
  async accountOf(credential: PasskeyAssertion): Promise<Address> {
    const challenge = challengeIn(credential.response.clientDataJSON)
    await this.#ceremonies.spend('passkey-login', challenge)
    const [row] = await this.#db.select().from(t.passkeys).where(eq(t.passkeys.id, credential.id))
    // Bound by a key that the account no longer has: a thief of that key may have done so.
    if (!row || row.signer !== (await signerOf(this.#db, row.account)))
      throw hreError('signature-invalid', { reason: 'passkey' })
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: credential as never,
      expectedChallenge: base64urlOf(challenge),
      expectedOrigin: this.#origin().origin,
      expectedRPID: this.#origin().hostname,
      credential: {
        id: row.id,
        publicKey: new Uint8Array(hexToBytes(row.publicKey)),
        counter: row.counter,
        transports: row.transports as AuthenticatorTransport[],
      },
      requireUserVerification: true,
    }).catch(refused)
    if (!verified) throw hreError('signature-invalid', { reason: 'passkey' })
    // Only from the counter that was checked: of two logins with one counter, one is by a copy.
    const moved = await this.#db
      .update(t.passkeys)
      .set({ counter: authenticationInfo.newCounter, lastUsedAt: this.#clock() })
      .where(and(eq(t.passkeys.id, row.id), eq(t.passkeys.counter, row.counter)))
      .returning()
    if (moved.length === 0) throw hreError('signature-invalid', { reason: 'counter' })
    return row.account
  }

  async list(account: Address): Promise<PasskeyView[]> {
    return (await this.#of(account)).map(viewOf)
  }

  /** @throws HreError `not-found`. */
  async get(account: Address, id: string): Promise<PasskeyView> {
    const row = (await this.#of(account)).find((passkey) => passkey.id === id)
    if (!row) throw hreError('not-found')
    return viewOf(row)
  }

  async rename(account: Address, id: string, label: string): Promise<PasskeyView> {
    await this.#db
      .update(t.passkeys)
      .set({ label })
      .where(and(eq(t.passkeys.id, id), eq(t.passkeys.account, account)))
    return this.get(account, id)
  }

  /** @throws HreError `not-found`. */
  async remove(account: Address, id: string): Promise<void> {
    const gone = await this.#db
      .delete(t.passkeys)
      .where(and(eq(t.passkeys.id, id), eq(t.passkeys.account, account)))
      .returning()
    if (gone.length === 0) throw hreError('not-found')
  }

  async #of(account: Address): Promise<Row[]> {
    return this.#db
      .select()
      .from(t.passkeys)
      .where(eq(t.passkeys.account, account))
      .orderBy(asc(t.passkeys.createdAt), asc(t.passkeys.id))
  }
}

const viewOf = ({ id, label, createdAt, lastUsedAt }: Row): PasskeyView => ({
  id,
  label,
  createdAt,
  lastUsedAt,
})

const base64urlOf = (hex: Hex): string => Buffer.from(hexToBytes(hex)).toString('base64url')
const sha256 = (bytes: Uint8Array): Hex => `0x${createHash('sha256').update(bytes).digest('hex')}`

/** The challenge that a browser says it signed. @throws HreError `signature-invalid` when there is none of ours. */
function challengeIn(clientDataJSON: string): Hex {
  try {
    const { challenge } = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString('utf8')) as {
      challenge: string
    }
    const bytes = Buffer.from(challenge, 'base64url')
    if (bytes.length === 32) return bytesToHex(bytes)
  } catch {
    // Not of that form: answered below.
  }
  throw hreError('signature-invalid', { reason: 'challenge' })
}

/** The library's sentences repeat what was sent: they stay inside. */
function refused(cause: unknown): never {
  throw hreError('signature-invalid', { reason: 'passkey' }, cause)
}
