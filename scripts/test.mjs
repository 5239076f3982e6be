// npm test: installs what is missing, then runs every check that needs neither a network nor much time.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ensureInstalled, environment, findNode, root } from './install.mjs'

ensureInstalled()
const node = findNode()
const bin = (name) => join(root, 'node_modules', name)

/** A check without counts of its own passes or fails as one. */
const checks = [
  { name: 'format', args: [bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'] },
  { name: 'types', args: [bin('typescript/bin/tsc'), '--noEmit', '-p', root] },
  { name: 'lint', args: [bin('eslint/bin/eslint.js'), '.'] },
  { name: 'generated files', args: ['packages/contracts/scripts/compile.ts', '--check'] },
  { name: 'app', args: ['packages/app/scripts/build.ts'] },
]

/** Suites print their own counts. Files run two at a time: each world has a chain and two databases. */
// A test that hangs fails after a quarter of an hour, rather than never.
const testFlags = ['--test', '--test-concurrency=2', '--test-timeout=900000', '--test-reporter=spec']
const suites = [
  { name: 'contracts', args: ['packages/contracts/scripts/test.ts'] },
  {
    name: 'tests',
    args: [...testFlags, 'tests/**/*.test.ts', 'packages/!(contracts)/{src,test}/**/*.test.ts'],
  },
]

let passed = 0
let failed = 0
let skipped = 0
const started = Date.now()

for (const { name, args } of checks) {
  const { ok, output, seconds } = run(name, args)
  if (ok) passed++
  else {
    failed++
    process.stdout.write(output)
  }
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`)
}
for (const { name, args } of suites) {
  const { ok, output, seconds } = run(name, args)
  const counts = countsIn(output)
  passed += counts.passed
  failed += counts.failed
  skipped += counts.skipped
  // A suite that ends badly without a failed test did not run to its end.
  if (!ok && counts.failed === 0) failed++
  if (!ok) process.stdout.write(output)
  else if (counts.skipped > 0) process.stdout.write(skipsIn(output))
  console.log(
    `${ok ? 'ok  ' : 'FAIL'} ${name}: ${counts.passed} passed, ${counts.failed} failed (${seconds} s)`,
  )
}
console.log(`Took ${Math.round((Date.now() - started) / 1000)} s`)
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exit(failed === 0 ? 0 : 1)

function run(name, args) {
  process.stderr.write(`${name} ...\n`)
  const began = Date.now()
  const { status, stdout, stderr } = spawnSync(node, ['--disable-warning=ExperimentalWarning', ...args], {
    cwd: root,
    env: environment(node),
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  })
  const seconds = Math.round((Date.now() - began) / 1000)
  return { ok: status === 0, output: `${stdout}${stderr}`, seconds }
}

/** Adds up closing lines: of Node's runner, and plain ones. */
function countsIn(output) {
  const sum = (pattern) => [...output.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0)
  return {
    passed: sum(/^ℹ pass (\d+)$/gm) + sum(/^(?:contracts: \w+ )?(\d+) passed, \d+ failed/gm),
    failed: sum(/^ℹ (?:fail|cancelled) (\d+)$/gm) + sum(/^(?:contracts: \w+ )?\d+ passed, (\d+) failed/gm),
    skipped:
      sum(/^ℹ skipped (\d+)$/gm) + sum(/^(?:contracts: \w+ )?\d+ passed, \d+ failed, (\d+) skipped$/gm),
  }
}

/** What was skipped, and why: nothing is left out in silence. */
function skipsIn(output) {
  return output
    .split('\n')
    .filter((line) => line.includes('﹣') || line.includes('# SKIP'))
    .map((line) => `  skipped: ${line.trim()}\n`)
    .join('')
}
