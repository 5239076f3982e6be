import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ensureInstalled, environment, findNode, root } from './install.mjs'

/** Runs `hre ARGS...` on the right Node; signals and exit code pass through. */
export function runHre(args) {
  ensureInstalled()
  const node = findNode()
  const child = spawn(
    node,
    ['--disable-warning=ExperimentalWarning', join(root, 'packages/cli/src/main.ts'), ...args],
    {
      stdio: 'inherit',
      env: environment(node),
    },
  )
  // A terminal sends Ctrl-C to the whole group, a supervisor to us alone: hre takes two close together for one.
  process.on('SIGINT', () => child.kill('SIGINT'))
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
}
