import {
  createDecipheriv,
  createECDH,
  createHmac,
  createPublicKey,
  hkdfSync,
  randomBytes,
  verify,
} from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  headers: IncomingHttpHeaders
  body: Buffer
}

/** An HTTP server that keeps what is posted to it, and answers as it is told. */
export interface Receiver {
  url: string
  received: Received[]
  /** What the next posts are answered, in order; the last one stays. */
  answers: { status: number; headers?: Record<string, string> }[]
  stop(): Promise<void>
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = []
  const answers: Receiver['answers'] = [{ status: 204 }]
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(parts) })
      const { status, headers } = answers.length > 1 ? answers.shift()! : answers[0]!
      response.writeHead(status, headers).end()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    answers,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/**
 * A receiver's check, written from the standard and not from our code.
 *
 * @returns the message, or undefined when it is forged or old.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function openWebhook({ headers, body }: Received, secret: string, now: number) {
  const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map(
    (name) => headers[`webhook-${name}`] as string,
  )
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body.toString()}`).digest('base64')
  const isGood = signatures!.split(' ').includes(`v1,${expected}`) && Math.abs(Number(timestamp) - now) <= 300
  const content = JSON.parse(body.toString()) as { type: string; data: { id: number; at: number } }
  return isGood ? { id: id!, ...content } : undefined
}

/** A browser's side of web push. */
export function newDevice() {
  const pair = createECDH('prime256v1')
  const publicKey = pair.generateKeys()
  const auth = randomBytes(16)
  return {
    keys: { p256dh: publicKey.toString('base64url'), auth: auth.toString('base64url') },
    /** What was sealed to it (RFC 8291 over RFC 8188). @throws Error when it was not. */
    open({ headers, body }: Received): string {
      if (headers['content-encoding'] !== 'aes128gcm') throw new Error('another encoding')
      const salt = body.subarray(0, 16)
      const idBytes = body[20]!
      const sender = body.subarray(21, 21 + idBytes)
      const sealed = body.subarray(21 + idBytes)
      const derive = (ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, bytes: number) =>
        Buffer.from(hkdfSync('sha256', ikm, salt, info, bytes))
      const info = Buffer.concat([Buffer.from('WebPush: info\0'), publicKey, sender])
      const ikm = derive(pair.computeSecret(sender), auth, info, 32)
      const key = derive(ikm, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16)
      const nonce = derive(ikm, salt, Buffer.from('Content-Encoding: nonce\0'), 12)
      const cipher = createDecipheriv('aes-128-gcm', key, nonce)
      cipher.setAuthTag(sealed.subarray(-16))
      const padded = Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()])
      // One record, which is the last: padding begins with 2 (RFC 8188, 2).
      return padded.subarray(0, padded.lastIndexOf(2)).toString()
    },
  }
}

/** What a push service checks of its sender (RFC 8292). @returns the claims. @throws Error when the signature is another's. */
export function vapidClaims({ headers }: Received): { aud: string; exp: number; sub: string; key: string } {
  const [, token, key] = /^vapid t=([^,]+), ?k=(.+)$/.exec(headers.authorization!)!
  const [head, claims, signature] = token!.split('.')
  const point = Buffer.from(key!, 'base64url')
  const publicKey = createPublicKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    },
  })
  const isGood = verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    { key: publicKey, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature!, 'base64url'),
  )
  if (!isGood) throw new Error('signed by another key')
  return {
    ...(JSON.parse(Buffer.from(claims!, 'base64url').toString()) as {
      aud: string
      exp: number
      sub: string
    }),
    key: key!,
  }
}
