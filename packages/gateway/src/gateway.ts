import type { Deployment } from '@hre/protocol'
import type { FastifyBaseLogger } from 'fastify'
import type { Anchors } from './access/anchors.ts'
import type { ReceiptLog } from './access/receipts.ts'
import type { SignatureChecker } from './access/signatures.ts'
import type { Trustee } from './access/trustee.ts'
import type { BlobStore } from './blobs/blobStore.ts'
import type { Chain } from './chain.ts'
import type { GatewayConfig } from './config.ts'
import type { BatchIndexer } from './follower/batches.ts'
import type { Follower } from './follower/follower.ts'
import type { Tokens } from './http/tokens.ts'
import type { KeyAgent } from './keys/keyAgent.ts'
import type { Peers } from './peers/peers.ts'
import type { Relay } from './relay/relay.ts'
import type { Database } from './store/database.ts'

/** The parts of a running gateway; `app.ts` makes them, handlers use them. */
export interface Gateway {
  config: GatewayConfig
  deployment: Deployment
  db: Database
  chain: Chain
  keys: KeyAgent
  blobs: BlobStore
  follower: Follower
  indexer: BatchIndexer
  relay: Relay
  peers: Peers
  signatures: SignatureChecker
  receipts: ReceiptLog
  anchors: Anchors
  tokens: Tokens
  trustee: Trustee
  log: FastifyBaseLogger
}
