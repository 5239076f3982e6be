import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { keccak256, type Address, type Hex } from 'viem'
import type { Engine, EngineBlock } from './engine.ts'
import type { BlockEntry, Entry, HeldRecord } from './entry.ts'
import { ChainReplayDivergedError } from './errors.ts'
import { HeldPool } from './held.ts'
import type { History } from './store.ts'
import { readTransaction } from './transaction.ts'

/** A chain brought back to where the journal ends. */
export interface RebuiltChain {
  readonly engine: Engine
  readonly head: EngineBlock
  /** Transactions mined since genesis. */
  readonly transactions: number
  /** Those of them that are in journals only. */
  readonly replayedTransactions: number
  readonly held: HeldPool
}

export interface RebuildOptions {
  readonly history: History
  readonly rules: { chainId: number; blockGasLimit: number }
  /** Where the unpacked state may lie while the engine reads it. */
  readonly statePath: string
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  startEngine(statePath: string | undefined): Promise<Engine>
  onProgress(progress: { doneTransactions: number; totalTransactions: number }): void
}

const PROGRESS_EVERY_MS = 500

/**
 * Starts an engine from the newest snapshot and replays the journals after it.
 *
 * @throws ChainReplayDivergedError - a block came out other than the journal remembers (spec/chain.md H7).
 * @throws ChainEngineFailedError, EngineGoneError
 */
export async function rebuildChain(options: RebuildOptions): Promise<RebuiltChain> {
  try {
    return await rebuildOnce(options)
  } catch (error) {
    // The order within a batch is measured, not promised: one by one it is certain, and a third slower.
    if (error instanceof ChainReplayDivergedError) return rebuildOnce(options, 1)
    throw error
  }
}

async function rebuildOnce(options: RebuildOptions, atOnce?: number): Promise<RebuiltChain> {
  const { history, rules } = options
  const engine = await startFromSnapshot(options)
  try {
    const blocks = history.journals.flatMap(({ entries }) => blocksOf(entries))
    const totalTransactions = blocks.reduce((sum, { transactions }) => sum + transactions.length, 0)
    const report = throttle(options.onProgress)
    let head = await engine.head()
    let replayed = 0
    for (const { header, entries } of history.journals) {
      if (header.base) assertBlock(header.base.number, header.base.hash, head.number, head.hash)
      for (const block of blocksOf(entries)) {
        assertBlock(block.number - 1, block.parentHash, head.number, head.hash)
        const raws = block.transactions.map((raw): Hex => `0x${raw.toString('hex')}`)
        await engine.submit(raws, atOnce)
        await engine.mine(block.timestamp)
        head = await engine.head()
        if (head.number !== block.number)
          throw new ChainReplayDivergedError(block.number, 'a new block', `block ${head.number}`)
        replayed += head.transactions.length
        report({ doneTransactions: replayed, totalTransactions })
      }
    }
    if (totalTransactions > 0) options.onProgress({ doneTransactions: totalTransactions, totalTransactions })
    const held = new HeldPool(options.clock)
    await refill(held, heldIn(history), engine, rules)
    const before = history.snapshot?.meta.transactions ?? 0
    return { engine, head, transactions: before + replayed, replayedTransactions: replayed, held }
  } catch (error) {
    await engine.stop()
    throw error
  }
}

/** The blocks of a journal as they were mined, amendments applied. */
function blocksOf(entries: readonly Entry[]): BlockEntry[] {
  const blocks: BlockEntry[] = []
  for (const entry of entries) {
    if (entry.kind === 'block') blocks.push(entry)
    if (entry.kind === 'amend') {
      const block = blocks.at(-1)
      if (block?.number !== entry.number)
        throw new ChainReplayDivergedError(entry.number, 'a block before its amendment', 'none')
      blocks[blocks.length - 1] = {
        ...block,
        transactions: entry.mined.map((place) => block.transactions[place]!),
      }
    }
  }
  return blocks
}

async function startFromSnapshot({ history, statePath, startEngine }: RebuildOptions): Promise<Engine> {
  const { snapshot } = history
  if (!snapshot) return startEngine(undefined)
  try {
    await pipeline(
      Readable.from([snapshot.state]),
      createGunzip(),
      createWriteStream(statePath, { mode: 0o600 }),
    )
    const engine = await startEngine(statePath)
    const head = await engine.head()
    try {
      assertBlock(snapshot.meta.number, snapshot.meta.hash, head.number, head.hash)
    } catch (error) {
      await engine.stop()
      throw error
    }
    return engine
  } finally {
    await rm(statePath, { force: true })
  }
}

function heldIn({ snapshot, journals }: History): HeldRecord[] {
  const stored = (snapshot?.meta.held ?? []).map(({ sender, raw }) => ({
    sender,
    raw: Buffer.from(raw.slice(2), 'hex'),
  }))
  const later = journals.flatMap(({ entries }) =>
    entries.flatMap((entry) => (entry.kind === 'held' ? entry.transactions : [])),
  )
  if (stored.length + later.length === 0) return []
  const mined = new Set(
    journals
      .flatMap(({ entries }) => blocksOf(entries))
      .flatMap(({ transactions }) => transactions.map(hashOf)),
  )
  return [...stored, ...later].filter(({ raw }) => !mined.has(hashOf(raw)))
}

/** Holds again, in the order of arrival, what still waits; a nonce used up meanwhile is passed over. */
async function refill(
  held: HeldPool,
  records: readonly HeldRecord[],
  engine: Engine,
  rules: RebuildOptions['rules'],
): Promise<void> {
  const senders = [...new Set(records.map(({ sender }) => sender as Address))]
  const nonces = await engine.nonces(senders)
  const next = new Map(senders.map((sender, i) => [sender, nonces[i]!]))
  for (const { sender, raw } of records) {
    const transaction = readTransaction(`0x${raw.toString('hex')}`, rules)
    if (transaction.nonce >= next.get(sender)!) held.add({ sender, transaction })
  }
}

function hashOf(raw: Buffer): Hex {
  return keccak256(raw)
}

function assertBlock(number: number, hash: Hex, actualNumber: number, actualHash: Hex): void {
  if (number === actualNumber && hash === actualHash) return
  throw new ChainReplayDivergedError(number, `${number} ${hash}`, `${actualNumber} ${actualHash}`)
}

function throttle(report: RebuildOptions['onProgress']): RebuildOptions['onProgress'] {
  let last = performance.now()
  return (progress) => {
    if (performance.now() - last < PROGRESS_EVERY_MS) return
    last = performance.now()
    report(progress)
  }
}
