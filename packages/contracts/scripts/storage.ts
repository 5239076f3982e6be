/**
 * Compares where each replaceable contract keeps its state with the layout in `storage/` (spec/consortium.md M8): what is
 * deployed keeps its slots, new state comes behind it.
 *
 *   node packages/contracts/scripts/storage.ts            compare
 *   node packages/contracts/scripts/storage.ts --update   accept the present layout, with a release
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  assertStorageUpgradeSafe,
  getErrors,
  getContractVersion,
  getStorageLayout,
  solcInputOutputDecoder,
  validate,
  withValidationDefaults,
} from '@openzeppelin/upgrades-core'
import type { SolcInput, SolcOutput, StorageLayout } from '@openzeppelin/upgrades-core'
import { upgradeableNames } from '../src/artifacts.ts'
import { compileSources, readSources } from './compiler.ts'
import type { Sources } from './compiler.ts'

type ValidationError = ReturnType<typeof getErrors>[number]

const layoutsDir = join(import.meta.dirname, '../storage')

const outputSelection = {
  '*': { '*': ['evm.bytecode', 'evm.methodIdentifiers', 'storageLayout'], '': ['ast'] },
}

const options = withValidationDefaults({ kind: 'transparent' })

/**
 * The layout of each replaceable contract in `sources`.
 *
 * @throws UnsafeBehindProxyError - a contract is not safe behind a proxy: it has a constructor that writes, a delegatecall, ...
 */
export function readLayouts(sources: Sources): Map<string, StorageLayout> {
  const { input, output, version } = compileSources<SolcOutput>(sources, outputSelection, { enabled: false })
  const data = validate(output, solcInputOutputDecoder(input as SolcInput, output), version)
  return new Map(
    upgradeableNames.map((name) => {
      const contract = getContractVersion(data, name)
      const unsafe = getErrors([data], contract, options).filter((error) => !isKnownSafe(error))
      if (unsafe.length > 0) throw new UnsafeBehindProxyError(name, unsafe)
      return [name, getStorageLayout([data], contract)]
    }),
  )
}

/** OpenZeppelin's EIP712 writes immutables only: its names fit into a word, and the domain is made anew behind a proxy. */
const isKnownSafe = (error: ValidationError) =>
  error.kind === 'constructor' && 'contract' in error && error.contract === 'EIP712'

class UnsafeBehindProxyError extends Error {
  override readonly name = 'UnsafeBehindProxyError'

  constructor(contractName: string, errors: readonly ValidationError[]) {
    super(
      `${contractName} is not safe behind a proxy: ${errors.map(({ kind, src }) => `${kind} at ${src}`).join(', ')}`,
    )
  }
}

/** @throws Error - a slot moved, changed its type or went away. */
export function assertKeeps(before: StorageLayout, now: StorageLayout): void {
  assertStorageUpgradeSafe(before, now, options)
}

/** @throws Error - no layout was accepted yet. */
export function readAccepted(name: string): StorageLayout {
  return JSON.parse(readFileSync(pathOf(name), 'utf8')) as StorageLayout
}

const pathOf = (name: string) => join(layoutsDir, `${name}.json`)

/** Where a variable stands in its source is no part of the layout. */
function serialize(layout: StorageLayout): string {
  return `${JSON.stringify(layout, (key, value: unknown) => (key === 'src' ? '' : value), 2)}\n`
}

function main(): void {
  const { values } = parseArgs({ options: { update: { type: 'boolean', default: false } } })
  for (const [name, layout] of readLayouts(readSources())) {
    if (existsSync(pathOf(name))) assertKeeps(readAccepted(name), layout)
    else if (!values.update) throw new Error(`no layout of ${name} was accepted yet: run with --update`)
    if (values.update) {
      mkdirSync(layoutsDir, { recursive: true })
      writeFileSync(pathOf(name), serialize(layout))
    }
    console.log(`contracts: ${name} keeps its storage`)
  }
}

if (import.meta.main) main()
