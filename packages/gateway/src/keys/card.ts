import { spawn } from 'node:child_process'
import { createPublicKey, verify } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { p256 } from '@noble/curves/nist.js'
import type { Deployment } from '@hre/protocol'
import { identityBy, lowS, p256SignerOf, rsaSignerOf, type Identity } from '@hre/vault'
import { bytesToHex, zeroAddress, type Address, type Hex } from 'viem'
import { z } from 'zod'

/** A smartcard or HSM that speaks PKCS#11 and holds a key on P-256 or an RSA key. */
export const cardSchema = z.strictObject({
  /** The maker's PKCS#11 library. */
  module: z.string().min(1),
  /** OpenSC's program, 0.20 or later. */
  tool: z.string().min(1).default('pkcs11-tool'),
  tokenLabel: z.string().min(1).max(32),
  /** CKA_ID of the key in hexadecimal. */
  keyId: z.string().regex(/^([0-9a-f]{2}){1,32}$/),
  /** File with the PIN. */
  pinFile: z.string().min(1),
  /** The contract that checks the card's signatures (ERC-7913), if it is not the deployment's. */
  verifier: (z.string().regex(/^0x[0-9a-fA-F]{40}$/) as unknown as z.ZodType<Address, string>).optional(),
  /** The account, if it was not registered with this card. */
  account: (z.string().regex(/^0x[0-9a-fA-F]{40}$/) as unknown as z.ZodType<Address, string>).optional(),
})
export type CardConfig = z.infer<typeof cardSchema>

export type CardReason =
  'no-tool' | 'no-token' | 'pin-refused' | 'no-key' | 'other-key' | 'signed-wrong' | 'failed'

/** The card did not sign. Retry after it was put back (`no-token`); never after `pin-refused`: cards lock themselves. */
export class CardError extends Error {
  override readonly name = 'CardError'
  readonly code = 'card-failed'
  readonly reason: CardReason
  readonly hint: string
  constructor(reason: CardReason, tokenLabel: string, cause?: unknown) {
    super(`the card ${tokenLabel} did not sign: ${reason}`, { cause })
    this.reason = reason
    this.hint = hints[reason]
  }
}

const hints: Record<CardReason, string> = {
  'no-tool': 'Install OpenSC, or name its `pkcs11-tool` in `card.tool`',
  'no-token': 'Put the card in; compare `card.module` and `card.tokenLabel` with what `pkcs11-tool -L` lists',
  'pin-refused': 'Do not try again before the file `card.pinFile` holds the right PIN: cards lock themselves',
  'no-key': 'Compare `card.keyId` with what `pkcs11-tool -O` lists',
  'other-key': 'Use a key on P-256, or an RSA key of 2048 to 4096 bits',
  'signed-wrong': 'Have the card examined: it signed something else',
  failed: 'Try `pkcs11-tool --test` with the same module',
}

/**
 * The account that a card signs for. The key stays on the card; each signature is one run of OpenSC's `pkcs11-tool`, to which
 * the PIN goes by environment, never by its arguments, which everybody on the machine can read.
 *
 * @param verifiers - of the deployment: the kind of the card's key says which of them.
 * @throws CardError `no-tool`, `no-token`, `no-key`, `other-key`. The PIN is tried with the first signature.
 */
export async function openCard(config: CardConfig, verifiers: Deployment['verifiers']): Promise<Identity> {
  const pin = (await readFile(config.pinFile, 'utf8')).trimEnd()
  const card = new Card(config, pin)
  const key = await card.key()
  return identityBy({
    signer: key.signerOf(config.verifier ?? verifiers[key.kind]),
    ...(config.account && { account: config.account.toLowerCase() as Address }),
    signDigest: async (digest) => bytesToHex(await card.sign(digest, key)),
  })
}

/** What differs between the keys that a card may hold. */
interface CardKey {
  kind: 'p256' | 'rsa'
  signerOf(verifier: Address): Hex
  /** How `pkcs11-tool` is to sign. */
  how: string[]
  /** The signature as its verifier takes it, or nothing when it is not one of this digest. */
  accepted(signature: Uint8Array, digest: Uint8Array): Uint8Array | undefined
}

