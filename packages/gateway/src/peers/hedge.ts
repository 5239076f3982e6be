/** One question that several may answer, and how long to wait for whom. */
export interface Hedge<Peer, T> {
  /** Best first; at least one. */
  peers: readonly Peer[]
  /**
   * Asks one of them.
   *
   * @param heard - called for whatever shows that it is at work.
   * @returns an answer that was checked. @throws whatever was wrong with it.
   */
  ask: (peer: Peer, signal: AbortSignal, heard: () => void) => Promise<T>
  /** Milliseconds without a sign of it, after which the next one is asked beside it. */
  patienceOf: (peer: Peer) => number
  /** A refusal that is the answer: nobody else is asked. By default there is none. */
  isFinal?: (error: unknown, peer: Peer) => boolean
  /** Resolves after the time, rejects when aborted. */
  wait: (milliseconds: number, signal: AbortSignal) => Promise<void>
}

/**
 * Asks the best, and another as soon as one fails or is silent for too long. The first good answer counts; the others are
 * aborted.
 *
 * @see Dean and Barroso, The Tail at Scale (2013): hedged requests.
 * @throws what the first of them failed with, when all failed.
 */
export async function hedged<Peer, T>(question: Hedge<Peer, T>): Promise<T> {
  const { peers, ask, patienceOf, isFinal = () => false, wait } = question
  const over = new AbortController()
  const failures = new Map<Peer, unknown>()
  try {
    return await new Promise<T>((resolve, reject) => {
      let asked = 0
      function next(): void {
        const peer = peers[asked++]
        if (peer === undefined || over.signal.aborted) return
        const silence = new Silence(() => patienceOf(peer), wait, next)
        ask(peer, over.signal, () => silence.broken())
          .then(resolve)
          .catch((error: unknown) => {
            failures.set(peer, error)
            if (isFinal(error, peer)) reject(error as Error)
            else if (failures.size === peers.length) reject(failures.get(peers[0]!) as Error)
            else next()
          })
          .finally(() => silence.end())
      }
      next()
    })
  } finally {
    over.abort()
  }
}

/** Tells once when nothing was heard for as long as the patience lasts. */
class Silence {
  readonly #patience: () => number
  readonly #wait: Hedge<unknown, unknown>['wait']
  readonly #tell: () => void
  #waiting: AbortController | undefined
  #isOver = false

  constructor(patience: () => number, wait: Hedge<unknown, unknown>['wait'], tell: () => void) {
    this.#patience = patience
    this.#wait = wait
    this.#tell = tell
    this.broken()
  }

  broken(): void {
    this.#waiting?.abort()
    if (this.#isOver) return
    const waiting = new AbortController()
    this.#waiting = waiting
    void this.#wait(this.#patience(), waiting.signal).then(
      () => {
        this.end()
        this.#tell()
      },
      () => {},
    )
  }

  end(): void {
    this.#isOver = true
    this.#waiting?.abort()
  }
}
