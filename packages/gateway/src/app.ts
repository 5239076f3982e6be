import { join } from 'node:path'
import { and, eq, inArray, sql } from 'drizzle-orm'
import { setEndpointCall } from '@hre/protocol'
import { signCall } from '@hre/vault'
import type { FastifyInstance } from 'fastify'
import type { Address, Hex } from 'viem'
import { Anchors } from './access/anchors.ts'
import { PatientCountries } from './access/countries.ts'
import { Facts } from './access/facts.ts'
import { Leaves } from './access/leaves.ts'
import { Moments } from './access/moments.ts'
import { ReceiptLog } from './access/receipts.ts'
import { SignatureChecker } from './access/signatures.ts'
import { BatchTrees } from './access/trees.ts'
import { Trustee } from './access/trustee.ts'
import { Eraser } from './blobs/eraser.ts'
import { FilesBlobStore } from './blobs/files.ts'
import { OwnUploads } from './blobs/ownUploads.ts'
import { RecentFiles } from './blobs/recentFiles.ts'
import { assertContracts, connectChain } from './chain.ts'
import { systemClock, type Clock } from './clock.ts'
import type { GatewayConfig } from './config.ts'
import { BatchIndexer, type ManifestSource } from './follower/batches.ts'
import { BlockCache } from './follower/blockCache.ts'
import { Follower } from './follower/follower.ts'
import type { Gateway } from './gateway.ts'
import { listen } from './http/listen.ts'
import { createOperationsServer } from './http/operationsServer.ts'
import { Puzzles } from './http/puzzles.ts'
import { createServer } from './http/server.ts'
import { Idempotency } from './http/idempotency.ts'
import { openKeyAgent } from './keys/keyAgent.ts'
import { createLog } from './logging.ts'
import { Metrics } from './metrics/metrics.ts'
import { Calendar } from './notifications/calendar.ts'
import { Deliveries } from './notifications/deliveries.ts'
import { Outbound } from './notifications/outbound.ts'
import { Outbox } from './notifications/outbox.ts'
import { NotificationStreams } from './notifications/streams.ts'
import { WebPush } from './notifications/webPush.ts'
import { Peers } from './peers/peers.ts'
import { Standings } from './peers/standings.ts'
import { Relay } from './relay/relay.ts'
import { LoginAttempts } from './session/attempts.ts'
import { Ceremonies } from './session/ceremonies.ts'
import { KeyLogin } from './session/keyLogin.ts'
import { Passkeys } from './session/passkeys.ts'
import { Sessions } from './session/sessions.ts'
import { TokenKeys } from './session/tokenKeys.ts'
import { WalletLogin } from './session/wallets.ts'
import { openDatabase, type Database } from './store/database.ts'
import { Leases } from './store/leases.ts'
import { Revisions } from './store/revisions.ts'
import * as t from './store/schema.ts'
import { UploadCollector } from './upkeep/collector.ts'
import { Guests } from './upkeep/guests.ts'
import { Replication } from './upkeep/replication.ts'
import { IntegrityWatch } from './upkeep/watch.ts'

export interface RunningGateway {
  gateway: Gateway
  /** Base URL that it listens on. */
  url: string
  /** Base URL of metrics and health, when `operationsPort` asks for it. */
  operationsUrl: string | undefined
  /** Answers what is under way, anchors the log, closes. Safe to call twice. */
  stop(): Promise<void>
}

/**
 * Opens and wires one gateway.
 *
 * @param parts - `portWaitMilliseconds`: how long a port that is taken is tried again; by default 15 seconds.
 * @throws KeyAgentError, HreError `chain-unavailable` or `contracts-differ`, or the database's own error; nothing is left running.
 */
