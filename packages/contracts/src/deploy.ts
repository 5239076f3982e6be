import {
  encodeDeployData,
  encodeFunctionData,
  getContractAddress,
  hexToString,
  parseAbi,
  stringToHex,
  zeroAddress,
} from 'viem'
import type { Abi, Account, Address, Chain, Hash, Hex, PublicClient, Transport, WalletClient } from 'viem'
import type { Deployment } from '@hre/protocol'
import { contractNames, loadArtifacts, upgradeableNames, verifierNames } from './artifacts.ts'
import type {
  Artifact,
  ArtifactName,
  Artifacts,
  ContractName,
  UpgradeableName,
  VerifierName,
} from './artifacts.ts'
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
  /** `DirectoryCode` is what stands behind the Directory's proxy at first. */
  contractName: ContractName | CodeName | VerifierName
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

/** What a proxy is deployed with. */
type CodeName = `${UpgradeableName}Code`

/** What no vote can pause: the votes themselves, what carries them, help in an emergency, and what has no state. */
const unpausableNames: readonly (ContractName | VerifierName)[] = [
  'Intake',
  'Consortium',
  'Emergency',
  ...verifierNames,
]

/** What depends on no founder: a founder's signer may name a verifier. */
const foundations = ['Intake', ...verifierNames] as const

/**
 * In the order of their nonces. All know one another's addresses beforehand; proxies come last, because their creation
 * calls their code.
 */
const creations = [
  ...foundations,
  'Consortium',
  'Access',
  'Emergency',
  'Notary',
  ...upgradeableNames.map((name) => `${name}Code` as const),
  ...upgradeableNames,
] as const

type CreationName = (typeof creations)[number]

type Addresses = Record<CreationName, Address>

/** How many nonces of the deployer are searched for an earlier deployment. */
const searchedNonces = 64

/** ERC-1967: keccak-256 of `eip1967.proxy.implementation`, less one. */
const implementationSlot = '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc'

/**
 * Deploys the contracts, or finds those that the same account deployed before; an interrupted run is continued.
 *
 * @throws DeploymentMismatchError - other code or other founders stand at the addresses; do not retry.
 * @throws DeploymentFailedError - the chain refused a creation; do not retry.
 * @throws ArtifactsMissingError - nothing is compiled.
 */
export async function deployContracts(options: DeployOptions): Promise<Deployment> {
  const { publicClient, founders } = options
  const { artifacts, nextNonce, addresses, create } = await planCreations(options)
  const isProxy = (name: CreationName) => artifactNameOf(name) === 'ExchangeProxy'
  // The creation of a proxy is estimated, so what it calls has to be mined before.
  await createAll(options, nextNonce, creations.filter((name) => !isProxy(name)).map(create))
  await createAll(options, nextNonce, creations.filter(isProxy).map(create))
  const intake = { publicClient, artifact: artifacts.Intake, address: addresses.Intake }
  await assertWiring(publicClient, artifacts, addresses, founders)
  return {
    chainId: await publicClient.getChainId(),
    intake: addresses.Intake,
    consortium: addresses.Consortium,
    directory: addresses.Directory,
    consent: addresses.Consent,
    records: addresses.Records,
    access: addresses.Access,
    emergency: addresses.Emergency,
    notary: addresses.Notary,
    verifiers: verifiersAt(addresses),
    block: Number(await read(intake, 'deploymentBlock')),
  }
}

/**
 * Deploys no more than a founder has to know whose key is on a card or a security key. `deployContracts` of the same account
 * goes on from there.
 *
 * @throws as deployContracts.
 */
export async function deployVerifiers(
  options: Omit<DeployOptions, 'founders'>,
): Promise<Deployment['verifiers']> {
  const { nextNonce, addresses, create } = await planCreations({ ...options, founders: [] })
  await createAll(options, nextNonce, foundations.map(create))
  return verifiersAt(addresses)
}

const verifiersAt = (addresses: Addresses): Deployment['verifiers'] => ({
  p256: addresses.ERC7913P256Verifier,
  webauthn: addresses.ERC7913WebAuthnVerifier,
  rsa: addresses.ERC7913RSAVerifier,
})

