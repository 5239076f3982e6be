import { encodeDeployData, getContractAddress } from 'viem'
import type { Abi, Account, Address, Chain, Hash, Hex, PublicClient, Transport, WalletClient } from 'viem'
import type { Deployment } from '@hre/protocol'
import { loadArtifacts } from './artifacts.ts'
import type { Artifact, ContractName } from './artifacts.ts'
import { DeploymentFailedError, DeploymentMismatchError } from './deployErrors.ts'
import { findCodeMismatch } from './runtimeCode.ts'

export type { Deployment }

/** An organisation that is active from the first block (spec/directory.md D4). */
export interface Founder {
  /** ERC-7913 signer (spec/operations.md O1); the organisation's id follows from it (O2). */
  signer: Hex
  /** X-Wing public key, 1,216 bytes (D3). */
  recipient: Hex
  /** 1 to 8 (D5). */
  kind: number
  /** ISO 3166-1 alpha-2, two ASCII bytes. */
  country: Hex
  /** Base URL of the gateway, at most 200 bytes; empty when not known yet. */
  endpoint: string
}

export interface DeployProgress {
  contractName: ContractName
  address: Address
  /** `created` now, or `found` from an earlier run. */
  status: 'created' | 'found'
}

export interface DeployOptions {
  publicClient: PublicClient
  /** Needs an account. Nobody else may send from it meanwhile. */
  walletClient: WalletClient<Transport, Chain | undefined, Account>
  founders: readonly Founder[]
  /** Wei. Default 0: consortium chains have no price. */
  gasPrice?: bigint
  onProgress?: (progress: DeployProgress) => void
}

/** In the order of their nonces. The Intake and the Directory know each other, hence addresses before code. */
const deploymentOrder = [
  'Intake',
  'Directory',
  'Consent',
  'Records',
  'Access',
  'Emergency',
  'Notary',
] as const

/** How many nonces of the deployer are searched for an earlier deployment. */
const searchedNonces = 64

/**
 * Deploys the contracts, or finds those that the same account deployed before; an interrupted run is continued.
 *
 * @throws DeploymentMismatchError - other code or other founders stand at the addresses; do not retry.
 * @throws DeploymentFailedError - the chain refused a creation; do not retry.
 * @throws ArtifactsMissingError - nothing is compiled.
 */
export async function deployContracts(options: DeployOptions): Promise<Deployment> {
  const { publicClient, walletClient, founders, gasPrice = 0n, onProgress } = options
  const artifacts = loadArtifacts()
  const deployer = walletClient.account.address
  const nextNonce = await publicClient.getTransactionCount({ address: deployer, blockTag: 'latest' })
  const firstNonce = await findFirstNonce(publicClient, deployer, nextNonce, artifacts.Intake)
  const addresses = addressesFrom(deployer, firstNonce)
  const pending: { contractName: ContractName; hash: Hash }[] = []
  for (const [index, contractName] of deploymentOrder.entries()) {
    const nonce = firstNonce + index
    if (nonce < nextNonce) {
      await assertCode(publicClient, artifacts[contractName], addresses[contractName])
      onProgress?.({ contractName, address: addresses[contractName], status: 'found' })
      continue
    }
    const { abi, bytecode } = artifacts[contractName]
    const args = constructorArguments(addresses, founders)[contractName]
    const data = encodeDeployData({ abi: abi as Abi, bytecode, args })
    // Given, because an estimate by the wallet would be made at the nonce of a creation that is not mined yet.
    const gas = await publicClient.estimateGas({ account: deployer, data, gasPrice })
    const hash = await walletClient.sendTransaction({
      account: walletClient.account,
      chain: walletClient.chain ?? null,
      type: 'legacy',
      data,
      nonce,
      gas,
      gasPrice,
    })
    pending.push({ contractName, hash })
  }
  for (const { contractName, hash } of pending) {
    const receipt = await publicClient.waitForTransactionReceipt({ hash })
    const address = addresses[contractName]
    if (receipt.status !== 'success') throw new DeploymentFailedError(contractName, address, hash)
    await assertCode(publicClient, artifacts[contractName], address)
    onProgress?.({ contractName, address, status: 'created' })
  }
  await assertWiring(publicClient, addresses, founders)
  const block = (await read(
    publicClient,
    artifacts.Directory,
    addresses.Directory,
    'deploymentBlock',
  )) as bigint
  return {
    chainId: await publicClient.getChainId(),
    intake: addresses.Intake,
    directory: addresses.Directory,
    consent: addresses.Consent,
    records: addresses.Records,
    access: addresses.Access,
    emergency: addresses.Emergency,
    notary: addresses.Notary,
    block: Number(block),
  }
}

