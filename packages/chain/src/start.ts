import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { nodeDisk, type Disk } from './disk.ts'
import { ENGINE_MINOR_TESTED, findEngineBinary } from './engine-binary.ts'
import { reapRecordedEngine, type EngineIsolation } from './engine-process.ts'
import { Engine } from './engine.ts'
import { ChainOptionInvalidError } from './errors.ts'
import { ChainHost } from './host.ts'
import { startRpcServer } from './http.ts'
import {
  BLOCK_GAS_DEFAULT,
  SNAPSHOT_JOURNAL_BYTES,
  SNAPSHOT_TRANSACTIONS,
  TRANSACTION_GAS_MAX,
} from './limits.ts'
import { lockDataFolder } from './lock.ts'
import { CHAIN_ID_DEFAULT, type ChainParameters } from './parameters.ts'
import { BlockProducer } from './producer.ts'
import { rebuildChain } from './rebuild.ts'
import { ChainStore } from './store.ts'

/** Something worth telling whoever watches the chain. */
export type ChainEvent =
  | { readonly type: 'replaying'; readonly doneTransactions: number; readonly totalTransactions: number }
  | { readonly type: 'recovering'; readonly cause: string }
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'failed'; readonly error: unknown }

export interface ChainOptions {
  /** Folder of this chain; made if missing. */
  readonly dataDir: string
  /** TCP port on 127.0.0.1. Default 0: a free one. */
  readonly port?: number
  /** How long a port that is taken is tried again. Default 15,000. */
  readonly portWaitMs?: number
  /** Default for a new chain: 4739653. An existing chain refuses another one; so with the next three. */
  readonly chainId?: number
  /** Unix seconds. Default for a new chain: now. */
  readonly genesisTimestamp?: number
  /** Default for a new chain: osaka. */
  readonly hardfork?: 'osaka' | 'prague'
  /** Default for a new chain: 60,000,000. */
  readonly blockGasLimit?: number
  /** Milliseconds since the epoch; block times come from it. Default `Date.now`. */
  readonly clock?: () => number
  /** Least time from one block's start to the next, in milliseconds. Default 0: as the load asks. */
  readonly blockIntervalMs?: number
  /** Snapshot after so many transactions, or a quarter of the chain's, whichever is more. Default 5,000. */
  readonly snapshotTransactions?: number
  /** Snapshot at this journal size. Default 64 MiB. */
  readonly snapshotJournalBytes?: number
  /** Path of anvil. Default: the registry's package, otherwise PATH. */
  readonly engineBinary?: string
  readonly onEvent?: (event: ChainEvent) => void
  /** For tests: fails or cuts disk operations. */
  readonly disk?: Disk
}

export interface ChainStats {
  readonly blockNumber: number
  readonly blockHash: string
  /** Unix seconds of the newest block. */
  readonly blockTimestamp: number
  readonly transactions: number
  readonly transactionsSinceSnapshot: number
  readonly journalBytes: number
  readonly snapshots: number
  readonly lastSnapshotMs: number
  readonly lastMineMs: number
  readonly queuedTransactions: number
  readonly heldTransactions: number
  readonly enginePid: number
  readonly engineRestarts: number
  readonly isolation: EngineIsolation
  readonly isRecovering: boolean
}

export interface Chain {
  /** JSON-RPC over HTTP, e.g. `http://127.0.0.1:41234`. */
  readonly url: string
  readonly chainId: number
  /** Resolves when the chain has ended, by {@link Chain.stop} or by a failure reported as an event. */
  readonly ended: Promise<void>
  /** Mines what waits, takes a snapshot, ends the engine. Safe to call twice. */
  stop(): Promise<void>
  stats(): ChainStats
}

/**
 * Starts the embedded chain on a data folder, or makes a new one in it.
 *
 * Resolves once everything acknowledged before is back and JSON-RPC is served. Replaying is reported through
 * `onEvent` and takes about 1 s per 2,000 transactions since the last snapshot.
 *
 * @throws ChainDataLockedError, ChainParametersChangedError, ChainJournalCorruptError, ChainSnapshotCorruptError,
 *   ChainReplayDivergedError, ChainEngineMissingError, ChainEngineFailedError, ChainPortInUseError,
 *   ChainJournalWriteError, ChainOptionInvalidError
 * @see spec/chain.md
 */
