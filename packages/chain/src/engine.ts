import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Address, Hex } from 'viem'
import {
  recordEngine,
  startEngineProcess,
  type EngineIsolation,
  type EngineProcess,
} from './engine-process.ts'
import { ChainEngineFailedError } from './errors.ts'
import { EngineConnection } from './ipc.ts'
import { HISTORY_STATES } from './limits.ts'
import type { ChainParameters } from './parameters.ts'
import type { RpcError } from './rpc-error.ts'

/** What the host needs to know of a block. `timestamp` in Unix seconds. */
export interface EngineBlock {
  readonly number: number
  readonly hash: Hex
  readonly parentHash: Hex
  readonly timestamp: number
  readonly transactions: readonly Hex[]
}

export interface EngineOptions {
  readonly binary: string
  readonly parameters: ChainParameters
  /** JSON state to start from; genesis without. */
  readonly statePath: string | undefined
  /** Where the engine's pid is remembered. */
  readonly recordPath: string
}

const READ_CONNECTIONS = 4
/**
 * Largest batch whose transactions enter the pool in the order of the batch. anvil works on a batch's calls side by
 * side; each takes two steps, and after 128 steps its scheduler puts the rest off. Measured: 64 and more get mixed up,
 * differently from run to run.
 */
const IN_ORDER_MAX = 30

/**
 * One anvil, mining only when told, reached through a socket in a folder only this user can enter.
 *
 * The caller must never submit while a block is being mined: anvil then strands transactions for good.
 */
export class Engine {
  readonly isolation: EngineIsolation
  readonly pid: number
  /** Resolves when the engine can no longer be used. */
  readonly gone: Promise<void>
  isGone = false
  readonly #process: EngineProcess
  readonly #folder: string
  readonly #control: EngineConnection
  readonly #readers: readonly EngineConnection[]

  private constructor(process: EngineProcess, folder: string, connections: EngineConnection[]) {
    this.#process = process
    this.#folder = folder
    this.isolation = process.isolation
    this.pid = process.pid
    const [control, ...readers] = connections
    this.#control = control!
    // Each connection is one task in anvil: a slow call would hold up the miner if they shared one.
    this.#readers = readers
    this.gone = Promise.race([process.ended.then(() => {}), ...connections.map(({ closed }) => closed)])
    // Whatever of it broke, end all of it: half an engine must not go on.
    void this.gone.then(() => {
      this.isGone = true
      return this.stop()
    })
  }

  /** Starts anvil and waits until it answers. @throws ChainEngineFailedError */
  static async start(options: EngineOptions): Promise<Engine> {
    const folder = await mkdtemp(join(tmpdir(), 'hre-chain-'))
    const unique = randomBytes(8).toString('hex')
    const socket = process.platform === 'win32' ? `\\\\.\\pipe\\hre-chain-${unique}` : join(folder, 'engine')
    let child: EngineProcess | undefined
    try {
      child = await startEngineProcess(options.binary, engineArguments(options, socket))
      await recordEngine(options.recordPath, child.pid, folder)
      const connections = [await connectWhenReady(child, socket)]
      while (connections.length <= READ_CONNECTIONS) connections.push(await EngineConnection.connect(socket))
      return new Engine(child, folder, connections)
    } catch (cause) {
      child?.kill()
      await rm(folder, { recursive: true, force: true })
      if (cause instanceof ChainEngineFailedError) throw cause
      throw new ChainEngineFailedError((cause as Error).message, null, { cause })
    }
  }

  version(): Promise<string> {
    return this.#control.request('web3_clientVersion')
  }

  /** The newest block. @throws EngineGoneError */
  async head(): Promise<EngineBlock> {
    const block = await this.#control.request<
      Record<'number' | 'hash' | 'parentHash' | 'timestamp', Hex> & { transactions: Hex[] }
    >('eth_getBlockByNumber', ['latest', false])
    return {
      number: Number(block.number),
      hash: block.hash,
      parentHash: block.parentHash,
      timestamp: Number(block.timestamp),
      transactions: block.transactions,
    }
  }

