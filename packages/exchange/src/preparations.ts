import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { ExchangeError, type ExchangeErrorCode } from './errors.ts'
import type { Progress } from './exchange.ts'

const programs = {
  contracts: fileURLToPath(new URL('../../contracts/scripts/compile.ts', import.meta.url)),
  app: fileURLToPath(new URL('../../app/scripts/build.ts', import.meta.url)),
  databases: fileURLToPath(new URL('../scripts/lay-databases.ts', import.meta.url)),
} as const

/** Compiles the contracts when their sources changed. */
export async function compileContracts(progress: Progress): Promise<void> {
  progress('Compiling the contracts')
  await runProgram('contracts', [], 'compile-failed')
}

/** Builds the app that the gateways serve when its sources changed. */
export async function buildApp(progress: Progress): Promise<void> {
  progress('Building the app')
  await runProgram('app', [], 'build-failed')
}

/** Gives gateways that have no database an empty one each; says nothing, since it runs beside the others. */
export async function layDatabases(dataDirs: readonly string[]): Promise<void> {
  await runProgram('databases', dataDirs, 'database-failed')
}

/** In a process of its own: compiler, bundler and database keep the memory that they took. */
async function runProgram(
  name: keyof typeof programs,
  args: readonly string[],
  failure: ExchangeErrorCode,
): Promise<void> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', programs[name], ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let output = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new ExchangeError(failure, { output: output.slice(-2000) })
}
