import type { Route } from '@hre/protocol'
import { count, isNull } from 'drizzle-orm'
import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Gateway } from '../gateway.ts'
import { channels, deadLetterCount, outcomes, webhookBacklog } from '../notifications/deliveries.ts'
import { queueState } from '../relay/queue.ts'
import type { OpenDatabase } from '../store/database.ts'
import * as t from '../store/schema.ts'
import { replicationState } from '../upkeep/replicationRounds.ts'
import { roundState } from '../upkeep/rounds.ts'

/**
 * What a gateway says of itself to Prometheus. Labels are routes as they are written in the protocol, methods and status codes:
 * never an account, a parameter, or anything else that a caller chose.
 */
export class Metrics {
  readonly registry = new Registry()
  readonly #requests: Counter
  readonly #durations: Histogram

  constructor(gateway: Gateway, pool: OpenDatabase['pool']) {
    const registers = [this.registry]
    collectDefaultMetrics({ register: this.registry })
    this.#requests = new Counter({
      name: 'hre_http_requests_total',
      help: 'Requests answered',
      labelNames: ['method', 'route', 'code'],
      registers,
    })
    this.#durations = new Histogram({
      name: 'hre_http_request_duration_seconds',
      help: 'Time from a request’s headers to the end of its answer',
      labelNames: ['method', 'route'],
      buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
      registers,
    })
    const { db, follower, blobs, guests } = gateway
    const gauge = (
      name: string,
      help: string,
      read: () => Promise<number | undefined> | number | undefined,
    ) =>
      new Gauge({
        name,
        help,
        registers,
        async collect() {
          // A gauge that cannot be read is absent as NaN; the others are still told.
          this.set(
            (await Promise.resolve()
              .then(read)
              .catch(() => undefined)) ?? Number.NaN,
          )
        },
      })
    gauge(
      'hre_relay_queue_operations',
      'Operations accepted and without an outcome',
      async () => (await queueState(db)).operations,
    )
    gauge('hre_relay_queue_oldest_seconds', 'Age of the oldest of them; 0 when there is none', async () => {
      const { oldestAt } = await queueState(db)
      return oldestAt === undefined ? 0 : Math.max(0, Date.now() / 1000 - oldestAt)
    })
    gauge('hre_follower_lag_blocks', 'Blocks on the chain that were not read yet', () => follower.lag.blocks)
    gauge(
      'hre_follower_lag_seconds',
      'Time since the rows were those of the chain’s head',
      () => follower.lag.seconds,
    )
    gauge('hre_receipts_unanchored', 'Entries of the access log that no anchor covers', async () => {
      const [row] = await db.select({ rows: count() }).from(t.receipts).where(isNull(t.receipts.anchor))
      return row?.rows
    })
    gauge('hre_blob_bytes', 'Sealed files stored here; counted anew every few minutes', () => blobs.bytes())
    gauge('hre_database_up', 'Whether the database answers', () =>
      db
        .select({ id: t.cursor.id })
        .from(t.cursor)
        .then(
          () => 1,
          () => 0,
        ),
    )
    gauge(
      'hre_integrity_round_files',
      'Files read in the newest round of the integrity watch',
      async () => (await roundState(db))?.files,
    )
    gauge('hre_integrity_repaired', 'Files repaired in it', async () => (await roundState(db))?.repaired)
    gauge(
      'hre_integrity_unrepaired',
      'Files altered or missing in it, and not repaired',
      async () => (await roundState(db))?.unrepaired,
    )
    gauge(
      'hre_integrity_finished_timestamp_seconds',
      'When a round last ended, Unix time',
      async () => (await roundState(db))?.lastFinishedAt,
    )
    gauge(
      'hre_replication_round_files',
      'Files whose copies were counted in the newest round',
      async () => (await replicationState(db))?.files,
    )
    gauge(
      'hre_replication_short',
      'Files with fewer whole copies than wanted in it',
      async () => (await replicationState(db))?.short,
    )
    gauge(
      'hre_replication_confined',
      'Those of them for which countries allow no more gateways',
      async () => (await replicationState(db))?.confined,
    )
    gauge(
      'hre_replication_finished_timestamp_seconds',
      'When a round last ended, Unix time',
      async () => (await replicationState(db))?.lastFinishedAt,
    )
    gauge('hre_guest_bytes', 'Copies kept for other organisations', async () => (await guests.state()).bytes)
    gauge(
      'hre_guest_wanted',
      'Copies for others that are to be fetched',
      async () => (await guests.state()).wanted,
    )
    const { deliveries, outbox, streams } = gateway
    gauge('hre_notifications_kept', 'Notifications in the outbox; counted anew every few minutes', () =>
      outbox.size(),
    )
    gauge('hre_notification_streams', 'Open streams of notifications', () => streams.size)
    gauge('hre_webhook_waiting', 'Notifications that webhooks were not sent yet', () => webhookBacklog(db))
    gauge('hre_webhook_dead_letters', 'Notifications that webhooks did not take in a day', () =>
      deadLetterCount(db),
    )
    const attempts = new Counter({
      name: 'hre_deliveries_total',
      help: 'Attempts to send a notification on',
      labelNames: ['channel', 'outcome'],
      registers,
    })
    for (const channel of channels) for (const outcome of outcomes) attempts.inc({ channel, outcome }, 0)
    deliveries.onAttempt((channel, outcome) => attempts.inc({ channel, outcome }))
    new Gauge({
      name: 'hre_database_connections',
      help: 'Connections to the database, and requests that wait for one',
      labelNames: ['state'],
      registers,
      collect() {
        const { connections, idle, waiting } = pool()
        this.set({ state: 'busy' }, connections - idle)
        this.set({ state: 'idle' }, idle)
        this.set({ state: 'waiting' }, waiting)
      },
    })
  }

  /** Counts what a server answers. */
  watch(server: FastifyInstance): void {
    server.addHook('onResponse', async (request, reply) => {
      const labels = { method: known(request.method), route: request.routeOptions.url ?? 'none' }
      this.#requests.inc({ ...labels, code: reply.statusCode })
      // A stream takes as long as somebody listens.
      const { route } = request.routeOptions.config as { route?: Route }
      if (route?.response === 'events') return
      this.#durations.observe(labels, reply.elapsedTime / 1000)
    })
  }
}

/** A method is the caller's choice, too. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'])
const known = (method: string): string => (methods.has(method) ? method : 'other')
