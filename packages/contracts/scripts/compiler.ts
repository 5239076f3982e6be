import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(import.meta.url)

const sourceDir = join(import.meta.dirname, '../src')

/** Solidity by the name that the compiler knows it under. */
export type Sources = Record<string, { content: string }>

export const settings = {
  // Deployed once and called for years: run cost counts, size only against the 24,576-byte limit.
  optimizer: { enabled: true, runs: 10_000 },
  // Shares code between functions and keeps more on the stack: a grant costs 3,000 gas less.
  viaIR: true,
  // OpenZeppelin 5.7 needs MCOPY, which Cancun brought; nothing here needs a later fork.
  evmVersion: 'cancun',
  // Without the hash of the sources in it, a comment changes no bytecode.
  metadata: { appendCBOR: false, bytecodeHash: 'none' },
}

/** The sources of this package. */
export function readSources(): Sources {
  return Object.fromEntries(
    readdirSync(sourceDir, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.sol'))
      .map((path) => path.replaceAll('\\', '/'))
      .sort()
      .map((path) => [`src/${path}`, { content: readFileSync(join(sourceDir, path), 'utf8') }]),
  )
}

/**
 * Compiles with the npm package solc, and prints its errors; warnings too, unless the optimizer is off.
 *
 * @param outputSelection - As in solc's standard JSON.
 * @param optimizer - Default: as deployed.
 * @returns The input with the imported sources, and the output.
 * @throws Error - there are errors; they were printed.
 */
export function compileSources<Output extends { errors?: { severity: string; formattedMessage: string }[] }>(
  sources: Sources,
  outputSelection: Record<string, Record<string, string[]>>,
  optimizer: { enabled: boolean } = settings.optimizer,
) {
  const solc = require('solc') as {
    compile(input: string, callbacks: { import: (path: string) => Import }): string
    version(): string
  }
  const input = {
    language: 'Solidity',
    sources: { ...sources },
    settings: { ...settings, optimizer, viaIR: settings.viaIR && optimizer.enabled, outputSelection },
  }
  const findImport = (path: string): Import => {
    try {
      const contents = readFileSync(require.resolve(path), 'utf8')
      input.sources[path] = { content: contents }
      return { contents }
    } catch {
      return { error: `${path} is not installed` }
    }
  }
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: findImport })) as Output
  // What the optimizer was not asked to shrink is too large, which says nothing.
  const told = output.errors?.filter(({ severity }) => optimizer.enabled || severity === 'error') ?? []
  for (const { formattedMessage } of told) console.error(formattedMessage)
  if (output.errors?.some(({ severity }) => severity === 'error')) throw new Error('compilation failed')
  return { input, output, version: solc.version() }
}

type Import = { contents: string } | { error: string }
