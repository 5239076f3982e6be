import { execFile } from 'node:child_process'
import { access, constants, readdir, readFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { ok, problem, warning, type Finding } from './finding.ts'

const check = 'chain engine'
const startMilliseconds = 20_000
const install = 'Run `npm ci`; where the registry has no anvil for this platform, install it (getfoundry.sh)'

/**
 * The embedded chain's engine: there, running, and of the version that the lockfile names. Looked for where the chain
 * looks for it: the registry's packages first, then PATH.
 */
export async function checkEngine(
  checkout: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Finding> {
  const binary = await firstExecutable([
    ...(await packaged(checkout)),
    ...(environment['PATH'] ?? '').split(delimiter).filter(Boolean),
  ])
  if (!binary) return problem(check, 'There is no anvil', install)
  const answer = await promisify(execFile)(binary, ['--version'], { timeout: startMilliseconds }).catch(
    () => undefined,
  )
  if (!answer) return problem(check, `${binary} does not run`, install)
  const version = /\d+\.\d+\.\d+/.exec(answer.stdout)?.[0] ?? 'of an unknown version'
  const wanted = await lockedVersion(checkout)
  // A replay is proven identical within a minor version.
  if (!wanted || minorOf(version) === minorOf(wanted)) return ok(check, `anvil ${version}, ${binary}`)
  return warning(check, `anvil ${version} was not tested with this version of HRE`, `Install anvil ${wanted}`)
}

const minorOf = (version: string): string => version.split('.').slice(0, 2).join('.')

async function packaged(checkout: string): Promise<string[]> {
  const scope = join(checkout, 'node_modules/@foundry-rs')
  const names = await readdir(scope).catch((): string[] => [])
  return names.filter((name) => name.startsWith('anvil-')).map((name) => join(scope, name, 'bin'))
}

async function firstExecutable(folders: readonly string[]): Promise<string | undefined> {
  const name = process.platform === 'win32' ? 'anvil.exe' : 'anvil'
  for (const folder of folders) {
    const path = join(folder, name)
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return path
  }
  return undefined
}

async function lockedVersion(checkout: string): Promise<string | undefined> {
  const text = await readFile(join(checkout, 'package.json'), 'utf8').catch(() => '{}')
  const { optionalDependencies = {} } = JSON.parse(text) as { optionalDependencies?: Record<string, string> }
  return Object.entries(optionalDependencies).find(([name]) => name.includes('/anvil-'))?.[1]
}
