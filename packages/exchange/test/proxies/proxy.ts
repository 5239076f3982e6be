import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const deploy = fileURLToPath(new URL('../../../../deploy', import.meta.url))
const readyMilliseconds = 20_000

/** The host that deploy/ names. */
export const hostName = 'hre.hospital.example'

/** Where scripts/install-debian.sh put nginx and Caddy. */
const programs = process.env['HRE_PROXIES'] ?? '/nowhere'
const paths = { nginx: join(programs, 'usr/sbin/nginx'), caddy: join(programs, 'usr/bin/caddy') }
export type ProxyName = keyof typeof paths
export const proxyNames = Object.keys(paths) as ProxyName[]

export const proxiesMissing: string | false = Object.values(paths).every((path) => existsSync(path))
  ? false
  : 'nginx and Caddy are not here: scripts/install-debian.sh says how to get them; then HRE_PROXIES=FOLDER'

/** A proxy on this machine with the file of deploy/, in which no more than places are others: addresses, certificate, log. */
export interface Proxy {
  port: number
  /** What it was told to log. */
  log(): Promise<string>
  stop(): Promise<void>
}

export interface Certificate {
  key: string
  certificate: string
}

/** A certificate for the host of deploy/ that nobody vouches for. */
export function makeCertificate(folder: string): Certificate {
  const made = { key: join(folder, 'key.pem'), certificate: join(folder, 'certificate.pem') }
  const args = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
  ]
  args.push('-subj', `/CN=${hostName}`, '-addext', `subjectAltName=DNS:${hostName}`)
  args.push('-keyout', made.key, '-out', made.certificate)
  const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`openssl failed: ${stderr}`)
  return made
}

/** @param replicas - host and port of each of the two. */
export async function startProxy(
  name: ProxyName,
  options: { folder: string; port: number; replicas: readonly [string, string]; certificate: Certificate },
): Promise<Proxy> {
  await mkdir(options.folder, { recursive: true })
  const args = name === 'nginx' ? await configureNginx(options) : await configureCaddy(options)
  const check = name === 'nginx' ? [...args, '-t'] : ['validate', ...args]
  const checked = spawnSync(paths[name], check, { encoding: 'utf8' })
  if (checked.status !== 0) throw new Error(`${name} refuses the file of deploy/: ${checked.stderr}`)
  const child = spawn(paths[name], name === 'caddy' ? ['run', ...args] : args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: options.folder, XDG_DATA_HOME: options.folder },
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  await listening(child, options.port, () => said)
  return {
    port: options.port,
    log: async () => said + (await readFile(join(options.folder, 'hre.log'), 'utf8').catch(() => '')),
    async stop() {
      const ended = once(child, 'exit')
      child.kill(name === 'nginx' ? 'SIGQUIT' : 'SIGTERM')
      // Streams under way hold a graceful stop up.
      const late = setTimeout(() => child.kill('SIGKILL'), 1_000)
      await ended
      clearTimeout(late)
    },
  }
}

type Options = Parameters<typeof startProxy>[1]

/** @returns its arguments. */
async function configureNginx({ folder, port, replicas, certificate }: Options): Promise<string[]> {
  const site = replaceEach(await readFile(join(deploy, 'nginx.conf'), 'utf8'), {
    '10.0.0.11:8080': replicas[0],
    '10.0.0.12:8080': replicas[1],
    'listen 443': `listen 127.0.0.1:${port}`,
    '/etc/ssl/hre/fullchain.pem': certificate.certificate,
    '/etc/ssl/hre/privkey.pem': certificate.key,
    '/var/log/nginx/hre.log': join(folder, 'hre.log'),
  })
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${join(folder, kind)};`,
  )
  await writeFile(join(folder, 'site.conf'), site)
  // What Debian's own file has around a site.
  await writeFile(
    join(folder, 'nginx.conf'),
    `daemon off; pid ${join(folder, 'pid')}; events {}
     http { ${temporary.join(' ')} access_log ${join(folder, 'hre.log')}; include ${join(folder, 'site.conf')}; }`,
  )
  return ['-e', 'stderr', '-p', folder, '-c', join(folder, 'nginx.conf')]
}

async function configureCaddy({ folder, port, replicas, certificate }: Options): Promise<string[]> {
  const site = replaceEach(await readFile(join(deploy, 'Caddyfile'), 'utf8'), {
    '10.0.0.11:8080': replicas[0],
    '10.0.0.12:8080': replicas[1],
    '\tservers {': '\tadmin off\n\tauto_https disable_redirects\n\tservers {',
    [`${hostName} {`]: `https://${hostName}:${port} {\n\tbind 127.0.0.1\n\ttls ${certificate.certificate} ${certificate.key}`,
  })
  await writeFile(join(folder, 'Caddyfile'), site)
  return ['--adapter', 'caddyfile', '--config', join(folder, 'Caddyfile')]
}

/** @throws Error when something is not there: the test would prove another file than the one of deploy/. */
function replaceEach(text: string, places: Record<string, string>): string {
  for (const [place, other] of Object.entries(places)) {
    if (!text.includes(place)) throw new Error(`the file of deploy/ does not have ${place}`)
    text = text.replaceAll(place, other)
  }
  return text
}

async function listening(child: ChildProcess, port: number, said: () => string): Promise<void> {
  const deadline = Date.now() + readyMilliseconds
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const open = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false)
    socket.destroy()
    if (open) return
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`it does not listen: ${said()}`)
    await sleep(50)
  }
}
