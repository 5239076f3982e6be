import cluster, { type Worker } from 'node:cluster'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { GatewayConfig } from './config.ts'

/** What a gateway says when it answers. */
export interface Ready {
  ready: true
  url: string
  organisation: string
}

/** A gateway's processes, as whoever started it sees them. */
export interface Running {
  ready: Ready
  stop(): Promise<void>
}

const numberVariable = 'HRE_WORKER_NUMBER'
const restartMilliseconds = 1_000

/** Which of a gateway's processes this is, counted from 0; undefined when it is the only one, or the one that starts them. */
export function workerNumber(): number | undefined {
  const number = process.env[numberVariable]
  return cluster.isWorker && number !== undefined ? Number(number) : undefined
}

/** Metrics and health are each process's own: each serves them at the next port. */
export const workerConfig = (config: GatewayConfig, number: number): GatewayConfig => ({
  ...config,
  ...(config.operationsPort && { operationsPort: config.operationsPort + number }),
})

/** Tells the process that started this one. */
export const tellReady = (ready: Ready): boolean => process.send!(ready)

/**
 * This program so many times, at one address: replicas on one database that connections are dealt out to in turn. One that dies is
 * started again; all end when this process does, however it ends.
 *
 * @throws Error when one of them ends before it ever answered; then none is left.
 */
export async function startWorkers(count: number, log: Logger): Promise<Running> {
  const workers = new Map<number, Worker>()
  const lives: Promise<void>[] = []
  const stopping = new AbortController()
  const { signal: stopped } = stopping
  let isClean = true

  const start = (number: number) =>
    new Promise<Ready>((resolve, reject) => lives.push(keep(number, resolve, reject)))

  async function keep(
    number: number,
    ready: (said: Ready) => void,
    failed: (error: Error) => void,
  ): Promise<void> {
    let hasEverAnswered = false
    while (!stopped.aborted) {
      const worker = cluster.fork({ [numberVariable]: String(number) })
      workers.set(number, worker)
      let answers = false
      worker.once('message', (said: Ready) => {
        answers = hasEverAnswered = true
        ready(said)
      })
      const end = await endOf(worker)
      workers.delete(number)
      if (stopped.aborted) {
        // One that did not answer yet has nothing to lose.
        isClean &&= end.code === 0 || !answers
        return
      }
      if (!hasEverAnswered) return failed(new Error('one of its processes ended before it answered'))
      log.warn({ worker: number, ...end }, 'a process of the gateway ended and is started again')
      await sleep(restartMilliseconds, undefined, { signal: stopped }).catch(() => {})
    }
  }

  async function stop(): Promise<void> {
    stopping.abort()
    for (const worker of workers.values()) worker.process.kill('SIGTERM')
    await Promise.all(lives)
    if (!isClean) throw new Error('one of its processes did not stop cleanly')
  }

  try {
    const [ready] = await Promise.all(Array.from({ length: count }, (_, number) => start(number)))
    return { ready: ready!, stop }
  } catch (error) {
    await stop().catch(() => {})
    throw error
  }
}

interface End {
  code: number | null
  signal: string | null
}

const endOf = (worker: Worker): Promise<End> =>
  new Promise((resolve) => {
    worker.once('exit', (code: number | null, signal: string | null) => resolve({ code, signal }))
    worker.on('error', () => {
      // Otherwise something was sent to one that is dying, whose end follows.
      if (worker.process.pid === undefined) resolve({ code: null, signal: null })
    })
  })
