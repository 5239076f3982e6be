import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ok, problem, warning, type Finding } from './finding.ts'

const nodeMajorMin = 24

/** Node that runs TypeScript as it is, with the cryptography that is needed. */
export function checkNode(version = process.versions.node): Finding {
  return Number(version.split('.')[0]) >= nodeMajorMin
    ? ok('node', `Node ${version}`)
    : problem(
        'node',
        `Node ${version} is too old: ${nodeMajorMin} is needed`,
        'Run `npm ci`, which brings its own, and start with `npm start`',
      )
}

interface LockedPackage {
  version?: string
  link?: boolean
  optional?: boolean
  devOptional?: boolean
}

/** Is what is installed what the lockfile says? Packages for other platforms may be missing. */
export async function checkDependencies(checkout: string): Promise<Finding> {
  const text = await readFile(join(checkout, 'package-lock.json'), 'utf8').catch(() => undefined)
  if (text === undefined)
    return problem('dependencies', 'package-lock.json cannot be read', 'Restore it from git')
  const { packages } = JSON.parse(text) as { packages: Record<string, LockedPackage> }
  const missing: string[] = []
  const other: string[] = []
  const locked = Object.entries(packages).filter(
    ([path, { link }]) => path.startsWith('node_modules/') && !link,
  )
  for (const [path, { version, optional, devOptional }] of locked) {
    const installed = await versionAt(join(checkout, path))
    const name = path.replace(/^.*node_modules\//, '')
    if (installed === undefined) {
      if (!optional && !devOptional) missing.push(name)
    } else if (installed !== version) other.push(`${name} ${installed} instead of ${version}`)
  }
  if (missing.length === 0 && other.length === 0)
    return ok('dependencies', `${locked.length} packages are as the lockfile says`)
  const examples = [...missing.map((name) => `${name} is missing`), ...other].slice(0, 3).join(', ')
  return problem(
    'dependencies',
    `${missing.length + other.length} of ${locked.length} packages are not as the lockfile says: ${examples}`,
    'Run `npm ci`',
  )
}

async function versionAt(folder: string): Promise<string | undefined> {
  try {
    return (JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string }).version
  } catch {
    return undefined
  }
}

const contractNames = ['Intake', 'Directory', 'Consent', 'Records', 'Access', 'Emergency', 'Notary']

/** Compiled, and not older than the sources. A start compiles what is not, so this is never a problem. */
export async function checkContracts(checkout: string): Promise<Finding> {
  const folder = join(checkout, 'packages/contracts')
  const hint = 'The next start compiles them; so does `npm run build:contracts`'
  const compiled = await changedAt(join(folder, 'artifacts/input.sha256'))
  const present = await readdir(join(folder, 'artifacts')).catch((): string[] => [])
  if (compiled === undefined || !contractNames.every((name) => present.includes(`${name}.json`)))
    return warning('contracts', 'The contracts are not compiled yet', hint)
  const sources = await readdir(join(folder, 'src'), { recursive: true })
  for (const source of sources.filter((name) => name.endsWith('.sol')))
    if (((await changedAt(join(folder, 'src', source))) ?? 0) > compiled)
      return warning('contracts', 'The contracts’ sources are newer than what was compiled', hint)
  return ok('contracts', 'The contracts are compiled')
}

const changedAt = (path: string): Promise<number | undefined> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  )
