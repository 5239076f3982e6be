import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { ExchangeError } from './errors.ts'

/** A part of the exchange that runs as its own process. */
export interface Part<Ready> {
  name: string
  pid: number
  /** What it said when it was ready: one JSON line. */
  ready: Ready
  /** Resolves when the process has ended, wanted or not, with its exit code; null when a signal ended it. */
  ended: Promise<number | null>
  stop(): Promise<void>
}

const stopMilliseconds = 20_000

/**
 * Starts one of our TypeScript programs on this Node and waits for its ready line.
 *
 * @param options.log - its other output goes to `<logs>/<name>.log`.
 * @param options.onLine - JSON lines of its standard error: progress.
 * @throws ExchangeError `process-failed` when it ends before it is ready.
 */
export async function startPart<Ready>(options: {
  name: string
  program: string
  args: string[]
  logs: string
  onLine?: (line: unknown) => void
}): Promise<Part<Ready>> {
  await mkdir(options.logs, { recursive: true, mode: 0o700 })
  const logFile = join(options.logs, `${options.name}.log`)
  const log = createWriteStream(logFile, { flags: 'a', mode: 0o600 })
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', options.program, ...options.args],
    // Its standard input is a leash: when we die, however suddenly, it closes and the part ends by itself.
    { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, HRE_SUPERVISED: '1' }, detached: true },
  )
  createInterface({ input: child.stderr }).on('line', (text) => {
    log.write(`${text}\n`)
    const line = parse(text)
    if (line !== undefined) options.onLine?.(line)
  })
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  const ready = await firstReady<Ready>(child, log)
  if (ready === undefined) throw new ExchangeError('process-failed', { part: options.name, log: logFile })
  return { name: options.name, pid: child.pid!, ready, ended, stop: () => stop(child, ended) }
}

async function firstReady<Ready>(
  child: ChildProcess,
  log: NodeJS.WritableStream,
): Promise<Ready | undefined> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(undefined))
    child.once('exit', () => resolve(undefined))
    createInterface({ input: child.stdout! }).on('line', (text) => {
      const line = parse(text)
      if (isReady(line)) resolve(line as Ready)
      log.write(`${text}\n`)
    })
  })
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  const timer = new AbortController()
  const late = sleep(stopMilliseconds, 'late' as const, { signal: timer.signal }).catch(
    () => 'cancelled' as const,
  )
  if ((await Promise.race([ended, late])) === 'late') {
    child.kill('SIGKILL')
    await ended
  }
  timer.abort()
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isReady = (line: unknown): boolean =>
  typeof line === 'object' && line !== null && 'ready' in line && line.ready === true