/** Where everything is or will be, and how each creation is made. */
async function planCreations({ publicClient, walletClient, founders }: DeployOptions) {
  const artifacts = loadArtifacts()
  const deployer = walletClient.account.address
  const nextNonce = await publicClient.getTransactionCount({ address: deployer, blockTag: 'latest' })
  const firstNonce = await findFirstNonce(publicClient, deployer, nextNonce, artifacts.Intake)
  const addresses = addressesFrom(deployer, firstNonce)
  const create = (name: CreationName): Creation => ({
    name,
    address: addresses[name],
    artifact: artifacts[artifactNameOf(name)],
    nonce: firstNonce + creations.indexOf(name),
    args: constructorArguments(name, addresses, artifacts, founders),
  })
  return { artifacts, nextNonce, addresses, create }
}

interface Creation {
  name: CreationName
  address: Address
  artifact: Artifact
  nonce: number
  args: readonly unknown[]
}

async function createAll(
  { publicClient, walletClient, gasPrice = 0n, onProgress }: Omit<DeployOptions, 'founders'>,
  nextNonce: number,
  wanted: readonly Creation[],
): Promise<void> {
  const pending: (Creation & { hash: Hash })[] = []
  for (const creation of wanted) {
    const { name, address, artifact, nonce, args } = creation
    if (nonce < nextNonce) {
      await assertCode(publicClient, name, artifact, address)
      onProgress?.({ contractName: name, address, status: 'found' })
      continue
    }
    const data = encodeDeployData({ abi: artifact.abi as Abi, bytecode: artifact.bytecode, args })
    // Given, because an estimate by the wallet would be made at the nonce of a creation that is not mined yet.
    const gas = await publicClient.estimateGas({ account: walletClient.account.address, data, gasPrice })
    const hash = await walletClient.sendTransaction({
      account: walletClient.account,
      chain: walletClient.chain ?? null,
      type: 'legacy',
      data,
      nonce,
      gas,
      gasPrice,
    })
    pending.push({ ...creation, hash })
  }
  for (const { name, address, artifact, hash } of pending) {
    const receipt = await publicClient.waitForTransactionReceipt({ hash })
    if (receipt.status !== 'success') throw new DeploymentFailedError(name, address, hash)
    await assertCode(publicClient, name, artifact, address)
    onProgress?.({ contractName: name, address, status: 'created' })
  }
}

const isUpgradeable = (name: string): name is UpgradeableName =>
  (upgradeableNames as readonly string[]).includes(name)

const artifactNameOf = (name: CreationName): ArtifactName =>
  isUpgradeable(name) ? 'ExchangeProxy' : (name.replace(/Code$/, '') as ContractName | VerifierName)

function addressesFrom(from: Address, firstNonce: number): Addresses {
  // Lower case: the one spelling of an address outside of wallets.
  const at = (index: number) =>
    getContractAddress({ from, nonce: BigInt(firstNonce + index) }).toLowerCase() as Address
  return Object.fromEntries(creations.map((name, index) => [name, at(index)])) as Addresses
}

/** A proxy creates its admin first of all. */
const proxyAdminOf = (proxy: Address) =>
  getContractAddress({ from: proxy, nonce: 1n }).toLowerCase() as Address

function constructorArguments(
  name: CreationName,
  addresses: Addresses,
  { Directory }: Artifacts,
  founders: readonly Founder[],
): readonly unknown[] {
  switch (name) {
    case 'Intake':
      return [addresses.Directory, addresses.Consortium, targetNames.map((target) => addresses[target])]
    case 'Consortium':
      return [addresses.Intake, addresses.Directory, listings(addresses)]
    case 'DirectoryCode':
      return [addresses.Intake]
    case 'Directory': {
      const abi = Directory.abi as Abi
      const data = encodeFunctionData({ abi, functionName: 'initialize', args: [founders] })
      return [addresses.DirectoryCode, addresses.Consortium, data]
    }
    case 'Consent':
    case 'Records':
      return [addresses[`${name}Code`], addresses.Consortium, '0x']
    case 'Emergency':
      return [addresses.Intake, addresses.Directory, addresses.Consent]
    case 'ERC7913P256Verifier':
    case 'ERC7913WebAuthnVerifier':
    case 'ERC7913RSAVerifier':
      return []
    default:
      return [addresses.Intake, addresses.Directory]
  }
}

