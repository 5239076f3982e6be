import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startChain, type Chain } from '@hre/chain'
import { deployContracts } from '@hre/contracts'
import {
  configSchema,
  layEmptyDatabase,
  startGateway,
  type GatewayConfig,
  type RunningGateway,
} from '@hre/gateway'
import {
  loginTypedData,
  organisationKinds,
  type Call,
  type Deployment,
  type LoggedAccess,
  type Role,
  type SignedOperation,
} from '@hre/protocol'
import {
  addMember,
  agreeToRegistration,
  connect,
  connectChain,
  fileRecords,
  openChart,
  readAccessLog,
  register,
  registerPatient,
  voteAdmission,
  type Actor,
  type FiledBatch,
  type NewRecord,
} from '@hre/sdk'
import { createRootSeed, openKeyring, randomBytes32, signCall } from '@hre/vault'
import {
  bytesToHex,
  createPublicClient,
  createWalletClient,
  http,
  stringToHex,
  type PublicClient,
} from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import type { z } from 'zod'
import { openOrCreateKey } from '../src/keys.ts'

export const chainId = 72_774

/** Of this checkout: what is made once and can be made again. */
export const cache = fileURLToPath(new URL('../../../.cache', import.meta.url))

/** One hospital of the test world. */
export interface Hospital {
  /** The organisation itself, by its own key. */
  actor: Actor
  rootSeed: Uint8Array
  gateway: RunningGateway
  config: GatewayConfig
}

/** What tests need of a chain, whichever engine runs it. */
export type AnyChain = Pick<Chain, 'url' | 'stop'>

/** A chain and two admitted hospitals in this process: what most tests start from. */
export interface World {
  deployment: Deployment
  chain: AnyChain
  rpc: PublicClient
  city: Hospital
  lakeside: Hospital
  folder: string
  /** Another admitted hospital. */
  newHospital(
    id: string,
    options?: { country?: string; settings?: Partial<z.input<typeof configSchema>> },
  ): Promise<Hospital>
  newMember(hospital: Hospital, role: Role): Promise<Actor>
  /** A patient attested by City Hospital, with an open chart that it may file in. */
  newPatient(): Promise<Actor>
  /** Somebody with keys whom nobody expects. */
  newStranger(hospital?: Hospital): Promise<Actor>
  stop(): Promise<void>
}

/**
 * @param settings - of both hospitals' gateways, in place of the tests' own; `databaseUrl` asked for each; a chain in place of the
 * exchange's.
 * @param parts - of both gateways: their clock.
 */
