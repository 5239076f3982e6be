import { setTimeout as sleep } from 'node:timers/promises'
import { hreError, limits, type Notification, type StreamEnd } from '@hre/protocol'
import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../clock.ts'
import type { Caller, Sessions } from '../session/sessions.ts'
import { viewOf, type Outbox } from './outbox.ts'

/** Other replicas' news, and ends of sessions, are noticed within this. */
const lookMilliseconds = 1_000
const gatherMilliseconds = 20
/** Nothing to say for this long: a sign of life, so that proxies and clients keep the connection. */
export const heartbeatMilliseconds = 15_000
const rowsPerLook = 100

/** What a stream says next. */
export type StreamEvent =
  { connected: { after: number } } | { notification: Notification } | { heartbeat: true } | { end: StreamEnd }

/** Who listens. */
type Listener = Omit<Caller, 'marks'>

interface Stream extends Listener {
  /** Everything up to this id was said. */
  said: number
  /** There may be something to say. */
  news: boolean
  end: StreamEnd | undefined
  rouse: () => void
}

/**
 * Streams of notifications to those who listen now (T4). One look a second serves all of them: at the heads of the accounts that
 * listen, which tells of news by any replica, and at their sessions.
 */
export class NotificationStreams {
  readonly #outbox: Outbox
  readonly #sessions: Sessions
  readonly #clock: Clock
  readonly #log: FastifyBaseLogger
  readonly #heartbeatMilliseconds: number
  readonly #lookMilliseconds: number
  readonly #open = new Set<Stream>()
  #stopped = false
  #looking: Promise<void> | undefined
  /** Ends the pause between two looks. */
  #rouse: () => void = () => {}
  /** There may be something that the last look did not see. */
  #isNews = false
  #sessionsSeenAt = -Infinity

  constructor(options: {
    outbox: Outbox
    sessions: Sessions
    clock: Clock
    log: FastifyBaseLogger
    heartbeatMilliseconds?: number
    lookMilliseconds?: number
  }) {
    this.#outbox = options.outbox
    this.#sessions = options.sessions
    this.#clock = options.clock
    this.#log = options.log
    this.#heartbeatMilliseconds = options.heartbeatMilliseconds ?? heartbeatMilliseconds
    this.#lookMilliseconds = options.lookMilliseconds ?? lookMilliseconds
    this.#outbox.onNews(() => {
      this.#isNews = true
      this.#rouse()
    })
  }

  /** How many are listening. */
  get size(): number {
    return this.#open.size
  }

  /**
   * Everything after an id, in order, and then what comes, until the token or the session ends or the gateway stops.
   *
   * @param signal - aborted when nobody listens any more.
   * @throws HreError `notifications-gone`; `rate-limited` for an account that has enough streams.
   */
  async listen(caller: Listener, after: number, signal: AbortSignal): Promise<AsyncIterable<StreamEvent>> {
    await this.#outbox.assertKept(caller.account, after)
    const own = [...this.#open].filter(({ account }) => account === caller.account)
    if (own.length >= limits.streamsPerAccountMax)
      throw hreError('rate-limited', { reason: 'open streams', retryAfterSeconds: 15 })
    const end = this.#stopped ? ('stopping' as const) : undefined
    const stream: Stream = { ...caller, said: after, news: true, end, rouse: () => {} }
    this.#open.add(stream)
    signal.addEventListener('abort', () => {
      this.#open.delete(stream)
      stream.rouse()
    })
    if (signal.aborted) this.#open.delete(stream)
    this.#looking ??= this.#look()
    return this.#events(stream)
  }

  /** Ends all of them; whoever listens comes back to another replica, or to this one once it runs again. */
  stop(): void {
    this.#stopped = true
    this.#endAll(this.#open, 'stopping')
  }

  async *#events(stream: Stream): AsyncGenerator<StreamEvent> {
    try {
      yield { connected: { after: stream.said } }
      while (this.#open.has(stream)) {
        stream.news = false
        for (;;) {
          const rows = await this.#outbox.after(stream.account, stream.said, rowsPerLook)
          for (const row of rows) {
            if (!this.#open.has(stream)) return
            yield { notification: viewOf(row) }
            stream.said = row.id
          }
          if (rows.length < rowsPerLook) break
        }
        if (stream.end) return yield { end: stream.end }
        const isNews = await this.#news(stream)
        if (!isNews) yield { heartbeat: true }
      }
    } finally {
      this.#open.delete(stream)
    }
  }

  /** @returns false when nothing came in the time of a heartbeat. */
  async #news(stream: Stream): Promise<boolean> {
    if (stream.news || stream.end || !this.#open.has(stream)) return true
    const waiting = new AbortController()
    stream.rouse = () => waiting.abort()
    return sleep(this.#heartbeatMilliseconds, false, { signal: waiting.signal }).catch(() => true)
  }

  async #look(): Promise<void> {
    while (this.#open.size > 0) {
      const pause = new AbortController()
      this.#rouse = () => pause.abort()
      if (!this.#isNews)
        await sleep(this.#lookMilliseconds, undefined, { signal: pause.signal }).catch(() => {})
      // What is told in one go is looked for once; what is told during the look, by the next.
      if (this.#isNews) await sleep(gatherMilliseconds)
      this.#isNews = false
      await this.#lookOnce().catch((error: unknown) =>
        this.#log.warn(
          { code: (error as { code?: string }).code },
          'news for open streams could not be looked for; it tries again',
        ),
      )
    }
    // At once: whoever opens the next stream starts the next look.
    this.#looking = undefined
  }

  async #lookOnce(): Promise<void> {
    const streams = [...this.#open]
    const heads = await this.#outbox.newest([...new Set(streams.map(({ account }) => account))])
    for (const stream of streams) {
      if ((heads.get(stream.account) ?? 0) <= stream.said) continue
      stream.news = true
      stream.rouse()
    }
    if (performance.now() - this.#sessionsSeenAt < this.#lookMilliseconds) return
    this.#sessionsSeenAt = performance.now()
    const ended = await this.#sessions.endedAmong([...new Set(streams.map(({ session }) => session))])
    const now = this.#clock()
    this.#endAll(
      streams.filter(({ session }) => ended.has(session)),
      'session-ended',
    )
    this.#endAll(
      streams.filter(({ tokenExpiresAt }) => tokenExpiresAt <= now),
      'token-expired',
    )
  }

  #endAll(streams: Iterable<Stream>, reason: StreamEnd): void {
    for (const stream of streams) {
      stream.end ??= reason
      stream.rouse()
    }
  }
}
