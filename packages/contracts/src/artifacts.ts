import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Hex } from 'viem'

/** What the compiler made of one contract (`scripts/compile.ts` writes it). */
export interface Artifact {
  contractName: string
  abi: readonly { type: string; name?: string; inputs?: readonly { type: string }[] }[]
  bytecode: Hex
  deployedBytecode: Hex
  /** Byte ranges of the deployed bytecode that the constructor fills in. */
  immutableReferences: Record<string, { start: number; length: number }[]>
  storageLayout: { storage: { label: string; slot: string; offset: number; type: string }[]; types: unknown }
}

export type ContractName = 'Intake' | 'Directory' | 'Consent' | 'Records' | 'Access' | 'Emergency' | 'Notary'

export type Artifacts = Record<ContractName, Artifact>

const artifactsDir = join(import.meta.dirname, '../artifacts')

/**
 * Reads the compiled contracts.
 *
 * @throws ArtifactsMissingError - nothing has been compiled yet; run `npm run build:contracts`.
 */
export function loadArtifacts(): Artifacts {
  const load = (name: ContractName): Artifact => {
    const path = join(artifactsDir, `${name}.json`)
    if (!existsSync(path)) throw new ArtifactsMissingError(name)
    return JSON.parse(readFileSync(path, 'utf8')) as Artifact
  }
  return {
    Intake: load('Intake'),
    Directory: load('Directory'),
    Consent: load('Consent'),
    Records: load('Records'),
    Access: load('Access'),
    Emergency: load('Emergency'),
    Notary: load('Notary'),
  }
}

export class ArtifactsMissingError extends Error {
  override readonly name = 'ArtifactsMissingError'

  constructor(contractName: ContractName) {
    super(`${contractName} is not compiled; run npm run build:contracts`)
  }
}
