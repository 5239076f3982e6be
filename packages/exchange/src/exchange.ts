import { hkdfSync } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { deployContracts, DeploymentMismatchError } from '@hre/contracts'
import { deploymentSchema, organisationKinds, type Deployment } from '@hre/protocol'
import { openKeyring } from '@hre/vault'
import { organisations, type OrganisationId } from '@hre/testkit'
import { bytesToHex, createPublicClient, createWalletClient, http, stringToHex, type Address } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { ExchangeError } from './errors.ts'
import { readIfThere, writeJson } from './files.ts'
import { openOrCreateKey } from './keys.ts'
import { layoutOf, type Layout } from './layout.ts'
import { takeLock } from './lock.ts'
import { freePort } from './ports.ts'
import { buildApp, compileContracts, layDatabases } from './preparations.ts'
import { startPart, type Part } from './processes.ts'

const chainProgram = fileURLToPath(new URL('../../chain/src/main.ts', import.meta.url))
const gatewayProgram = fileURLToPath(new URL('../../gateway/src/main.ts', import.meta.url))

export const chainId = 72_773
/** ISO 3166-1 alpha-2 of the demonstration's hospitals. */
export const country = 'IN'

/** Ports that are tried first, so that addresses stay the same from start to start where they can. */
export const wishedPorts = { chain: 8545, 'city-hospital': 3001, 'lakeside-clinic': 3002 } as const

/** What clients find in `exchange.json`. */
export interface ExchangeFile {
  rpcUrl: string
  deployment: Deployment
  gateways: Record<OrganisationId, { name: string; url: string; account: Address }>
  /** Accounts of the people of the demonstration, by name; filled as they come in. */
  people: Record<string, { name: string; account: Address; role: string; organisation: OrganisationId }>
  pid: number
}

export interface RunningExchange extends ExchangeFile {
  layout: Layout
  /** Resolves with the name of a part that ended by itself. */
  broken: Promise<string>
  save(): Promise<void>
  stop(): Promise<void>
}

/** Tells of work that takes long: `done` of `of` where that is known. */
export type Progress = (what: string, done?: number, of?: number) => void

/**
 * Starts the chain, deploys the contracts (once), and starts both gateways, each its own process with its own folder.
 *
 * @param options.data - folder; made when missing, and everything is found there again.
 * @throws ExchangeError `data-in-use`, `process-failed`; what was started is stopped again.
 */
export async function startExchange(options: { data: string; progress: Progress }): Promise<RunningExchange> {
  const layout = layoutOf(options.data)
  const unlock = await takeLock(layout.lock)
  const parts: Part<unknown>[] = []
  const stop = async () => {
    // Gateways first: they anchor their logs on the chain on the way out.
    for (const part of parts.splice(0).reverse()) await part.stop()
    await unlock()
  }
  try {
    const known = JSON.parse((await readIfThere(layout.exchange)) ?? '{}') as Partial<ExchangeFile>
    const ids = Object.keys(organisations) as OrganisationId[]
    // Beside the others: it has the other processor.
    await Promise.all([
      compileContracts(options.progress).then(() => buildApp(options.progress)),
      layDatabases(ids.map((id) => layout.gateway(id).data)),
    ])
    options.progress('Starting the chain')
    const rpcUrl = await startChainPart(layout, parts, options.progress)
    const seeds = {
      'city-hospital': await organisationSeed(layout, 'city-hospital'),
      'lakeside-clinic': await organisationSeed(layout, 'lakeside-clinic'),
    }
    options.progress('Deploying the contracts')
    const deployment = await deploy(rpcUrl, seeds['city-hospital'])
    const file: ExchangeFile = {
      rpcUrl,
      deployment,
      gateways: {} as ExchangeFile['gateways'],
      people: known.people ?? {},
      pid: process.pid,
    }
    options.progress('Starting the gateways of City Hospital and Lakeside Clinic')
    const started = await Promise.allSettled(
      ids.map((id) => startGatewayPart(layout, parts, id, { rpcUrl, deployment })),
    )
    for (const [index, id] of ids.entries()) {
      const outcome = started[index]!
      if (outcome.status === 'rejected') throw outcome.reason
      file.gateways[id] = outcome.value
    }
    const save = async () => {
      // A command may have brought somebody in meanwhile.
      const { people = {} } = JSON.parse(
        (await readIfThere(layout.exchange)) ?? '{}',
      ) as Partial<ExchangeFile>
      file.people = { ...people, ...file.people }
      await writeJson(layout.exchange, pick(file))
    }
    await save()
    const broken = Promise.race(parts.map(({ name, ended }) => ended.then(() => name)))
    return Object.assign(file, { layout, broken, save, stop })
  } catch (error) {
    await stop()
    throw error
  }
}

