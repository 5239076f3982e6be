import { passkeyPrfInput } from '@hre/vault'
import { Failure } from '../keeper/client.ts'
import type { Hex, Secret } from '../keeper/api.ts'

type Passkey = Extract<Secret, { kind: 'passkey' }>

const prfInput = new TextEncoder().encode(passkeyPrfInput)
const timeoutMilliseconds = 120_000

/** Passkeys want a name, not a number, in the address, and a device that has them. */
export const hasPasskeys = (): boolean =>
  'PublicKeyCredential' in globalThis && !/^[\d.]+$|^\[/.test(location.hostname)

/**
 * Makes a passkey for this app and asks it for its secret (WebAuthn PRF).
 *
 * @throws Failure `passkey-cancelled`; `passkey-unable` for one that has no PRF: it could sign in, but not open anything.
 */
export async function createPasskey(label: string): Promise<Passkey> {
  const created = await asked(() =>
    navigator.credentials.create({
      publicKey: {
        challenge: crypto.getRandomValues(new Uint8Array(32)),
        rp: { id: location.hostname, name: label },
        // Random: a passkey's list on the device shows the label and tells no account.
        user: { id: crypto.getRandomValues(new Uint8Array(32)), name: label, displayName: label },
        // ES256 and RS256: https://www.iana.org/assignments/cose
        pubKeyCredParams: [
          { type: 'public-key', alg: -7 },
          { type: 'public-key', alg: -257 },
        ],
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        timeout: timeoutMilliseconds,
        extensions: { prf: { eval: { first: prfInput } } },
      },
    }),
  )
  const { prf } = created.getClientExtensionResults()
  if (!prf?.enabled && !prf?.results) throw new Failure('passkey-unable', 'never')
  const credential = hexOf(new Uint8Array(created.rawId))
  // Many passkeys give their secret only when they are used, not when they are made.
  return prf.results
    ? { kind: 'passkey', credential, prf: bytesOf(prf.results.first) }
    : usePasskey([credential])
}

/** Uses one of these passkeys. @throws Failure `passkey-cancelled`, `passkey-unable`. */
export async function usePasskey(credentials: readonly Hex[]): Promise<Passkey> {
  const used = await asked(() =>
    navigator.credentials.get({
      publicKey: {
        challenge: crypto.getRandomValues(new Uint8Array(32)),
        rpId: location.hostname,
        allowCredentials: credentials.map((id) => ({ type: 'public-key', id: bytesOfHex(id) })),
        userVerification: 'required',
        timeout: timeoutMilliseconds,
        extensions: { prf: { eval: { first: prfInput } } },
      },
    }),
  )
  const secret = used.getClientExtensionResults().prf?.results?.first
  if (!secret) throw new Failure('passkey-unable', 'never')
  return { kind: 'passkey', credential: hexOf(new Uint8Array(used.rawId)), prf: bytesOf(secret) }
}

async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  const answer = await ask().catch(() => null)
  if (!answer) throw new Failure('passkey-cancelled', 'later')
  return answer as PublicKeyCredential
}

const hexOf = (bytes: Uint8Array): Hex =>
  `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
const bytesOfHex = (hex: Hex) =>
  Uint8Array.from(hex.slice(2).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
const bytesOf = (source: BufferSource): Uint8Array =>
  source instanceof ArrayBuffer
    ? new Uint8Array(source)
    : new Uint8Array(source.buffer as ArrayBuffer, source.byteOffset, source.byteLength)
