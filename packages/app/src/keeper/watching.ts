import {
  listNotifications,
  listNotificationsEverywhere,
  watchNotifications,
  watchNotificationsEverywhere,
  type Actor,
} from '@hre/sdk'

const againMilliseconds = 30_000
/** What comes in one go is told once. */
const gatherMilliseconds = 300

/**
 * Tells of whatever is new for the actor, at every organisation, until the signal ends it. Nothing of what was told leaves the
 * keeper: the page looks again at what it shows.
 *
 * @param isQuiet - somebody is asked to sign whenever a session opens: the own gateway alone, whose session is open.
 */
export async function watchNews(
  actor: Actor,
  { isQuiet, signal, onNews }: { isQuiet: boolean; signal: AbortSignal; onNews: () => void },
): Promise<void> {
  let gathering: ReturnType<typeof setTimeout> | undefined
  const tell = () => {
    gathering ??= setTimeout(() => {
      gathering = undefined
      if (!signal.aborted) onNews()
    }, gatherMilliseconds)
  }
  while (!signal.aborted) {
    try {
      const news = await begin(actor, isQuiet, signal)
      // What came while nobody listened, also between the page's first look and now, is not told one by one.
      tell()
      for await (const _ of news) tell()
    } catch {
      // A gateway that keeps no list, or is away at the beginning: connections that end later are begun anew by the SDK.
    }
    await pause(againMilliseconds, signal)
  }
}

/** After what is known already: the page looks once more. */
async function begin(actor: Actor, isQuiet: boolean, signal: AbortSignal): Promise<AsyncIterable<unknown>> {
  if (isQuiet) {
    const after = (await listNotifications(actor)).at(-1)?.id ?? 0
    return watchNotifications(actor, { after, signal })
  }
  const seen = new Set<string>()
  const { ends } = await listNotificationsEverywhere(actor, seen)
  return watchNotificationsEverywhere(actor, { after: ends, seen, signal })
}

const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
  })
