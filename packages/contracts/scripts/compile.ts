/**
 * Compiles the contracts and writes what others read: `artifacts/` (ABI, bytecode, storage layout) and the typed ABIs
 * of `@hre/protocol`. Does nothing when no input has changed.
 *
 *   node packages/contracts/scripts/compile.ts           compile if needed
 *   node packages/contracts/scripts/compile.ts --check   also fail when the committed ABIs are stale
 *   node packages/contracts/scripts/compile.ts --force   compile anyway
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { compileSources, readSources } from './compiler.ts'
import type { Sources } from './compiler.ts'
import { generateAbis } from './generateAbis.ts'
import { verifierNames } from '../src/artifacts.ts'
import type { Artifact } from '../src/artifacts.ts'

const packageDir = join(import.meta.dirname, '..')
const artifactsDir = join(packageDir, 'artifacts')
const abisFile = join(packageDir, '../protocol/src/generated/abis.ts')
const require = createRequire(import.meta.url)

/** The contracts of this package that are deployed. */
const contractNames = [
  'Intake',
  'Consortium',
  'Access',
  'Emergency',
  'Notary',
  'Directory',
  'Consent',
  'Records',
  'ExchangeProxy',
] as const

const outputSelection = {
  '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode', 'storageLayout'] },
}

interface SolcOutput {
  errors?: { severity: string; formattedMessage: string }[]
  contracts?: Record<
    string,
    Record<
      string,
      {
        abi: Artifact['abi']
        storageLayout: Artifact['storageLayout']
        evm: {
          bytecode: { object: string }
          deployedBytecode: { object: string; immutableReferences: Artifact['immutableReferences'] }
        }
      }
    >
  >
}

/** Everything the output depends on. Dependencies count by version: their files are locked with integrity. */
function hashInput(sources: Sources): string {
  const versions = ['solc', '@openzeppelin/contracts'].map((name) => [
    name,
    (require(`${name}/package.json`) as { version: string }).version,
  ])
  const scripts = ['compile.ts', 'compiler.ts', 'generateAbis.ts'].map((name) =>
    readFileSync(join(import.meta.dirname, name), 'utf8'),
  )
  const input = { sources, versions, scripts, verifierNames }
  return createHash('sha256').update(JSON.stringify(input)).digest('hex')
}

const verifierPath = (name: string) => `@openzeppelin/contracts/utils/cryptography/verifiers/${name}.sol`

/** Apart from the contracts, whose code would follow the order of more sources. */
function compileVerifiers(): Artifact[] {
  const sources = Object.fromEntries(
    verifierNames.map((name) => [
      verifierPath(name),
      { content: readFileSync(require.resolve(verifierPath(name)), 'utf8') },
    ]),
  )
  return compile(sources, verifierNames, verifierPath)
}

function compile(
  sources: Sources,
  names: readonly string[],
  pathOf = (name: string) => `src/${name}.sol`,
): Artifact[] {
  const { output } = compileSources<SolcOutput>(sources, outputSelection)
  return names.map((name) => {
    const compiled = output.contracts?.[pathOf(name)]?.[name]
    if (!compiled) throw new Error(`no contract ${name} in ${pathOf(name)}`)
    return {
      contractName: name,
      abi: compiled.abi,
      bytecode: `0x${compiled.evm.bytecode.object}`,
      deployedBytecode: `0x${compiled.evm.deployedBytecode.object}`,
      immutableReferences: compiled.evm.deployedBytecode.immutableReferences,
      storageLayout: compiled.storageLayout,
    }
  })
}

function readIfExists(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}

function main(): void {
  const { values } = parseArgs({
    options: { check: { type: 'boolean', default: false }, force: { type: 'boolean', default: false } },
  })
  const startedAt = performance.now()
  const sources = readSources()
  const inputHash = hashInput(sources)
  const hashFile = join(artifactsDir, 'input.sha256')
  const abisCopy = join(artifactsDir, 'abis.ts')
  if (values.force || readIfExists(hashFile) !== inputHash || !existsSync(abisCopy)) {
    console.log(`contracts: compiling ${Object.keys(sources).length} sources`)
    const artifacts = compile(sources, contractNames)
    mkdirSync(artifactsDir, { recursive: true })
    for (const artifact of [...artifacts, ...compileVerifiers()]) {
      writeFileSync(join(artifactsDir, `${artifact.contractName}.json`), JSON.stringify(artifact, null, 2))
      const sizeBytes = artifact.deployedBytecode.length / 2 - 1
      console.log(`contracts: ${artifact.contractName} ${sizeBytes} bytes`)
    }
    writeFileSync(
      abisCopy,
      generateAbis(artifacts.filter(({ contractName }) => contractName !== 'ExchangeProxy')),
    )
    // Last, so that an interrupted run is not taken for a finished one.
    writeFileSync(hashFile, inputHash)
    console.log(`contracts: compiled in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
  } else {
    console.log('contracts: up to date')
  }
  const abis = readFileSync(abisCopy, 'utf8')
  if (readIfExists(abisFile) === abis) return
  const name = relative(process.cwd(), abisFile)
  if (values.check) {
    console.error(`compile: error: ${name} is stale\nhint: run npm run build:contracts and commit it`)
    process.exitCode = 1
    return
  }
  mkdirSync(join(abisFile, '..'), { recursive: true })
  writeFileSync(abisFile, abis)
  console.log(`contracts: wrote ${name}`)
}

main()