export async function startGateway(
  config: GatewayConfig,
  { clock = systemClock, portWaitMilliseconds }: { clock?: Clock; portWaitMilliseconds?: number } = {},
): Promise<RunningGateway> {
  const log = createLog({ level: config.logLevel, gateway: config.name })
  const keys = await openKeyAgent(config)
  const { deployment } = config
  const chain = connectChain(config.rpcUrl, deployment)
  // Before the database is opened, which brings it up to date: there is a way back.
  await assertContracts(chain, deployment)
  const database = await openDatabase(config)
  const { db, pool, close } = database
  const blobs = new FilesBlobStore(config.blobsDir ?? join(config.dataDir, 'blobs'))
  const recentFiles = new RecentFiles(blobs)
  const leases = new Leases(db, config.leaseSeconds)
  const outbox = new Outbox({ db, clock, days: config.notificationDays })
  const follower = new Follower({ chain, db, deployment, outbox, log })
  const blockCache = new BlockCache(follower)
  const relay = new Relay({
    chain,
    db,
    deployment,
    payer: keys.relay,
    leases,
    log,
    clock,
    ...relaySettings(config),
  })
  const signatures = new SignatureChecker({ chain, db, deployment, blockCache })
  const standings = new Standings({ patienceMillisecondsMin: config.hedgeMilliseconds })
  const peers = new Peers({ db, deployment, identity: keys.identity, signatures, standings, log })
  const receipts = new ReceiptLog({ db, organisation: keys.identity.account, outbox })
  const anchors = new Anchors({ chain, db, deployment, identity: keys.identity, receipts, relay, log })
  const trustee = new Trustee({
    db,
    deployment,
    follower,
    keys,
    peers,
    relay,
    log,
    finalityBlocks: config.finalityBlocks,
  })
  let listeningUrl = 'http://localhost'
  const origin = () => new URL(config.publicUrl ?? listeningUrl)
  const tokenKeys = new TokenKeys({ db, keys, clock, rotationDays: config.tokenKeyDays })
  const organisation = keys.identity.account
  const revisions = new Revisions(db)
  const sessions = new Sessions({ db, organisation, keys: tokenKeys, revisions, outbox, clock, log })
  const outbound = new Outbound({ networks: config.outboundNetworks })
  const webPush = new WebPush({ key: keys.pushKey, contact: () => contactOf(config, origin()), outbound })
  const calendar = new Calendar({ db, outbox, clock })
  const deliveries = new Deliveries({
    db,
    outbox,
    outbound,
    webPush,
    calendar,
    keys,
    leases,
    sessions,
    clock,
    log,
  })
  const ceremonies = new Ceremonies({ db, clock })
  const login = { db, deployment, signatures, ceremonies, clock, origin }
  const indexer = new BatchIndexer({
    db,
    outbox,
    clock,
    log,
    manifestOf: manifestSource(db, peers, organisation),
  })
  const collector = new UploadCollector({ db, organisation, blobs, hours: config.uploadHours, log })
  const watch = new IntegrityWatch({
    db,
    deployment,
    identity: keys.identity,
    blobs,
    peers,
    relay,
    leases,
    collector,
    bytesPerSecond: config.integrityBytesPerSecond,
    hours: config.integrityHours,
    log,
  })
  const guests = new Guests({
    db,
    organisation,
    blobs,
    peers,
    leases,
    bytesMax: config.guestBytesMax,
    clock,
    log,
  })
  const replication = new Replication({
    db,
    deployment,
    organisation,
    blobs,
    peers,
    guests,
    signatures,
    leases,
    ...replicationSettings(config),
    clock,
    log,
  })
  const gateway: Gateway = {
    config,
    deployment,
    db,
    chain,
    keys,
    blobs,
    recentFiles,
    leases,
    outbox,
    streams: new NotificationStreams({ outbox, sessions, clock, log }),
    outbound,
    webPush,
    calendar,
    deliveries,
    follower,
    blockCache,
    indexer,
    relay,
    peers,
    signatures,
    receipts,
    ownUploads: new OwnUploads({ db, clock, ...config }),
    trees: new BatchTrees(db),
    leaves: new Leaves({ db, follower }),
    facts: new Facts(db),
    moments: new Moments({ clock, follower, revisions }),
    patientCountries: new PatientCountries(db),
    anchors,
    trustee,
    watch,
    collector,
    guests,
    replication,
    sessions,
    tokenKeys,
    keyLogin: new KeyLogin({ db, deployment, keys, signatures, clock }),
    walletLogin: new WalletLogin(login),
    passkeys: new Passkeys({ ...login, organisation }),
    loginAttempts: new LoginAttempts(clock),
    idempotency: new Idempotency({ db, clock }),
    puzzles: new Puzzles({
      db,
      clock,
      key: keys.puzzleKey,
      quietPerSecond: config.puzzleFromPerSecond,
    }),
    clock,
    log,
  }

  follower.onProgress(() => indexer.run())
  follower.onProgress(async () => outbox.wake())
  follower.onProgress(() => trustee.collect())
  const eraser = new Eraser({ db, blobs, recentFiles })
  follower.onProgress(() => eraser.run())
  follower.onReorganisation(() => relay.reconsider())
  await revisions
    .listen(database.watch)
    .then(() => catchUp(gateway))
    .catch(async (error: unknown) => {
      await close()
      throw error
    })
  const metrics = config.operationsPort === undefined ? undefined : new Metrics(gateway, pool)
  const server = await createServer(gateway, metrics)
  const operations = metrics && createOperationsServer(gateway, metrics)
  const { url, operationsUrl } = await listenAll(config, server, operations, portWaitMilliseconds).catch(
    async (error: unknown) => {
      await server.close()
      await operations?.close()
      await close()
      throw error
    },
  )
  listeningUrl = url
  relay.start()
  follower.start(config.followMilliseconds)
  anchors.start(config.anchorSeconds)
  watch.start()
  guests.start()
  replication.start()
  deliveries.start()
  const publish = endpointPublisher(gateway, config.publicUrl ?? url)
  follower.onProgress(publish)
  await publish()

  let stopping: Promise<void> | undefined
  async function stop(): Promise<void> {
    gateway.streams.stop()
    await server.close()
    await operations?.close()
    await deliveries.stop()
    await watch.stop()
    await replication.stop()
    await guests.stop()
    await anchors.stop()
    await relay.stop()
    await follower.stop()
    await close()
  }
  return { gateway, url, operationsUrl, stop: () => (stopping ??= stop()) }
}

