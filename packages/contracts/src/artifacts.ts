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

export const contractNames = [
  'Intake',
  'Consortium',
  'Access',
  'Emergency',
  'Notary',
  'Directory',
  'Consent',
  'Records',
] as const

/** One of the exchange's contracts. */
export type ContractName = (typeof contractNames)[number]

/** Contracts whose code the consortium may replace by vote, so they stand behind a proxy (spec/consortium.md M2). */
export const upgradeableNames = ['Directory', 'Consent', 'Records'] as const

export type UpgradeableName = (typeof upgradeableNames)[number]

/** OpenZeppelin's contracts that check signatures of keys without an address of their own (ERC-7913; spec/operations.md O1). */
export const verifierNames = ['ERC7913P256Verifier', 'ERC7913WebAuthnVerifier', 'ERC7913RSAVerifier'] as const

export type VerifierName = (typeof verifierNames)[number]

const artifactNames = [...contractNames, 'ExchangeProxy', ...verifierNames] as const

/** What is compiled: the contracts, the proxy that stands in front of some of them, and the verifiers. */
export type ArtifactName = (typeof artifactNames)[number]

export type Artifacts = Record<ArtifactName, Artifact>

const artifactsDir = join(import.meta.dirname, '../artifacts')

/**
 * Reads the compiled contracts.
 *
 * @throws ArtifactsMissingError - nothing has been compiled yet; run `npm run build:contracts`.
 */
export function loadArtifacts(): Artifacts {
  const load = (name: ArtifactName): Artifact => {
    const path = join(artifactsDir, `${name}.json`)
    if (!existsSync(path)) throw new ArtifactsMissingError(name)
    return JSON.parse(readFileSync(path, 'utf8')) as Artifact
  }
  return Object.fromEntries(artifactNames.map((name) => [name, load(name)])) as Artifacts
}

export class ArtifactsMissingError extends Error {
  override readonly name = 'ArtifactsMissingError'

  constructor(contractName: string) {
    super(`${contractName} is not compiled; run npm run build:contracts`)
  }
}
