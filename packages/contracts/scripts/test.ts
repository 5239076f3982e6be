/**
 * Runs every test of the contracts.
 *
 *   node packages/contracts/scripts/test.ts                      forge tests, gas and sizes, then the chain tests
 *   node packages/contracts/scripts/test.ts --update-snapshots   accept today's gas and sizes
 *   node packages/contracts/scripts/test.ts --coverage           lines and branches reached
 *   HRE_CASES=50000 node packages/contracts/scripts/test.ts      ask the evaluator and decide() that many questions (CI)
 *   node packages/contracts/scripts/test.ts --nightly            large fuzz and invariant runs, with a new seed
 */
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { parseArgs } from 'node:util'

const packageDir = join(import.meta.dirname, '..')
const modulesDir = join(packageDir, '../../node_modules')
const forge = join(modulesDir, '.bin/forge')

const { values } = parseArgs({
  options: {
    'update-snapshots': { type: 'boolean', default: false },
    coverage: { type: 'boolean', default: false },
    nightly: { type: 'boolean', default: false },
  },
})

function run(command: string, args: string[], env: NodeJS.ProcessEnv = {}): { ok: boolean; output: string } {
  const path = [dirname(process.execPath), process.env['PATH']].join(delimiter)
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: packageDir,
    encoding: 'utf8',
    // forge starts the compiler as `node`, which has to be this one.
    env: { ...process.env, ...env, PATH: path },
    maxBuffer: 2 ** 28,
  })
  return { ok: status === 0, output: `${stdout}${stderr}` }
}

function runForge(): boolean {
  if (!existsSync(forge)) {
    console.log('contracts: forge tests skipped: forge is not installed on this platform (linux x64 only)')
    return true
  }
  const env: NodeJS.ProcessEnv = {}
  const args = [values.coverage ? 'coverage' : 'test']
  if (values.coverage) {
    // Lines are counted in what forge compiled, not in what is deployed.
    env['HRE_COVERAGE'] = 'true'
    // The P-256 verifier needs the optimizer, which coverage turns off, as it moves the gas that GasTest compares.
    args.push('--skip', 'test/Intake.passkey.t.sol', '--no-match-contract', 'GasTest', '--report', 'summary')
    args.push('--remappings', `@openzeppelin/contracts/=${join(modulesDir, '@openzeppelin/contracts')}/`)
  }
  if (values['update-snapshots']) {
    env['FORGE_SNAPSHOT_CHECK'] = 'false'
    env['FORGE_SNAPSHOT_EMIT'] = 'true'
    args.push('--match-contract', 'GasTest')
  }
  if (values.nightly) {
    const seed = `0x${randomBytes(8).toString('hex')}`
    console.log(`contracts: fuzz seed ${seed}`)
    env['FOUNDRY_PROFILE'] = 'nightly'
    args.push('--fuzz-seed', seed)
  }
  const { ok, output } = run(forge, args, env)
  if (values['update-snapshots']) endSnapshotsWithLineFeed()
  const summary = /(\d+) tests passed, (\d+) failed, (\d+) skipped/.exec(output)
  if (!ok) console.log(output)
  if (values.coverage) console.log(output.match(/^\|.*$/gm)?.join('\n'))
  if (summary)
    console.log(`contracts: forge ${summary[1]} passed, ${summary[2]} failed, ${summary[3]} skipped`)
  else if (ok) console.log('contracts: forge passed')
  else console.log('contracts: forge failed')
  return ok
}

/** forge writes them without, which the formatter would change. */
function endSnapshotsWithLineFeed(): void {
  const snapshotsDir = join(packageDir, 'snapshots')
  for (const name of readdirSync(snapshotsDir)) {
    const path = join(snapshotsDir, name)
    writeFileSync(path, `${readFileSync(path, 'utf8').trimEnd()}\n`)
  }
}

function runNode(): boolean {
  const { ok, output } = run(process.execPath, ['--test', '--test-reporter=tap', ...chainTests])
  const count = (name: string) => new RegExp(`^# ${name} (\\d+)`, 'm').exec(output)?.[1] ?? '?'
  const reason = /# SKIP (.*)$/m.exec(output)?.[1]
  if (!ok) console.log(output)
  if (reason) console.log(`contracts: chain tests skipped: ${reason}`)
  console.log(`contracts: node ${count('pass')} passed, ${count('fail')} failed, ${count('skipped')} skipped`)
  return ok
}

const chainTests = ['test/deploy.test.ts', 'test/decide.differential.test.ts']

/** A check of its own: prints what it found. */
function runCheck(...args: string[]): boolean {
  const { ok, output } = run(process.execPath, args)
  process.stdout.write(output)
  return ok
}

const steps = [
  () => runCheck('scripts/compile.ts', '--check'),
  () => runCheck('scripts/storage.ts'),
  runForge,
  ...(values.coverage || values['update-snapshots'] ? [] : [runNode]),
]
if (!steps.map((step) => step()).every(Boolean)) process.exitCode = 1