export async function startWorld(
  settings: Partial<z.input<typeof configSchema>> & {
    newDatabase?: () => Promise<string>
    newChain?: () => Promise<AnyChain>
  } = {},
  parts: Parameters<typeof startGateway>[1] = {},
): Promise<World> {
  const { newDatabase, newChain, ...config } = settings
  const settingsOf = async () => ({ ...config, ...(newDatabase && { databaseUrl: await newDatabase() }) })
  const folder = await mkdtemp(join(tmpdir(), 'hre-test-'))
  // By the process's clock at each moment, so that `advance` moves the chain as well.
  const ownChain = () => startChain({ dataDir: join(folder, 'chain'), chainId, clock: () => Date.now() })
  const chain = await (newChain ?? ownChain)()
  const citySeed = await openOrCreateKey(join(folder, 'city.key'), join(folder, 'city.password'))
  const lakesideSeed = await openOrCreateKey(join(folder, 'lakeside.key'), join(folder, 'lakeside.password'))
  const deployment = await deploy(chain.url, citySeed)
  const [city, lakeside] = await Promise.all([
    startHospital({
      folder,
      id: 'city',
      name: 'City Hospital',
      rpcUrl: chain.url,
      deployment,
      seed: citySeed,
      settings: await settingsOf(),
      parts,
    }),
    startHospital({
      folder,
      id: 'lakeside',
      name: 'Lakeside Clinic',
      rpcUrl: chain.url,
      deployment,
      seed: lakesideSeed,
      settings: await settingsOf(),
      parts,
    }),
  ])
  await voteAdmission(city.actor, { organisation: lakeside.actor.account, kind: 'hospital', country: 'IN' })
  await register(lakeside.actor)

  const newStranger = (hospital = city) =>
    connect({ gatewayUrl: hospital.gateway.url, rootSeed: createRootSeed() })
  const others: Hospital[] = []
  const world: World = {
    deployment,
    chain,
    rpc: connectChain(chain.url),
    city,
    lakeside,
    folder,
    newStranger,
    async newHospital(id, { country = 'IN', settings } = {}) {
      const seed = await openOrCreateKey(join(folder, `${id}.key`), join(folder, `${id}.password`))
      const hospital = await startHospital({
        folder,
        id,
        name: id,
        rpcUrl: chain.url,
        deployment,
        seed,
        settings: { ...(await settingsOf()), ...settings },
        parts,
      })
      const { account } = hospital.actor
      const voters = [city, lakeside, ...others]
      others.push(hospital)
      // More than half of them.
      for (const { actor } of voters.slice(0, (voters.length >> 1) + 1))
        await voteAdmission(actor, { organisation: account, kind: 'hospital', country })
      await register(hospital.actor)
      return hospital
    },
    async newMember(hospital, role) {
      const actor = await newStranger(hospital)
      await addMember(hospital.actor, actor.account, role)
      await register(actor)
      return actor
    },
    async newPatient() {
      const actor = await newStranger()
      const agreement = await agreeToRegistration(actor, city.actor.account)
      await registerPatient(city.actor, agreement, 'hospital number 1')
      await openChart(actor, { writer: city.actor.account, until: inSeconds(3600) })
      return actor
    },
    async stop() {
      for (const { gateway } of others) await gateway.stop()
      await world.city.gateway.stop()
      await world.lakeside.gateway.stop()
      await world.chain.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
  return world
}

const realNow = Date.now
let advancedMilliseconds = 0

/** Lets time pass for everything in this process, the chain included. A test file is a process of its own. */
export function advance(seconds: number): void {
  advancedMilliseconds += seconds * 1000
  Date.now = () => realNow() + advancedMilliseconds
}

export const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds

async function startHospital(options: {
  folder: string
  id: string
  name: string
  rpcUrl: string
  deployment: Deployment
  seed: Uint8Array
  settings: Partial<z.input<typeof configSchema>>
  parts: Parameters<typeof startGateway>[1]
}): Promise<Hospital> {
  const { folder, id, rpcUrl, deployment, seed, settings, parts } = options
  const config = configSchema.parse({
    name: options.name,
    dataDir: join(folder, id),
    rpcUrl,
    deployment,
    keyFile: join(folder, `${id}.key`),
    keyPasswordFile: join(folder, `${id}.password`),
    // Tests anchor when they mean to.
    anchorSeconds: 3600,
    followMilliseconds: 50,
    logLevel: 'silent',
    ...settings,
  })
  if (!config.databaseUrl) await layEmptyDatabase(config.dataDir, cache)
  const gateway = await startGateway(config, parts)
  return {
    config,
    gateway,
    rootSeed: seed,
    actor: await connect({ gatewayUrl: gateway.url, rootSeed: seed }),
  }
}

/** The contracts on a chain, with one founder. */
export async function deploy(rpcUrl: string, founderSeed: Uint8Array): Promise<Deployment> {
  const { signer, recipient } = openKeyring(founderSeed)
  const transport = http(rpcUrl)
  return deployContracts({
    publicClient: createPublicClient({ transport, pollingInterval: 20 }),
    walletClient: createWalletClient({ transport, account: privateKeyToAccount(generatePrivateKey()) }),
    founders: [
      {
        signer,
        recipient: bytesToHex(recipient),
        kind: organisationKinds.hospital,
        country: stringToHex('IN', { size: 2 }),
        endpoint: '',
      },
    ],
  })
}

/** For `assert.rejects`: refused with this code. */
export const refusal = (code: string) => (error: { code?: string }) => {
  assert.equal(error.code, code)
  return true
}

/** Two laboratory results and a diagnosis, as bytes. */
export const someRecords: readonly NewRecord[] = (['labs', 'labs', 'summary'] as const).map(
  (compartment, index) => ({
    body: new TextEncoder().encode(JSON.stringify({ resourceType: 'Observation', id: `o${index}` })),
    mediaType: 'application/fhir+json',
    compartment,
    sensitivity: 3,
    kind: 'resource',
  }),
)

export const fileSome = (author: Actor, patient: Actor): Promise<FiledBatch> =>
  fileRecords(author, { patient: patient.account, records: someRecords })

/**
 * The newest entry of a patient's log that names this reader, at the reader's own organisation: of what two logged within one second
 * either may come last.
 */
export async function lastAccessOf(patient: Actor, reader: Actor): Promise<LoggedAccess> {
  const { accesses } = await readAccessLog(patient)
  const own = accesses.filter(
    ({ receipt }) => receipt.reader === reader.account && receipt.organisation === reader.organisation,
  )
  return own.at(-1)!
}

/** A call signed by an actor, not sent anywhere. */
export const signed = (
  actor: Actor,
  call: Call,
  options: Parameters<typeof signCall>[3] = {},
): Promise<SignedOperation> => signCall(actor.identity, actor.deployment, call, options)

/** Hands operations to a gateway as they are. */
export async function send(hospital: Hospital, operations: SignedOperation[]) {
  return hospital.actor.session.client.call('submitOperations', { body: { operations } })
}

/** A token of a gateway for somebody, by the way that a client takes. */
export async function tokenOf(hospital: Hospital, { account, identity, deployment }: Actor): Promise<string> {
  const { client } = hospital.actor.session
  const { organisation, challenge, expiresAt } = await client.call('createChallenge', {
    body: { account, callerNonce: randomBytes32() },
  })
  const signature = await identity.sign(
    loginTypedData(deployment, { account, organisation, challenge, expiresAt }),
  )
  const body = { account, challenge, expiresAt, signature }
  return (await client.call('createSession', { body })).token
}
