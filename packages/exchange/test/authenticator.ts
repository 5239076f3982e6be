import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'
import type { PasskeyAssertion, PasskeyAttestation } from '@hre/protocol'

/** Flags of authenticator data (WebAuthn 6.1): present, verified, with attested credential. */
const flags = { present: 0x01, verified: 0x04, attested: 0x40 }

/** What a browser and a passkey would do, in memory: WebAuthn level 3 with ES256 and no attestation. */
export class SoftwareAuthenticator {
  readonly #key: { privateKey: KeyObject; publicKey: KeyObject } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
  })
  readonly #id = randomBytes(32)
  /** Of signatures; 0 for a passkey that does not count. */
  counter = 1

  create(options: {
    challenge: string
    origin: string
    rpId: string
    verified?: boolean
  }): PasskeyAttestation {
    const { x, y } = this.#key.publicKey.export({ format: 'jwk' })
    const cose = map([
      [integer(1), integer(2)],
      [integer(3), integer(-7)],
      [integer(-1), integer(1)],
      [integer(-2), bytes(Buffer.from(x!, 'base64url'))],
      [integer(-3), bytes(Buffer.from(y!, 'base64url'))],
    ])
    const length = Buffer.alloc(2)
    length.writeUInt16BE(this.#id.length)
    const authenticatorData = Buffer.concat([
      this.#head(options.rpId, flags.attested | (options.verified === false ? 0 : flags.verified)),
      Buffer.alloc(16),
      length,
      this.#id,
      cose,
    ])
    const attestation = map([
      [text('fmt'), text('none')],
      [text('attStmt'), map([])],
      [text('authData'), bytes(authenticatorData)],
    ])
    return {
      ...this.#base(),
      response: {
        clientDataJSON: clientData('webauthn.create', options).toString('base64url'),
        attestationObject: attestation.toString('base64url'),
      },
    }
  }

  get(options: { challenge: string; origin: string; rpId: string; verified?: boolean }): PasskeyAssertion {
    if (this.counter > 0) this.counter++
    const authenticatorData = this.#head(options.rpId, options.verified === false ? 0 : flags.verified)
    const client = clientData('webauthn.get', options)
    const signed = Buffer.concat([authenticatorData, createHash('sha256').update(client).digest()])
    return {
      ...this.#base(),
      response: {
        clientDataJSON: client.toString('base64url'),
        authenticatorData: authenticatorData.toString('base64url'),
        signature: sign('sha256', signed, this.#key.privateKey).toString('base64url'),
      },
    }
  }

  #head(rpId: string, more: number): Buffer {
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(this.counter)
    return Buffer.concat([
      createHash('sha256').update(rpId).digest(),
      Buffer.of(flags.present | more),
      counter,
    ])
  }

  #base() {
    const id = this.#id.toString('base64url')
    return { id, rawId: id, type: 'public-key' as const, clientExtensionResults: {} }
  }
}

const clientData = (type: string, { challenge, origin }: { challenge: string; origin: string }): Buffer =>
  Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))

// CBOR (RFC 8949), as much of it as a passkey needs.
function head(major: number, value: number): Buffer {
  if (value < 24) return Buffer.of((major << 5) | value)
  if (value < 256) return Buffer.of((major << 5) | 24, value)
  return Buffer.of((major << 5) | 25, value >> 8, value & 0xff)
}
const integer = (value: number): Buffer => (value < 0 ? head(1, -1 - value) : head(0, value))
const bytes = (value: Uint8Array): Buffer => Buffer.concat([head(2, value.length), value])
const text = (value: string): Buffer => Buffer.concat([head(3, value.length), Buffer.from(value)])
const map = (entries: [Buffer, Buffer][]): Buffer =>
  Buffer.concat([head(5, entries.length), ...entries.flat()])