/**
 * Empties what the chain says and reads it from the deployment's block again, in one transaction, while other replicas may run.
 * Batches are indexed from the manifests that are kept; one whose manifest is not waits for the next gateway that runs.
 *
 * @returns how far it read, and how many batches there are.
 * @throws HreError `data-in-use`, `database-unavailable`, `chain-unavailable`; then everything is as it was.
 */
export async function rebuildGateway(config: GatewayConfig): Promise<{ block: number; batches: number }> {
  const log = createLog({ level: config.logLevel, gateway: config.name })
  const chain = connectChain(config.rpcUrl, config.deployment)
  await assertContracts(chain, config.deployment)
  const { db, close } = await openDatabase(config)
  try {
    const outbox = new Outbox({ db, clock: systemClock, days: config.notificationDays })
    const follower = new Follower({ chain, db, deployment: config.deployment, outbox, log })
    await follower.rebuild()
    const indexer = new BatchIndexer({
      db,
      outbox,
      clock: systemClock,
      log,
      manifestOf: async (contentId) => {
        const [row] = await db.select().from(t.manifests).where(eq(t.manifests.contentId, contentId))
        return row?.json
      },
    })
    await indexer.run()
    return { block: follower.cursor.block, batches: await db.$count(t.batches) }
  } finally {
    await close()
  }
}

