import { createECDH } from 'node:crypto'
import webPush from 'web-push'
import type { PushKey } from '../keys/keyAgent.ts'
import type { Outbound, OutboundAnswer } from './outbound.ts'

/** A device that was off for longer asks by itself when it is on. */
const ttlSeconds = 24 * 60 * 60

export interface PushTarget {
  endpoint: string
  p256dh: string
  auth: string
}

/** Wakes devices by web push (RFC 8030), sealed to each (RFC 8291) and signed for the push service (RFC 8292). */
export class WebPush {
  readonly #key: PushKey
  readonly #contact: () => string
  readonly #outbound: Outbound

  /** @param options.contact - `https:` or `mailto:`: whom a push service may complain to. */
  constructor(options: { key: PushKey; contact: () => string; outbound: Outbound }) {
    this.#key = options.key
    this.#contact = options.contact
    this.#outbound = options.outbound
  }

  get publicKey(): string {
    return this.#key.publicKey
  }

  /**
   * Tells a device that there is something new. It says nothing of what: the device asks the gateway, by its session.
   *
   * @throws what `Outbound.post` throws.
   */
  async wake({ endpoint, p256dh, auth }: PushTarget): Promise<OutboundAnswer> {
    const { headers, body } = webPush.generateRequestDetails(
      { endpoint, keys: { p256dh, auth } },
      JSON.stringify({ wake: true }),
      {
        vapidDetails: { subject: this.#contact(), ...this.#key },
        TTL: ttlSeconds,
        // Of several that wait for a device that is off, the last is enough.
        topic: 'news',
        urgency: 'high',
      },
    )
    return this.#outbound.post(endpoint, headers, body)
  }
}

/** Is it a device's key: a point of P-256, uncompressed, and 16 bytes (RFC 8291)? */
export function isPushKeys({ p256dh, auth }: { p256dh: string; auth: string }): boolean {
  const point = Buffer.from(p256dh, 'base64url')
  if (point.length !== 65 || point[0] !== 4 || Buffer.from(auth, 'base64url').length !== 16) return false
  const own = createECDH('prime256v1')
  own.generateKeys()
  try {
    // Refuses what is not on the curve.
    own.computeSecret(point)
    return true
  } catch {
    return false
  }
}
