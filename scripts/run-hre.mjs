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
  endWithNpm(child)
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
}

const parentPollMilliseconds = 500

/** npm, told to end, ends the shell between us and not us: without this the exchange would stay behind. */
function endWithNpm(child) {
  if (!process.env.npm_lifecycle_event) return
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    // Once: a second signal would cut the stop short.
    clearInterval(watch)
    child.kill('SIGTERM')
  }, parentPollMilliseconds).unref()
}