/** The public server last: a port that is taken ends the start before anybody was answered. */
async function listenAll(
  config: GatewayConfig,
  server: FastifyInstance,
  operations: FastifyInstance | undefined,
  waitMilliseconds: number | undefined,
): Promise<{ url: string; operationsUrl: string | undefined }> {
  const operationsUrl =
    operations &&
    (await listen(
      operations,
      { host: config.operationsHost, port: config.operationsPort ?? 0, exclusive: true },
      waitMilliseconds,
    ))
  return { operationsUrl, url: await listen(server, config, waitMilliseconds) }
}

/** Reads the chain to its head, and takes from it what a restored database does not know. */
async function catchUp({ follower, receipts, log }: Gateway): Promise<void> {
  await follower.sync()
  const lost = await receipts.adoptAnchors()
  if (lost > 0)
    log.error(
      { lost },
      'entries of the access log that were anchored are not here: they were written after the backup',
    )
}

/** Push services take a mail address or an https URL, and no other. */
const contactOf = ({ pushContact }: GatewayConfig, origin: URL): string =>
  pushContact ?? (origin.protocol === 'https:' ? origin.origin : 'mailto:nobody@localhost.invalid')

const relaySettings = (config: GatewayConfig) => ({
  queue: { operationsMax: config.relayQueueMax, operationsPerSenderMax: config.relayQueuePerSenderMax },
  fees: { firstWei: BigInt(config.relayFeeWei), maxWei: BigInt(config.relayFeeMaxWei) },
  stallSeconds: config.relayStallSeconds,
  batchMilliseconds: config.relayBatchMilliseconds,
  batchOperationsMax: config.relayBatchOperationsMax,
})

const replicationSettings = (config: GatewayConfig) => ({
  copies: config.replicationCopies,
  countries: config.replicationCountries?.split(',').map((country) => country.trim()),
  bytesPerSecond: config.integrityBytesPerSecond,
  hours: config.replicationHours,
})

/** Manifests from this gateway's shelf, or from their keeper's gateway, kept afterwards. */
function manifestSource(db: Gateway['db'], peers: Peers, own: Address): ManifestSource {
  return async (contentId, keeper) => {
    const [row] = await db.select().from(t.manifests).where(eq(t.manifests.contentId, contentId))
    if (row) return row.json
    // Not from itself: its answer would wait for the very round that asks.
    if (keeper === own) return undefined
    const json = await peers.manifest(contentId, keeper)
    if (json !== undefined) await db.insert(t.manifests).values({ contentId, json }).onConflictDoNothing()
    return json
  }
}

/**
 * Tells the Directory where this gateway is (D9) whenever that differs: after a move, and once the organisation was
 * admitted and has registered.
 */
function endpointPublisher({ db, deployment, keys, relay }: Gateway, endpoint: string): () => Promise<void> {
  const organisation = keys.identity.account
  let published = false
  return async () => {
    if (published) return
    const [row] = await db.select().from(t.organisations).where(eq(t.organisations.account, organisation))
    const [registered] = await db.select().from(t.accounts).where(eq(t.accounts.account, organisation))
    if (!row || !registered) return
    published = true
    if (row.endpoint === endpoint) return
    const call = setEndpointCall(deployment, endpoint)
    const signed = await signCall(keys.identity, deployment, call)
    // Replicas that start together publish once.
    await db.transaction(async (tx) => {
      await tx.execute(sql`select pg_advisory_xact_lock(${endpointLock})`)
      if (!(await isOnItsWay(tx, organisation, call.data))) await relay.enqueue(tx, [signed])
    })
    relay.wake()
  }
}

/** Any number that nothing else locks on this database. */
const endpointLock = 7_277_302

async function isOnItsWay(db: Database, account: Address, data: Hex): Promise<boolean> {
  const open = await db
    .select({ signed: t.operations.signed })
    .from(t.operations)
    .where(and(eq(t.operations.account, account), inArray(t.operations.state, ['queued', 'submitted'])))
  return open.some(({ signed }) => signed.operation.data === data)
}
