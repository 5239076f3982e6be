import { lookup as resolveByName, type LookupAddress } from 'node:dns'
import http from 'node:http'
import https from 'node:https'
import { isIP, type BlockList, type LookupFunction } from 'node:net'
import { hreError } from '@hre/protocol'
import { isSendable, listOf, networksIn } from './publicAddress.ts'

/** From the first packet to the end of the answer. */
const timeoutMilliseconds = 10_000
/** More of an answer is not read. */
const answerBytesMax = 64 * 1024

export interface OutboundAnswer {
  status: number
  /** Of its Retry-After, in seconds; undefined without one. */
  retryAfterSeconds: number | undefined
}

type Resolve = (name: string) => Promise<LookupAddress[]>

/**
 * Sends to addresses that somebody else chose, and reaches nothing with it that only this machine can reach (SSRF): public addresses over
 * https alone, judged when the connection is made, so that a name which points elsewhere by then does not pass; no redirect is
 * followed; nothing of an answer is used but its status and Retry-After.
 */
export class Outbound {
  readonly #allowed: BlockList
  readonly #resolve: Resolve

  /**
   * @param options.networks - CIDR, with commas: reached although they are not public, also over http.
   * @throws TypeError for what is no network.
   */
  constructor(options: { networks: string | undefined; resolve?: Resolve }) {
    this.#allowed = listOf(options.networks === undefined ? [] : networksIn(options.networks))
    this.#resolve = options.resolve ?? resolveAll
  }

  /**
   * What can be said of an address before anything is sent. A name may still turn out to lead nowhere good.
   *
   * @throws HreError `address-refused`.
   */
  assertAddress(text: string): URL {
    const url = URL.canParse(text) ? new URL(text) : undefined
    if (!url) throw refused('not a URL')
    if (url.username || url.password) throw refused('a name or password in it')
    // Kept as it was given: what is shown to its owner must be what is called.
    if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refused('not https')
    const literal = url.hostname.replace(/^\[|\]$/g, '')
    if (isIP(literal)) this.#assertSendable(literal, url)
    else if (url.protocol === 'http:' && this.#allowed.rules.length === 0) throw refused('not https')
    return url
  }

  /**
   * Posts, and says how it was answered.
   *
   * @throws HreError `address-refused`; whatever the network says when there is no answer.
   */
  async post(
    text: string,
    headers: Record<string, string | number>,
    body: Uint8Array,
  ): Promise<OutboundAnswer> {
    const url = this.assertAddress(text)
    return new Promise((resolve, reject) => {
      const { request } = url.protocol === 'https:' ? https : http
      const sent = request(url, {
        method: 'POST',
        headers: { 'user-agent': 'hre-gateway', ...headers, 'content-length': body.length },
        // A connection of before was made to an address of before.
        agent: false,
        lookup: this.#lookupFor(url),
        signal: AbortSignal.timeout(timeoutMilliseconds),
      })
      sent.on('socket', (socket) =>
        socket.once('connect', () => {
          // The same once more, of the connection that there is.
          if (!isSendable(socket.remoteAddress ?? '', this.#allowed)) sent.destroy(refused('not public'))
        }),
      )
      sent.on('error', reject)
      sent.on('response', (answer) => {
        let bytes = 0
        const status = answer.statusCode ?? 0
        const retryAfterSeconds = secondsOf(answer.headers['retry-after'])
        answer.on('data', (chunk: Buffer) => {
          bytes += chunk.length
          if (bytes > answerBytesMax) answer.destroy()
        })
        answer.on('close', () => resolve({ status, retryAfterSeconds }))
        answer.on('error', () => {})
      })
      sent.end(body)
    })
  }

  /** Resolves once, for the very connection that is made, and refuses a name of which any address is not to be reached. */
  #lookupFor(url: URL): LookupFunction {
    return (name, { all }, done) => {
      const ask = async () => {
        const addresses = await this.#resolve(name)
        if (addresses.length === 0) throw refused('no address')
        for (const { address } of addresses) this.#assertSendable(address, url)
        return addresses
      }
      ask().then(
        (addresses) =>
          all ? done(null, addresses) : done(null, addresses[0]!.address, addresses[0]!.family),
        (error: unknown) => done(error as NodeJS.ErrnoException, ''),
      )
    }
  }

  #assertSendable(address: string, { protocol }: URL): void {
    if (!isSendable(address, this.#allowed)) throw refused('not public')
    const isOperators = !isSendable(address, none)
    if (protocol === 'http:' && !isOperators) throw refused('not https')
  }
}

const none = listOf([])

/** The reason says nothing of what a name resolves to: that is the operator's network. */
const refused = (reason: string) => hreError('address-refused', { reason })

const resolveAll: Resolve = (name) =>
  new Promise((resolve, reject) => {
    resolveByName(name, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)))
  })

/** Seconds, or a date (RFC 9110, 10.2.3). */
function secondsOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  const seconds = /^\d{1,9}$/.test(header)
    ? Number(header)
    : Math.ceil((Date.parse(header) - Date.now()) / 1000)
  return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined
}
