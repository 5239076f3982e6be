import keeperUrl from './worker.ts?worker&url'
import type { Keeper, KeeperAnswer, Progress, WalletAsk } from './api.ts'

/** What went wrong, as the page knows it: a stable code and whether to try again. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly code: string
  readonly retry: string

  constructor(code: string, retry: string) {
    super(code)
    this.code = code
    this.retry = retry
  }
}

interface Waiting {
  resolve(value: unknown): void
  reject(error: unknown): void
}

/**
 * The only way from text to something that runs: our own two workers, by their addresses.
 * @see https://www.w3.org/TR/trusted-types/
 */
const policy = (
  globalThis as unknown as {
    trustedTypes?: { createPolicy(name: string, rules: object): { createScriptURL(url: string): string } }
  }
).trustedTypes?.createPolicy('hre', {
  createScriptURL(text: string) {
    const { origin, pathname } = new URL(text, location.href)
    const isOurs =
      origin === location.origin && /^\/app\/(assets\/keeper[\w.-]*|service-worker)\.js$/.test(pathname)
    if (!isOurs) throw new TypeError('not a worker of this app')
    return text
  },
})

export const scriptUrl = (text: string): string => policy?.createScriptURL(text) ?? text

const listeners = {
  locked: new Set<() => void>(),
  progress: new Set<(progress: Progress) => void>(),
  news: new Set<() => void>(),
}
const waiting = new Map<number, Waiting>()
let worker: Worker | undefined
let lastId = 0

/** Told when the keeper locked by itself. */
export function onLocked(listener: () => void): () => void {
  listeners.locked.add(listener)
  return () => void listeners.locked.delete(listener)
}

/** Told when there is something new for whoever is signed in, once `watch` was asked for. */
export function onNews(listener: () => void): () => void {
  listeners.news.add(listener)
  return () => void listeners.news.delete(listener)
}

export function onProgress(listener: (progress: Progress) => void): () => void {
  listeners.progress.add(listener)
  return () => void listeners.progress.delete(listener)
}

/** What the keeper waits for a wallet to sign. */
export interface PendingAsk extends WalletAsk {
  id: number
}

let asks: readonly PendingAsk[] = []
const askListeners = new Set<() => void>()

function setAsks(changed: readonly PendingAsk[]): void {
  asks = changed
  for (const listener of askListeners) listener()
}

/** The wallet is asked one thing at a time: the oldest. */
export const walletAsks = {
  subscribe(listener: () => void): () => void {
    askListeners.add(listener)
    return () => void askListeners.delete(listener)
  },
  oldest: (): PendingAsk | undefined => asks[0],
  /** @param answer - a signature, or why there is none. The first one counts. */
  settle(id: number, answer: string | Failure): void {
    if (!asks.some((ask) => ask.id === id)) return
    setAsks(asks.filter((ask) => ask.id !== id))
    if (typeof answer === 'string') worker?.postMessage({ ask: id, signature: answer })
    else worker?.postMessage({ ask: id, failure: { code: answer.code, retry: answer.retry } })
  },
}

function receive({ data }: MessageEvent<KeeperAnswer>): void {
  if ('locked' in data) {
    setAsks([])
    return listeners.locked.forEach((listener) => listener())
  }
  if ('news' in data) return listeners.news.forEach((listener) => listener())
  if ('ask' in data) return setAsks([...asks, { id: data.ask, ...data.wallet }])
  if ('progress' in data) return listeners.progress.forEach((listener) => listener(data.progress))
  const wait = waiting.get(data.id)
  waiting.delete(data.id)
  if ('failure' in data) wait?.reject(new Failure(data.failure.code, data.failure.retry))
  else wait?.resolve(data.result)
}

function start(): Worker {
  const started = new Worker(scriptUrl(keeperUrl), { type: 'module' })
  started.onmessage = receive
  // A worker that does not even load answers nothing: whoever waits is told.
  started.onerror = () => {
    for (const wait of waiting.values()) wait.reject(new Failure('internal', 'later'))
    waiting.clear()
  }
  return started
}

function call(name: keyof Keeper, args: unknown[]): Promise<unknown> {
  worker ??= start()
  const id = ++lastId
  const answered = new Promise((resolve, reject) => waiting.set(id, { resolve, reject }))
  worker.postMessage({ id, name, args })
  return answered
}

/** The keeper in its worker; every call may fail with {@link Failure}. */
export const keeper = new Proxy({} as Keeper, {
  get:
    (_target, name) =>
    (...args: unknown[]) =>
      call(name as keyof Keeper, args),
})
