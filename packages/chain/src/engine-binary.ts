import { accessSync, constants } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { ChainEngineMissingError } from './errors.ts'

/** Replay is proven identical with these; others get a warning. */
export const ENGINE_MINOR_TESTED = '1.7'

const SYSTEM_NAMES: Record<string, string> = { linux: 'linux', darwin: 'darwin', win32: 'win32' }
const PROCESSOR_NAMES: Record<string, string> = { x64: 'amd64', arm64: 'arm64' }

/**
 * Finds anvil: the registry's binary package itself (no launcher in between, whose death would leave anvil behind),
 * otherwise the one on PATH.
 *
 * @throws ChainEngineMissingError
 */
export function findEngineBinary(environment: NodeJS.ProcessEnv = process.env): string {
  const binary = process.platform === 'win32' ? 'anvil.exe' : 'anvil'
  const packageName = `@foundry-rs/anvil-${SYSTEM_NAMES[process.platform]}-${PROCESSOR_NAMES[process.arch]}`
  try {
    const manifest = createRequire(import.meta.url).resolve(`${packageName}/package.json`)
    const path = join(dirname(manifest), 'bin', binary)
    if (isExecutable(path)) return path
  } catch {
    // Not every platform has a package.
  }
  const folders = (environment['PATH'] ?? '').split(delimiter).filter(Boolean)
  const found = folders.map((folder) => join(folder, binary)).find(isExecutable)
  if (found) return found
  throw new ChainEngineMissingError(`${process.platform} ${process.arch}`)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
