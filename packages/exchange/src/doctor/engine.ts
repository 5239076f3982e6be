import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { ENGINE_MINOR_TESTED, findEngineBinary } from '@hre/chain'
import { ok, problem, warning, type Finding } from './finding.ts'

const check = 'chain engine'
const startMilliseconds = 20_000
const install = 'Run `npm ci`; where the registry has no anvil for this platform, install it (getfoundry.sh)'

/**
 * The embedded chain's engine: there, running, and of a version that the chain was tested with.
 *
 * @param find - As the chain looks for it; throws when there is none.
 */
export async function checkEngine(find: () => string = findEngineBinary): Promise<Finding> {
  let binary: string
  try {
    binary = find()
  } catch {
    return problem(check, 'There is no anvil', install)
  }
  const answer = await promisify(execFile)(binary, ['--version'], { timeout: startMilliseconds }).catch(
    () => undefined,
  )
  if (!answer) return problem(check, `${binary} does not run`, install)
  const version = /\d+\.\d+\.\d+/.exec(answer.stdout)?.[0] ?? 'of an unknown version'
  // A replay is proven identical within a minor version.
  if (version.startsWith(`${ENGINE_MINOR_TESTED}.`)) return ok(check, `anvil ${version}, ${binary}`)
  return warning(
    check,
    `anvil ${version} was not tested with this version of HRE`,
    `Install anvil ${ENGINE_MINOR_TESTED}`,
  )
}