  /**
   * Puts raw transactions into the pool, in order: hash or refusal for each.
   *
   * @param atOnce - how many in one batch; see {@link IN_ORDER_MAX}.
   * @throws EngineGoneError
   */
  async submit(transactions: readonly Hex[], atOnce = IN_ORDER_MAX): Promise<(Hex | RpcError)[]> {
    const answers: (Hex | RpcError)[] = []
    for (let at = 0; at < transactions.length; at += atOnce) {
      const calls = transactions
        .slice(at, at + atOnce)
        .map((raw) => ({ method: 'eth_sendRawTransaction', params: [raw] }))
      answers.push(...((await this.#control.batch(calls)) as (Hex | RpcError)[]))
    }
    return answers
  }

  /** Transactions the next block would take, and those that wait for an earlier nonce. */
  async poolSize(): Promise<{ ready: number; waiting: number }> {
    const { pending, queued } = await this.#control.request<{ pending: Hex; queued: Hex }>('txpool_status')
    return { ready: Number(pending), waiting: Number(queued) }
  }

  async emptyPool(): Promise<void> {
    await this.#control.request('anvil_dropAllTransactions')
  }

  /** Mines one block of everything ready. @param timestamp - Unix seconds, not before the newest block's. */
  async mine(timestamp: number): Promise<void> {
    await this.#control.request('evm_mine', [timestamp])
  }

  /** Next nonce of each account, after the newest block. */
  async nonces(accounts: readonly Address[]): Promise<number[]> {
    const calls = accounts.map((account) => ({
      method: 'eth_getTransactionCount',
      params: [account, 'latest'],
    }))
    return (await this.#control.batch(calls)).map(Number)
  }

  /** The whole chain and its newest state, gzip. Old states are not in it. */
  async dump(): Promise<Buffer> {
    const line = await this.#control.requestLine('anvil_dumpState')
    const start = line.indexOf('"0x') + 3
    const end = line.indexOf('"', start)
    if (start < 3 || end < start) throw new ChainEngineFailedError('it gave no state')
    return hexBytes(line, start, end)
  }

  /** Answers a read. @throws RpcError - the engine's answer; EngineGoneError */
  read(method: string, params: unknown): Promise<unknown> {
    const least = this.#readers.reduce((a, b) => (b.load < a.load ? b : a))
    return least.request(method, params)
  }

  /** Ends the engine and removes its socket. */
  async stop(): Promise<void> {
    this.#process.kill()
    this.#control.close()
    for (const reader of this.#readers) reader.close()
    await this.#process.ended
    await rm(this.#folder, { recursive: true, force: true })
  }
}

function engineArguments({ parameters, statePath }: EngineOptions, socket: string): string[] {
  const { chainId, genesisTimestamp, hardfork, blockGasLimit } = parameters
  return [
    ...['--quiet', '--ipc', socket, '--no-cors', '--no-mining', '--order', 'fifo', '--no-request-size-limit'],
    ...['--chain-id', String(chainId), '--timestamp', String(genesisTimestamp), '--hardfork', hardfork],
    ...['--gas-limit', String(blockGasLimit), '--enable-tx-gas-limit'],
    // Nobody owns money here: a base fee of zero stays zero, so relays need no balance.
    ...['--accounts', '0', '--base-fee', '0', '--gas-price', '0', '--disable-min-priority-fee'],
    ...['--disable-default-create2-deployer', '--disable-console-log'],
    // A block is final once mined: `finalized` and `safe` are the newest block, as under QBFT.
    ...['--slots-in-an-epoch', '0', '--prune-history', String(HISTORY_STATES)],
    ...(statePath === undefined ? [] : ['--load-state', statePath]),
  ]
}

async function connectWhenReady(child: EngineProcess, socket: string): Promise<EngineConnection> {
  let end: { exitCode: number | null; detail: string } | undefined
  void child.ended.then((value) => (end = value))
  for (;;) {
    try {
      const connection = await EngineConnection.connect(socket)
      await connection.request('eth_chainId')
      return connection
    } catch (cause) {
      // Loading a large state takes as long as it takes; only its death ends the wait.
      if (end) throw new ChainEngineFailedError(`it did not start: ${end.detail}`, end.exitCode, { cause })
      await sleep(10)
    }
  }
}

/** Decodes hex in pieces: as one string it could pass the engine's longest string. */
function hexBytes(line: Buffer, start: number, end: number): Buffer {
  const bytes = Buffer.allocUnsafe((end - start) / 2)
  const step = 1 << 20
  for (let at = start, to = 0; at < end; at += step) {
    to += bytes.write(line.toString('latin1', at, Math.min(at + step, end)), to, 'hex')
  }
  return bytes
}