/** @param der - SubjectPublicKeyInfo. @throws TypeError or VaultError for any other key than one on P-256 or of RSA. */
function cardKeyOf(der: Buffer): CardKey {
  const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' })
  const { kty, crv, x, y, n, e } = publicKey.export({ format: 'jwk' })
  const bytesOf = (part: string | undefined) => new Uint8Array(Buffer.from(part ?? '', 'base64url'))
  if (kty === 'RSA') {
    const numbers = { exponent: bytesOf(e), modulus: bytesOf(n) }
    // Refused now rather than with the first signature.
    rsaSignerOf(zeroAddress, numbers)
    return {
      kind: 'rsa',
      signerOf: (verifier) => rsaSignerOf(verifier, numbers),
      how: ['--mechanism', 'SHA256-RSA-PKCS'],
      accepted: (signature, digest) =>
        verify('sha256', digest, publicKey, signature) ? signature : undefined,
    }
  }
  if (crv !== 'P-256') throw new TypeError(`a key on ${crv}`)
  const point = Uint8Array.of(4, ...bytesOf(x), ...bytesOf(y))
  return {
    kind: 'p256',
    signerOf: (verifier) => p256SignerOf(verifier, point),
    how: ['--mechanism', 'ECDSA', '--signature-format', 'rs'],
    accepted(signature, digest) {
      if (signature.length !== 64) return undefined
      const low = lowS(signature)
      return p256.verify(low, digest, point, { prehash: false }) ? low : undefined
    },
  }
}

class Card {
  readonly #config: CardConfig
  readonly #pin: string
  #isPinRefused = false
  /** A card does one thing at a time. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(config: CardConfig, pin: string) {
    this.#config = config
    this.#pin = pin
  }

  async key(): Promise<CardKey> {
    const der = await this.#run(['--read-object', '--type', 'pubkey', '--id', this.#config.keyId])
    try {
      return cardKeyOf(der)
    } catch (cause) {
      throw new CardError('other-key', this.#config.tokenLabel, cause)
    }
  }

  /** Checked: a faulty card must not get a wrong signature out of the house. */
  async sign(digest: Uint8Array, key: CardKey): Promise<Uint8Array> {
    const signing = this.#last.then(() => this.#sign(digest, key.how))
    this.#last = signing.catch(() => undefined)
    const accepted = key.accepted(await signing, digest)
    if (accepted) return accepted
    throw new CardError('signed-wrong', this.#config.tokenLabel)
  }

  async #sign(digest: Uint8Array, how: string[]): Promise<Uint8Array> {
    if (this.#isPinRefused) throw new CardError('pin-refused', this.#config.tokenLabel)
    const args = ['--login', '--pin', 'env:HRE_CARD_PIN', '--sign', '--id', this.#config.keyId, ...how]
    try {
      return new Uint8Array(await this.#run(args, digest))
    } catch (error) {
      this.#isPinRefused = error instanceof CardError && error.reason === 'pin-refused'
      throw error
    }
  }

  /** @param input - goes in by stdin. @returns what came out. */
  async #run(args: string[], input: Uint8Array = new Uint8Array()): Promise<Buffer> {
    const { tool, module, tokenLabel } = this.#config
    const env = { ...process.env, HRE_CARD_PIN: this.#pin }
    const child = spawn(tool, ['--module', module, '--token-label', tokenLabel, ...args], { env })
    const [out, said] = [[] as Buffer[], [] as Buffer[]]
    child.stdout.on('data', (piece: Buffer) => out.push(piece))
    child.stderr.on('data', (piece: Buffer) => said.push(piece))
    // A tool that ends early does not read.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    const status = await new Promise<number | null>((resolve, reject) => {
      child.on('error', (cause) => reject(new CardError('no-tool', tokenLabel, cause)))
      child.on('close', resolve)
    })
    if (status === 0) return Buffer.concat(out)
    throw new CardError(reasonOf(Buffer.concat(said).toString()), tokenLabel)
  }
}

/** What OpenSC says of PKCS#11's return codes. Its text may name what it was asked for, so it goes no further. */
function reasonOf(said: string): CardReason {
  if (/CKR_PIN_|PIN_LOCKED/.test(said)) return 'pin-refused'
  if (/No slot|CKR_TOKEN_NOT_PRESENT|CKR_DEVICE_REMOVED|not find/i.test(said)) return 'no-token'
  if (/key not found|object not found/i.test(said)) return 'no-key'
  return 'failed'
}