/** The file's own fields, whatever was assigned beside them. */
const pick = ({ rpcUrl, deployment, gateways, people, pid }: ExchangeFile): ExchangeFile => ({
  rpcUrl,
  deployment,
  gateways,
  people,
  pid,
})

export const organisationSeed = (layout: Layout, id: OrganisationId): Promise<Uint8Array> =>
  openOrCreateKey(layout.gateway(id).key, layout.gateway(id).password)

async function startChainPart(layout: Layout, parts: Part<unknown>[], progress: Progress): Promise<string> {
  const port = await freePort(wishedPorts.chain)
  const part = await startPart<{ url: string }>({
    name: 'chain',
    program: chainProgram,
    args: ['--data', layout.chain, '--port', String(port), '--chain-id', String(chainId), '--json'],
    logs: layout.logs,
    onLine: (line) => {
      const { event, doneTransactions, totalTransactions } = line as Record<string, unknown>
      if (event === 'replaying')
        progress('Replaying the chain’s journal', Number(doneTransactions), Number(totalTransactions))
    },
  })
  parts.push(part)
  return part.ready.url
}

async function deploy(rpcUrl: string, founderSeed: Uint8Array): Promise<Deployment> {
  const founder = openKeyring(founderSeed)
  // Derived, so that every start finds what the first one deployed.
  const key = bytesToHex(
    new Uint8Array(hkdfSync('sha256', founderSeed, new Uint8Array(0), 'HRE deployer key v1 secp256k1', 32)),
  )
  const transport = http(rpcUrl)
  const deployed = await deployContracts({
    publicClient: createPublicClient({ transport, pollingInterval: 50 }),
    walletClient: createWalletClient({ transport, account: privateKeyToAccount(key) }),
    founders: [
      {
        signer: founder.signer,
        recipient: bytesToHex(founder.recipient),
        kind: organisationKinds.hospital,
        country: stringToHex(country, { size: 2 }),
        endpoint: '',
      },
    ],
  }).catch((error: unknown) => {
    if (error instanceof DeploymentMismatchError) throw new ExchangeError('contracts-differ', {}, error)
    throw error
  })
  return deploymentSchema.parse(deployed)
}

async function startGatewayPart(
  layout: Layout,
  parts: Part<unknown>[],
  id: OrganisationId,
  { rpcUrl, deployment }: { rpcUrl: string; deployment: Deployment },
): Promise<ExchangeFile['gateways'][OrganisationId]> {
  const { name } = organisations[id]
  const files = layout.gateway(id)
  await writeJson(files.config, {
    name,
    dataDir: files.data,
    port: await freePort(wishedPorts[id]),
    rpcUrl,
    deployment,
    keyFile: files.key,
    keyPasswordFile: files.password,
    anchorSeconds: 5,
    storyFile: layout.story,
    logLevel: 'info',
  })
  const part = await startPart<{ url: string; organisation: Address }>({
    name: id,
    program: gatewayProgram,
    args: ['--config', files.config],
    logs: layout.logs,
  })
  parts.push(part)
  return { name, url: part.ready.url, account: part.ready.organisation }
}
