import type { Deployment } from '@hre/protocol'
import type { FastifyBaseLogger } from 'fastify'
import type { Anchors } from './access/anchors.ts'
import type { PatientCountries } from './access/countries.ts'
import type { Facts } from './access/facts.ts'
import type { Leaves } from './access/leaves.ts'
import type { Moments } from './access/moments.ts'
import type { ReceiptLog } from './access/receipts.ts'
import type { SignatureChecker } from './access/signatures.ts'
import type { BatchTrees } from './access/trees.ts'
import type { Trustee } from './access/trustee.ts'
import type { BlobStore } from './blobs/blobStore.ts'
import type { OwnUploads } from './blobs/ownUploads.ts'
import type { RecentFiles } from './blobs/recentFiles.ts'
import type { Chain } from './chain.ts'
import type { Clock } from './clock.ts'
import type { GatewayConfig } from './config.ts'
import type { BatchIndexer } from './follower/batches.ts'
import type { BlockCache } from './follower/blockCache.ts'
import type { Follower } from './follower/follower.ts'
import type { KeyAgent } from './keys/keyAgent.ts'
import type { Calendar } from './notifications/calendar.ts'
import type { Deliveries } from './notifications/deliveries.ts'
import type { Outbound } from './notifications/outbound.ts'
import type { Outbox } from './notifications/outbox.ts'
import type { NotificationStreams } from './notifications/streams.ts'
import type { WebPush } from './notifications/webPush.ts'
import type { Peers } from './peers/peers.ts'
import type { Relay } from './relay/relay.ts'
import type { Idempotency } from './http/idempotency.ts'
import type { Puzzles } from './http/puzzles.ts'
import type { LoginAttempts } from './session/attempts.ts'
import type { KeyLogin } from './session/keyLogin.ts'
import type { Passkeys } from './session/passkeys.ts'
import type { Sessions } from './session/sessions.ts'
import type { TokenKeys } from './session/tokenKeys.ts'
import type { WalletLogin } from './session/wallets.ts'
import type { Database } from './store/database.ts'
import type { Leases } from './store/leases.ts'
import type { UploadCollector } from './upkeep/collector.ts'
import type { Guests } from './upkeep/guests.ts'
import type { Replication } from './upkeep/replication.ts'
import type { IntegrityWatch } from './upkeep/watch.ts'

/** The parts of a running gateway; `app.ts` makes them, handlers use them. */
export interface Gateway {
  config: GatewayConfig
  deployment: Deployment
  db: Database
  chain: Chain
  keys: KeyAgent
  blobs: BlobStore
  recentFiles: RecentFiles
  ownUploads: OwnUploads
  leases: Leases
  outbox: Outbox
  streams: NotificationStreams
  outbound: Outbound
  webPush: WebPush
  calendar: Calendar
  deliveries: Deliveries
  follower: Follower
  blockCache: BlockCache
  indexer: BatchIndexer
  relay: Relay
  peers: Peers
  signatures: SignatureChecker
  receipts: ReceiptLog
  trees: BatchTrees
  leaves: Leaves
  facts: Facts
  moments: Moments
  patientCountries: PatientCountries
  anchors: Anchors
  trustee: Trustee
  watch: IntegrityWatch
  collector: UploadCollector
  guests: Guests
  replication: Replication
  sessions: Sessions
  tokenKeys: TokenKeys
  keyLogin: KeyLogin
  walletLogin: WalletLogin
  passkeys: Passkeys
  loginAttempts: LoginAttempts
  idempotency: Idempotency
  puzzles: Puzzles
  clock: Clock
  log: FastifyBaseLogger
}
