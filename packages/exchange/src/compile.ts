import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { ExchangeError } from './errors.ts'
import type { Progress } from './exchange.ts'

const program = fileURLToPath(new URL('../../contracts/scripts/compile.ts', import.meta.url))

/** Compiles the contracts when their sources changed; in a process of its own, since the compiler keeps its memory. */
export async function compileContracts(progress: Progress): Promise<void> {
  progress('Compiling the contracts')
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let output = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new ExchangeError('compile-failed', { output: output.slice(-2000) })
}