/** What operations reach through the Intake. */
const targetNames = contractNames.filter((name) => name !== 'Intake')

/** What the Consortium lists (M1). */
function listings(addresses: Addresses) {
  return [...contractNames, ...verifierNames].map((name) => ({
    name: stringToHex(name, { size: 32 }),
    target: addresses[name],
    proxyAdmin: isUpgradeable(name) ? proxyAdminOf(addresses[name]) : zeroAddress,
    pausable: !unpausableNames.includes(name),
  }))
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

async function assertCode(
  publicClient: PublicClient,
  name: string,
  artifact: Artifact,
  address: Address,
): Promise<void> {
  const mismatch = findCodeMismatch(artifact, await publicClient.getCode({ address }))
  if (mismatch) throw new DeploymentMismatchError(`${name} at ${address}: ${mismatch}`)
}

/** Immutables are not part of the comparison of code, so each is read, and each founder as well. */
async function assertWiring(
  publicClient: PublicClient,
  artifacts: Artifacts,
  addresses: Addresses,
  founders: readonly Founder[],
): Promise<void> {
  const contract = (name: ContractName) => ({
    publicClient,
    artifact: artifacts[name],
    address: addresses[name],
  })
  const assertRead = async (name: ContractName, functionName: string, args: unknown[], expected: unknown) => {
    const actual = await read(contract(name), functionName, args)
    assertSame(`${name}.${functionName} at ${addresses[name]}`, actual, expected)
  }
  await assertRead('Intake', 'directory', [], addresses.Directory)
  await assertRead('Intake', 'consortium', [], addresses.Consortium)
  await assertRead('Emergency', 'consent', [], addresses.Consent)
  for (const name of targetNames) {
    await assertRead('Intake', 'isTarget', [addresses[name]], true)
    await assertRead(name, 'intake', [], addresses.Intake)
    if (name !== 'Directory') await assertRead(name, 'directory', [], addresses.Directory)
  }
  for (const { name, ...listing } of listings(addresses)) {
    const actual = (await read(contract('Consortium'), 'listingOf', [name])) as typeof listing
    assertSame(`the listing of ${hexToString(name, { size: 32 })}.target`, actual.target, listing.target)
    assertSame(
      `the listing of ${hexToString(name, { size: 32 })}.proxyAdmin`,
      actual.proxyAdmin,
      listing.proxyAdmin,
    )
    assertSame(
      `the listing of ${hexToString(name, { size: 32 })}.pausable`,
      actual.pausable,
      listing.pausable,
    )
  }
  for (const name of upgradeableNames) {
    const owner = await publicClient.readContract({
      address: proxyAdminOf(addresses[name]),
      abi: ownerAbi,
      functionName: 'owner',
    })
    assertSame(`the owner of ${name}'s proxy`, owner, addresses.Consortium)
    const upgrades = await read(contract('Consortium'), 'versionOf', [stringToHex(name, { size: 32 })])
    // What the consortium has voted for since is its business, and was published on chain.
    if (upgrades !== 0) continue
    const stored = await publicClient.getStorageAt({ address: addresses[name], slot: implementationSlot })
    assertSame(`the code behind ${name}`, `0x${stored?.slice(-40)}`, addresses[`${name}Code`])
  }
  for (const { signer, kind, country } of founders) {
    const organisation = await read(contract('Directory'), 'accountOf', [signer])
    await assertRead('Directory', 'admissionOf', [organisation], [kind, country])
    await assertRead('Directory', 'isActiveOrganisation', [organisation], true)
  }
}

const ownerAbi = parseAbi(['function owner() view returns (address)'])

function assertSame(what: string, actual: unknown, expected: unknown): void {
  if (String(actual).toLowerCase() === String(expected).toLowerCase()) return
  throw new DeploymentMismatchError(`${what} is ${String(actual)}, not ${String(expected)}`)
}

async function read(
  { publicClient, artifact, address }: { publicClient: PublicClient; artifact: Artifact; address: Address },
  functionName: string,
  args: unknown[] = [],
): Promise<unknown> {
  return publicClient.readContract({ address, abi: artifact.abi as Abi, functionName, args })
}
