/**
 * Deploys the contracts to any chain with a JSON-RPC endpoint, or finds and checks what was deployed there before.
 *
 *   npm run deploy -- --rpc URL --chain-id NUMBER --founders FILE --out FILE [--key-file FILE] [--gas-price WEI]
 *
 * The deployer's private key (32 bytes in hexadecimal) is in HRE_DEPLOYER_KEY or in the file; never on the command line,
 * which every user of the machine sees. Run it again after a failure or a kill: it goes on where it stopped, with the same key.
 * `--founders`: JSON, `[{"signer","recipient","kind":"hospital","country":"CH","endpoint":"https://..."}]`.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { deploymentSchema, organisationKinds } from '@hre/protocol'
import type { Deployment, OrganisationKind } from '@hre/protocol'
import { createPublicClient, createWalletClient, http, isHex, size, stringToHex } from 'viem'
import type { Hex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { deployContracts } from '../src/index.ts'
import type { Founder } from '../src/index.ts'

const recipientBytes = 1216

/** Wrong usage: nothing was sent. */
class UsageError extends Error {
  override readonly name = 'UsageError'
}

try {
  await main()
} catch (error) {
  const { name, message } = error as Error
  console.error(`deploy: error: ${name === 'UsageError' ? message : `${name}: ${message.split('\n')[0]}`}`)
  process.exitCode = name === 'UsageError' ? 2 : 1
}

async function main(): Promise<void> {
  const { rpc, chainId, foundersFile, out, gasPrice, key } = options()
  const transport = http(rpc)
  const publicClient = createPublicClient({ transport, pollingInterval: 200 })
  // Before anything is signed: the same key on another chain would deploy there.
  const actual = await publicClient.getChainId()
  if (actual !== chainId) throw new UsageError(`${rpc} is chain ${actual}, not ${chainId}`)
  const walletClient = createWalletClient({ transport, account: privateKeyToAccount(key) })
  const founders = readFounders(foundersFile)
  // Refused before a second deployment is begun.
  const before = readDeployment(out)
  if (before && before.chainId !== chainId) throw new UsageError(`${out} is of chain ${before.chainId}`)
  const deployment = await deployContracts({
    publicClient,
    walletClient,
    founders,
    gasPrice,
    onProgress: ({ contractName, address, status }) =>
      console.log(`${status.padEnd(7)} ${contractName.padEnd(23)} ${address}`),
  })
  if (before && JSON.stringify(before) !== JSON.stringify(deploymentSchema.parse(deployment)))
    throw new UsageError(`${out} is of another deployment on this chain: name another file`)
  writeDeployment(out, deployment)
  console.log(`checked: code and wiring of every contract; written to ${out}`)
}

function options() {
  const { values } = parseArgs({
    options: {
      rpc: { type: 'string' },
      'chain-id': { type: 'string' },
      founders: { type: 'string' },
      out: { type: 'string' },
      'key-file': { type: 'string' },
      'gas-price': { type: 'string', default: '0' },
    },
  })
  const required = (name: 'rpc' | 'chain-id' | 'founders' | 'out'): string => {
    const value = values[name]
    if (!value) throw new UsageError(`--${name} is missing`)
    return value
  }
  return {
    rpc: required('rpc'),
    chainId: Number(wholeNumber('chain-id', required('chain-id'))),
    foundersFile: required('founders'),
    out: required('out'),
    gasPrice: wholeNumber('gas-price', values['gas-price']),
    key: readKey(values['key-file']),
  }
}

function wholeNumber(name: string, text: string): bigint {
  if (!/^\d{1,18}$/.test(text)) throw new UsageError(`--${name} is not a whole number`)
  return BigInt(text)
}

/** Never repeats what it read. */
function readKey(file: string | undefined): Hex {
  const text = file === undefined ? process.env['HRE_DEPLOYER_KEY'] : readFileSync(file, 'utf8')
  if (text === undefined) throw new UsageError('no key: set HRE_DEPLOYER_KEY, or give --key-file')
  const digits = text.trim().replace(/^0x/, '')
  if (!/^[0-9a-f]{64}$/i.test(digits)) throw new UsageError('the key is not 32 bytes in hexadecimal')
  return `0x${digits}`
}

function readFounders(file: string): Founder[] {
  const entries = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>[]
  if (!Array.isArray(entries) || entries.length === 0) throw new UsageError(`${file} names no founders`)
  return entries.map((entry, index) => {
    const refuse = (what: string) => new UsageError(`${file}: founder ${index + 1}: ${what}`)
    const { signer, recipient, kind, country, endpoint = '' } = entry
    if (!isHex(signer) || size(signer) < 20) throw refuse('signer is not at least 20 bytes in hexadecimal')
    if (!isHex(recipient) || size(recipient) !== recipientBytes)
      throw refuse(`recipient is not ${recipientBytes} bytes in hexadecimal`)
    if (typeof kind !== 'string' || !(kind in organisationKinds))
      throw refuse(`kind is none of ${Object.keys(organisationKinds).join(', ')}`)
    if (typeof country !== 'string' || !/^[A-Z]{2}$/.test(country))
      throw refuse('country is not two capitals (ISO 3166-1)')
    if (typeof endpoint !== 'string') throw refuse('endpoint is not text')
    return {
      signer,
      recipient,
      kind: organisationKinds[kind as OrganisationKind],
      country: stringToHex(country),
      endpoint,
    }
  })
}

function readDeployment(file: string): Deployment | undefined {
  return existsSync(file) ? deploymentSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined
}

/** Whole or not at all: gateways start from it. */
function writeDeployment(file: string, deployment: Deployment): void {
  const unfinished = `${file}.part`
  writeFileSync(unfinished, `${JSON.stringify(deploymentSchema.parse(deployment), null, 2)}\n`)
  renameSync(unfinished, file)
}
