import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'

/** How far the engine's own HTTP port is out of reach (spec/chain.md H8). */
export type EngineIsolation = 'network-namespace' | 'random-loopback' | 'random-port'

/**
 * The engine and the watcher that ends it with us.
 *
 * anvil must not outlive a killed host: it would hold memory and an open port. `sh` starts it and reads a pipe whose
 * other end is ours; when we die, however we die, the kernel closes it and the watcher kills its child.
 */
export interface EngineProcess {
  readonly pid: number
  readonly isolation: EngineIsolation
  /** Last words on stderr once it is gone. */
  readonly ended: Promise<{ exitCode: number | null; detail: string }>
  /** Ends the engine at once; its state is ours to keep, it has nothing to save. */
  kill(): void
}

const WATCHER = [
  'exec 3<&0; "$@" </dev/null >/dev/null 3<&- & child=$!; echo "$child"',
  '(read -r line <&3; kill -9 "$child") >/dev/null 2>&1 & reader=$!; exec 3<&-',
  // The reader goes first: later it would kill whoever has the engine's pid by then.
  'wait "$child"; code=$?; kill "$reader" 2>/dev/null; exit "$code"',
].join('\n')

/** Starts the engine with `args`, its HTTP port as far away as the platform allows. @throws the spawn error. */
export async function startEngineProcess(binary: string, args: readonly string[]): Promise<EngineProcess> {
  const isolation = await chooseIsolation()
  const engine = [binary, ...args, '--host', hostFor(isolation), '--port', '0']
  const command =
    isolation === 'network-namespace' ? ['unshare', '--user', '--map-root-user', '--net', ...engine] : engine
  const child =
    process.platform === 'win32'
      ? spawn(command[0]!, command.slice(1), {
          stdio: ['ignore', 'ignore', 'pipe'],
          env: engineEnvironment(),
        })
      : // A group of its own: Ctrl-C in a terminal is for the host, which takes a snapshot before it ends the engine.
        spawn('sh', ['-c', WATCHER, 'engine', ...command], {
          stdio: ['pipe', 'pipe', 'pipe'],
          detached: true,
          env: engineEnvironment(),
        })
  const ended = endOf(child)
  const pid = await pidOf(child, ended)
  const kill = () => {
    // The watcher kills and reaps it; the direct signal is for the case that somebody killed the watcher.
    child.stdin?.destroy()
    signal(pid)
  }
  child.stdin?.on('error', () => {})
  return { pid, isolation, ended, kill }
}

/** Remembers the engine on disk so that a later start can end one that was left behind. */
export async function recordEngine(path: string, pid: number, socketFolder: string): Promise<void> {
  await writeFile(path, JSON.stringify({ pid, started: await startTicks(pid), socketFolder }))
}

/** Ends an engine left by a host that died. Only call while holding the data folder's lock. */
export async function reapRecordedEngine(path: string): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => '')
  try {
    const { pid, started, socketFolder } = JSON.parse(text) as {
      pid: number
      started?: string
      socketFolder: string
    }
    // The pid may belong to somebody else by now: only the same start time proves it is our engine.
    if (started !== undefined && (await startTicks(pid)) === started) signal(pid)
    if (socketFolder) await rm(socketFolder, { recursive: true, force: true })
  } catch {
    // Unreadable: written by a host that died while writing it. The watcher has ended that engine.
  }
  await rm(path, { force: true })
}

async function chooseIsolation(): Promise<EngineIsolation> {
  if (process.platform !== 'linux') return 'random-port'
  const allowed = await promisify(execFile)('unshare', ['--user', '--map-root-user', '--net', 'true']).then(
    () => true,
    () => false,
  )
  return allowed ? 'network-namespace' : 'random-loopback'
}

function hostFor(isolation: EngineIsolation): string {
  // All of 127/8 is local on Linux; a page that guesses ports would have to guess 24 bits of address as well.
  if (isolation === 'random-loopback')
    return `127.${randomInt(1, 255)}.${randomInt(256)}.${randomInt(1, 255)}`
  return '127.0.0.1'
}

function engineEnvironment(): NodeJS.ProcessEnv {
  // Nothing from the caller's environment may change the chain (anvil reads ANVIL_IP_ADDR and others).
  return Object.fromEntries(
    ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'SystemRoot', 'USERPROFILE'].map((name) => [name, process.env[name]]),
  )
}

function endOf(child: ChildProcess): EngineProcess['ended'] {
  let words = ''
  child.stderr?.on('data', (bytes: Buffer) => (words = (words + bytes.toString()).slice(-2_000)))
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ exitCode: null, detail: error.message }))
    child.once('close', (exitCode) => resolve({ exitCode, detail: words.trim() }))
  })
}

async function pidOf(child: ChildProcess, ended: EngineProcess['ended']): Promise<number> {
  if (process.platform === 'win32') return child.pid!
  const line = new Promise<string>((resolve) =>
    child.stdout!.once('data', (bytes: Buffer) => resolve(bytes.toString())),
  )
  const pid = Number(await Promise.race([line, ended.then(({ detail }) => detail)]))
  if (!Number.isInteger(pid) || pid <= 0)
    throw new Error(`the engine's watcher did not start: ${(await ended).detail}`)
  return pid
}

/** Clock ticks between boot and the process's start: with the pid, names a process for good. Linux only. */
async function startTicks(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  // The second field is the name in brackets and may contain anything.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Already gone.
  }
}
