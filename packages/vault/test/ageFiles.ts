import { Encrypter } from 'age-encryption'
import { encodeAgeRecipient } from '../src/index.ts'

/** A stock age file to any recipients or a password: what an author with other software, or an attacker, may send. */
export async function ageFile(
  to: { recipients: (string | Uint8Array)[] } | { password: string },
  plaintext: Uint8Array,
): Promise<Uint8Array> {
  const encrypter = new Encrypter()
  if ('password' in to) {
    encrypter.setScryptWorkFactor(2)
    encrypter.setPassphrase(to.password)
  } else {
    for (const recipient of to.recipients) {
      encrypter.addRecipient(typeof recipient === 'string' ? recipient : encodeAgeRecipient(recipient))
    }
  }
  return encrypter.encrypt(plaintext)
}

/** The header as text, and where the payload begins. */
export function splitHeader(sealed: Uint8Array): { header: string; payload: Uint8Array } {
  const text = new TextDecoder('latin1').decode(sealed)
  const end = text.indexOf('\n', text.indexOf('\n--- ') + 1) + 1
  return { header: text.slice(0, end), payload: sealed.slice(end) }
}

export function joinHeader(header: string, payload: Uint8Array): Uint8Array {
  const head = new TextEncoder().encode(header)
  const out = new Uint8Array(head.length + payload.length)
  out.set(head)
  out.set(payload, head.length)
  return out
}