export async function startChain(options: ChainOptions): Promise<Chain> {
  assertOptions(options)
  const dataDir = resolve(options.dataDir)
  const emit = options.onEvent ?? (() => {})
  const clock = options.clock ?? Date.now
  const binary = options.engineBinary ?? findEngineBinary()
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const lock = await lockDataFolder(dataDir)
  const cleanups: (() => unknown)[] = [() => lock.release()]
  try {
    const recordPath = join(dataDir, 'engine')
    await reapRecordedEngine(recordPath)
    const store = await ChainStore.open(
      options.disk ?? nodeDisk,
      join(dataDir, 'chain'),
      given(options),
      fresh(options, clock),
    )
    cleanups.unshift(() => store.close())
    const { parameters } = store
    const rebuild = async () => {
      const history = await store.history()
      for (const file of history.damaged) {
        emit({ type: 'warning', message: `snapshot ${file} is damaged; starting from the one before it` })
      }
      return rebuildChain({
        history,
        rules: parameters,
        clock,
        statePath: join(dataDir, 'state.tmp'),
        startEngine: (statePath) => Engine.start({ binary, parameters, statePath, recordPath }),
        onProgress: (progress) => emit({ type: 'replaying', ...progress }),
      })
    }
    const chain = await rebuild()
    cleanups.unshift(() => chain.engine.stop())
    const version = await chain.engine.version()
    if (!version.startsWith(`anvil/v${ENGINE_MINOR_TESTED}.`)) {
      emit({
        type: 'warning',
        message: `${version} is not a tested engine: replay is proven with anvil 1.7.x`,
      })
    }
    const producer = new BlockProducer(chain, {
      store,
      clock,
      blockIntervalMs: options.blockIntervalMs ?? 0,
      snapshotTransactions: options.snapshotTransactions ?? SNAPSHOT_TRANSACTIONS,
      snapshotJournalBytes: options.snapshotJournalBytes ?? SNAPSHOT_JOURNAL_BYTES,
      rebuild,
      onRecovering: (cause) => emit({ type: 'recovering', cause }),
      onWarning: (message) => emit({ type: 'warning', message }),
      onFailed: (error) => emit({ type: 'failed', error }),
    })
    cleanups.unshift(() => producer.stop())
    const host = new ChainHost(producer, parameters.chainId, clock)
    const server = await startRpcServer(
      options.port ?? 0,
      (method, params) => host.answer(method, params),
      options.portWaitMs,
    )
    const ended = producer.finished.then(async () => {
      await server.close()
      await store.close()
      lock.release()
    })
    return {
      url: `http://127.0.0.1:${server.port}`,
      chainId: parameters.chainId,
      ended,
      stop: async () => {
        await producer.stop()
        await ended
      },
      stats: () => statsOf(producer, store),
    }
  } catch (error) {
    for (const cleanup of cleanups) await cleanup()
    throw error
  }
}

function statsOf(producer: BlockProducer, store: ChainStore): ChainStats {
  const { head, currentEngine } = producer
  return {
    blockNumber: head.number,
    blockHash: head.hash,
    blockTimestamp: head.timestamp,
    transactions: producer.transactions,
    transactionsSinceSnapshot: producer.transactionsSinceSnapshot,
    journalBytes: store.journalBytes,
    snapshots: producer.snapshots,
    lastSnapshotMs: producer.lastSnapshotMs,
    lastMineMs: producer.lastMineMs,
    queuedTransactions: producer.queued,
    heldTransactions: producer.held.size,
    enginePid: currentEngine.pid,
    engineRestarts: producer.restarts,
    isolation: currentEngine.isolation,
    isRecovering: producer.isRecovering,
  }
}

function given({
  chainId,
  genesisTimestamp,
  hardfork,
  blockGasLimit,
}: ChainOptions): Partial<ChainParameters> {
  return {
    ...(chainId === undefined ? {} : { chainId }),
    ...(genesisTimestamp === undefined ? {} : { genesisTimestamp }),
    ...(hardfork === undefined ? {} : { hardfork }),
    ...(blockGasLimit === undefined ? {} : { blockGasLimit }),
  }
}

function fresh(options: ChainOptions, clock: () => number): ChainParameters {
  return {
    chainId: CHAIN_ID_DEFAULT,
    genesisTimestamp: Math.floor(clock() / 1000),
    hardfork: 'osaka',
    blockGasLimit: BLOCK_GAS_DEFAULT,
    ...given(options),
  }
}

function assertOptions(options: ChainOptions): void {
  const within = (option: keyof ChainOptions, least: number, most: number) => {
    const value = options[option]
    if (
      value === undefined ||
      (Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most)
    )
      return
    throw new ChainOptionInvalidError(option, `must be a whole number from ${least} to ${most}`)
  }
  if (!options.dataDir) throw new ChainOptionInvalidError('dataDir', 'must name a folder')
  within('port', 0, 65_535)
  within('portWaitMs', 0, 600_000)
  // Wallets compute with chain ids as doubles.
  within('chainId', 1, 2 ** 32 - 1)
  within('genesisTimestamp', 0, 2 ** 32 - 1)
  within('blockGasLimit', Number(TRANSACTION_GAS_MAX), 1_000_000_000)
  within('blockIntervalMs', 0, 60_000)
  within('snapshotTransactions', 1, 1_000_000)
  within('snapshotJournalBytes', 1, 1 << 30)
}
