import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { ExchangeError } from './errors.ts'
import type { Progress } from './exchange.ts'

const program = fileURLToPath(new URL('../../app/scripts/build.ts', import.meta.url))

/** Builds the app that the gateways serve when its sources changed; in a process of its own, which keeps the memory. */
export async function buildApp(progress: Progress): Promise<void> {
  progress('Building the app')
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let output = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new ExchangeError('build-failed', { output: output.slice(-2000) })
}
