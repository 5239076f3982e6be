import type { Session } from '@hre/client'
import { isHreError, notificationSchema, type Notification } from '@hre/protocol'
import type { Address } from 'viem'
import type { Actor } from '../actor.ts'
import { askEveryGateway, type Answers } from '../gateways.ts'

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

/**
 * What every organisation's gateway has to tell the actor, by time: each knows of the accesses at its own organisation. What is on the
 * chain all of them tell; it is here once.
 */
export async function listNotificationsEverywhere(
  actor: Actor,
): Promise<{ told: Told[]; unreachable: Answers<unknown>['unreachable'] }> {
  const { answers, unreachable } = await askEveryGateway(actor, (session) =>
    listNotifications(actor, { session }),
  )
  const isFirst = firstOfItsSource()
  const isOwn = ({ organisation }: { organisation: Address }) => organisation === actor.organisation
  const told = answers
    // One's own gateway is believed to have been first.
    .sort((one, other) => Number(isOwn(other)) - Number(isOwn(one)))
    .flatMap(({ organisation, answer }) => answer.map((notification) => ({ organisation, notification })))
    .filter(isFirst)
  told.sort((one, other) => one.notification.at - other.notification.at)
  return { told, unreachable }
}

/** Is it told for the first time, if several gateways may tell it? */
export function firstOfItsSource(): (told: Told) => boolean {
  const seen = new Set<string>()
  return ({ notification: { source } }) => {
    if (source === null) return true
    const isFirst = !seen.has(source)
    seen.add(source)
    return isFirst
  }
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
