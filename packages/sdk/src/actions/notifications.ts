import type { Session } from '@hre/client'
import { isHreError, notificationSchema, type Notification } from '@hre/protocol'
import type { Address } from 'viem'
import type { Actor } from '../actor.ts'
import { askEveryGateway, sessionAt, type Answers } from '../gateways.ts'
import { listOrganisations } from './account.ts'

const firstPauseMilliseconds = 1_000
const pauseMillisecondsMax = 30_000

export interface WatchOptions {
  /** Id of the last notification that was dealt with; 0, or without it: everything that the gateway keeps. */
  after?: number
  /** Aborted to end; so does leaving the loop. */
  signal?: AbortSignal
  /** At another gateway than the actor's own (`sessionAt`): each counts its ids apart. */
  session?: Session
  /** The gateway could not be reached, or can be again. */
  onConnection?: (isConnected: boolean) => void
}

/**
 * What the actor is told, in order, now and from now on: each at least once, whatever happens to the connection in between. Keep the
 * id of the last one that was dealt with, and begin after it the next time.
 *
 * @throws HreError `notifications-gone` when the gateway no longer keeps what came after that id: read anew what matters and
 *   begin with 0. Whatever else does not go away by waiting.
 */
export async function* watchNotifications(
  actor: Actor,
  options: WatchOptions = {},
): AsyncGenerator<Notification> {
  const { signal, session = actor.session, onConnection } = options
  let after = options.after ?? 0
  let pauseMilliseconds = firstPauseMilliseconds
  while (!signal?.aborted) {
    try {
      const events = session.events(
        'streamNotifications',
        { query: { after } },
        { lastEventId: after, ...(signal && { signal }) },
      )
      for await (const { event, data } of events) {
        pauseMilliseconds = firstPauseMilliseconds
        if (event === 'connected') onConnection?.(true)
        if (event !== 'notification') continue
        const notification = notificationSchema.parse(JSON.parse(data))
        yield notification
        after = notification.id
      }
    } catch (error) {
      if (signal?.aborted) return
      if (!isHreError(error) || error.retry !== 'later') throw error
      onConnection?.(false)
      const { retryAfterSeconds } = error.data
      if (typeof retryAfterSeconds === 'number') pauseMilliseconds = retryAfterSeconds * 1000
    }
    // Apart from one another, so that a gateway that is back is not met by all at once.
    await pause(pauseMilliseconds * (0.5 + Math.random() / 2), signal)
    pauseMilliseconds = Math.min(2 * pauseMilliseconds, pauseMillisecondsMax)
  }
}

/** What the actor was told up to now, oldest first. @throws HreError `notifications-gone`. */
export async function listNotifications(
  actor: Actor,
  { after = 0, session = actor.session }: Pick<WatchOptions, 'after' | 'session'> = {},
): Promise<Notification[]> {
  const all: Notification[] = []
  for (;;) {
    const { notifications, more } = await session.call('listNotifications', {
      query: { after: all.at(-1)?.id ?? after },
    })
    all.push(...notifications)
    if (!more) return all
  }
}

/** A notification, and whose gateway told it. */
export interface Told {
  organisation: Address
  notification: Notification
}

/** What every gateway told, and how far each was read. */
export interface ToldEverywhere {
  told: Told[]
  /** Id of each gateway's last one. */
  ends: Map<Address, number>
  unreachable: Answers<unknown>['unreachable']
}

/**
 * What every organisation's gateway has to tell the actor, by time: each knows of the accesses at its own organisation. What is on the
 * chain all of them tell; it is here once.
 *
 * @param seen - sources that were told before; those that are told now are added.
 */
export async function listNotificationsEverywhere(
  actor: Actor,
  seen = new Set<string>(),
): Promise<ToldEverywhere> {
  const { answers, unreachable } = await askEveryGateway(actor, (session) =>
    listNotifications(actor, { session }),
  )
  const isOwn = ({ organisation }: { organisation: Address }) => organisation === actor.organisation
  // One's own gateway is believed to have been first.
  answers.sort((one, other) => Number(isOwn(other)) - Number(isOwn(one)))
  const told = answers
    .flatMap(({ organisation, answer }) => {
      let latest = 0
      return answer.map((notification) => {
        // A gateway's own order stays, also where a block's time and its clock differ.
        latest = Math.max(latest, notification.at)
        return { organisation, notification, latest }
      })
    })
    .filter((one) => isFirst(one, seen))
    .sort((one, other) => one.latest - other.latest)
    .map(({ organisation, notification }) => ({ organisation, notification }))
  const ends = new Map(answers.map(({ organisation, answer }) => [organisation, answer.at(-1)?.id ?? 0]))
  return { told, ends, unreachable }
}

/**
 * As `watchNotifications`, of every organisation's gateway at once; what is on the chain once.
 *
 * @param options.after - id of the last one that was dealt with, by gateway.
 * @param options.seen - sources that were told before.
 */
export async function* watchNotificationsEverywhere(
  actor: Actor,
  options: { after?: ReadonlyMap<Address, number>; seen?: Set<string>; signal?: AbortSignal } = {},
): AsyncGenerator<Told> {
  const { after = new Map(), seen = new Set<string>() } = options
  const stop = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal
  const waiting: Told[] = []
  let news = Promise.withResolvers<void>()
  const organisations = await listOrganisations(actor)
  const watching = organisations.flatMap(({ account: organisation, endpoint }) => {
    const isOwn = organisation === actor.organisation
    if (!isOwn && !endpoint) return []
    const session = isOwn ? actor.session : sessionAt(actor, endpoint!)
    const watch = async () => {
      const from = after.get(organisation) ?? 0
      for await (const notification of watchNotifications(actor, { after: from, session, signal })) {
        waiting.push({ organisation, notification })
        news.resolve()
      }
    }
    return [watch()]
  })
  const failure = Promise.all(watching)
  failure.catch(() => {})
  try {
    for (;;) {
      // Each ends when it is told to, or fails for good.
      const isOver = await Promise.race([news.promise.then(() => false), failure.then(() => true)])
      news = Promise.withResolvers()
      for (const told of waiting.splice(0)) if (isFirst(told, seen)) yield told
      if (isOver) return
    }
  } finally {
    stop.abort()
  }
}

/** Is it told for the first time, if several gateways tell it? */
function isFirst({ notification: { source } }: Told, seen: Set<string>): boolean {
  if (source === null) return true
  const isNew = !seen.has(source)
  seen.add(source)
  return isNew
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds)
    function done() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    if (signal?.aborted) done()
    else signal?.addEventListener('abort', done)
  })
}