type Addresses = Record<ContractName, Address>

function addressesFrom(from: Address, firstNonce: number): Addresses {
  const at = (name: ContractName): Address =>
    // Lower case: the one spelling of an address outside of wallets.
    getContractAddress({
      from,
      nonce: BigInt(firstNonce + deploymentOrder.indexOf(name)),
    }).toLowerCase() as Address
  return {
    Intake: at('Intake'),
    Directory: at('Directory'),
    Consent: at('Consent'),
    Records: at('Records'),
    Access: at('Access'),
    Emergency: at('Emergency'),
    Notary: at('Notary'),
  }
}

function constructorArguments(addresses: Addresses, founders: readonly Founder[]) {
  const client = [addresses.Intake, addresses.Directory]
  return {
    Intake: [addresses.Directory, deploymentOrder.slice(1).map((name) => addresses[name])],
    Directory: [addresses.Intake, founders],
    Consent: client,
    Records: client,
    Access: client,
    Emergency: [...client, addresses.Consent],
    Notary: client,
  } satisfies Record<ContractName, unknown[]>
}

/** The nonce at which this account created an Intake, or the one at which it can. */
async function findFirstNonce(
  publicClient: PublicClient,
  from: Address,
  nextNonce: number,
  intake: Artifact,
): Promise<number> {
  for (let nonce = 0; nonce < Math.min(nextNonce, searchedNonces); nonce++) {
    const code = await publicClient.getCode({ address: getContractAddress({ from, nonce: BigInt(nonce) }) })
    if (findCodeMismatch(intake, code) === undefined) return nonce
  }
  return nextNonce
}

async function assertCode(publicClient: PublicClient, artifact: Artifact, address: Address): Promise<void> {
  const mismatch = findCodeMismatch(artifact, await publicClient.getCode({ address }))
  if (mismatch) throw new DeploymentMismatchError(`${artifact.contractName} at ${address}: ${mismatch}`)
}

/** Immutables are not part of the comparison of code, so each is read, and each founder as well. */
async function assertWiring(
  publicClient: PublicClient,
  addresses: Addresses,
  founders: readonly Founder[],
): Promise<void> {
  const artifacts = loadArtifacts()
  const assertRead = async (name: ContractName, functionName: string, args: unknown[], expected: unknown) => {
    const actual = await read(publicClient, artifacts[name], addresses[name], functionName, args)
    if (String(actual).toLowerCase() !== String(expected).toLowerCase()) {
      const answer = `answers ${String(actual)}, not ${String(expected)}`
      throw new DeploymentMismatchError(`${name}.${functionName} at ${addresses[name]} ${answer}`)
    }
  }
  await assertRead('Intake', 'directory', [], addresses.Directory)
  for (const name of deploymentOrder.slice(1)) {
    await assertRead('Intake', 'isTarget', [addresses[name]], true)
    await assertRead(name, 'intake', [], addresses.Intake)
    if (name !== 'Directory') await assertRead(name, 'directory', [], addresses.Directory)
  }
  await assertRead('Emergency', 'consent', [], addresses.Consent)
  for (const { signer, kind, country } of founders) {
    const organisation = await read(publicClient, artifacts.Directory, addresses.Directory, 'accountOf', [
      signer,
    ])
    await assertRead('Directory', 'admissionOf', [organisation], [kind, country])
    await assertRead('Directory', 'isActiveOrganisation', [organisation], true)
  }
}

async function read(
  publicClient: PublicClient,
  artifact: Artifact,
  address: Address,
  functionName: string,
  args: unknown[] = [],
): Promise<unknown> {
  return publicClient.readContract({ address, abi: artifact.abi as Abi, functionName, args })
}
