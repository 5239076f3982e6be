import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import { setEndpointCall } from '@hre/protocol'
import { signCall } from '@hre/vault'
import { pino, type Logger } from 'pino'
import { Anchors } from './access/anchors.ts'
import { ReceiptLog } from './access/receipts.ts'
import { SignatureChecker } from './access/signatures.ts'
import { Trustee } from './access/trustee.ts'
import { Eraser } from './blobs/eraser.ts'
import { FilesBlobStore } from './blobs/files.ts'
import { assertContracts, connectChain } from './chain.ts'
import type { GatewayConfig } from './config.ts'
import { BatchIndexer, type ManifestSource } from './follower/batches.ts'
import { Follower } from './follower/follower.ts'
import type { Gateway } from './gateway.ts'
import { createServer } from './http/server.ts'
import { Tokens } from './http/tokens.ts'
import { openKeyAgent } from './keys/keyAgent.ts'
import { Peers } from './peers/peers.ts'
import { Relay } from './relay/relay.ts'
import { openDatabase } from './store/database.ts'
import * as t from './store/schema.ts'

export interface RunningGateway {
  gateway: Gateway
  /** Base URL that it listens on. */
  url: string
  /** Answers what is under way, anchors the log, closes. Safe to call twice. */
  stop(): Promise<void>
}

/**
 * Opens and wires one gateway.
 *
 * @throws KeyAgentError, HreError `chain-unavailable` or `contracts-differ`, or the database's own error; nothing is left running.
 */
export async function startGateway(config: GatewayConfig): Promise<RunningGateway> {
  const log: Logger = pino({ level: config.logLevel, base: { gateway: config.name } })
  const keys = await openKeyAgent(config)
  const { deployment } = config
  const chain = connectChain(config.rpcUrl, deployment)
  // Before the database is opened, which brings it up to date: there is a way back.
  await assertContracts(chain, deployment)
  const { db, close } = await openDatabase(config)
  const blobs = new FilesBlobStore(join(config.dataDir, 'blobs'))
  const follower = new Follower({ chain, db, deployment, log })
  const relay = new Relay({ chain, db, deployment, payer: keys.relay, log })
  const signatures = new SignatureChecker({ chain, db, deployment })
  const peers = new Peers({ db, deployment, identity: keys.identity, signatures, log })
  const receipts = new ReceiptLog({ db, deployment, organisation: keys.identity.account })
  const anchors = new Anchors({ chain, db, deployment, identity: keys.identity, receipts, relay, log })
  const tokens = new Tokens({ db, deployment, keys, signatures })
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
  const indexer = new BatchIndexer({ db, log, manifestOf: manifestSource(db, peers) })
  const gateway: Gateway = {
    config,
    deployment,
    db,
    chain,
    keys,
    blobs,
    follower,
    indexer,
    relay,
    peers,
    signatures,
    receipts,
    anchors,
    tokens,
    trustee,
    log,
  }

  follower.onProgress(() => indexer.run())
  follower.onProgress(() => trustee.collect())
  const eraser = new Eraser({ db, blobs })
  follower.onProgress(() => eraser.run())
  await follower.sync().catch(async (error: unknown) => {
    await close()
    throw error
  })
  const server = await createServer(gateway)
  const url = await server.listen({ host: config.host, port: config.port })
  relay.start()
  follower.start(config.followMilliseconds)
  anchors.start(config.anchorSeconds)
  const publish = endpointPublisher(gateway, config.publicUrl ?? url)
  follower.onProgress(publish)
  await publish()

  let stopping: Promise<void> | undefined
  async function stop(): Promise<void> {
    await server.close()
    await anchors.stop()
    await relay.stop()
    await follower.stop()
    await close()
  }
  return { gateway, url, stop: () => (stopping ??= stop()) }
}

/** Manifests from this gateway's shelf, or from their author's gateway, kept afterwards. */
function manifestSource(db: Gateway['db'], peers: Peers): ManifestSource {
  return async (contentId, organisation) => {
    const [row] = await db.select().from(t.manifests).where(eq(t.manifests.contentId, contentId))
    if (row) return row.json
    const json = await peers.manifest(contentId, organisation)
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
    await relay.enqueue(db, [
      await signCall(keys.identity, deployment, setEndpointCall(deployment, endpoint)),
    ])
    relay.wake()
  }
}
