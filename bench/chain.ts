import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { getContractAddress, pad, toHex, type Hex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { CHAIN_ID_DEFAULT, startChain } from '../packages/chain/src/index.ts'
import { findEngineBinary } from '../packages/chain/src/engine-binary.ts'

/** Transactions sent through each of the two ways. */
const TRANSACTIONS = Number(process.env['HRE_BENCH_TRANSACTIONS'] ?? 5_000)
const BATCH = 250
/** Counts calls per word and logs: two thirds of the work of a consent grant. */
const COUNTER: Hex = '0x6f6000358054600101815560006000a10060005260106010f3'

/** Figures of the embedded chain: through the host, against the same engine without it, in the same run. */
export async function benchChain(): Promise<{ figures: Record<string, number> }> {
  const transactions = await signAll()
  const folder = await mkdtemp(join(tmpdir(), 'hre-bench-chain-'))
  try {
    const host = await benchHost(folder, transactions)
    const raw = await benchEngine(transactions)
    const figures = {
      ...host,
      ...raw,
      hostShareOfRaw: host.hostTransactionsPerSecond / raw.rawTransactionsPerSecond,
    }
    return {
      figures: Object.fromEntries(
        Object.entries(figures).map(([name, value]) => [name, Math.round(value * 100) / 100]),
      ),
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function benchHost(folder: string, [deployment, ...transactions]: Hex[]) {
  const never = { snapshotTransactions: 1_000_000 }
  const coldStart = performance.now()
  let chain = await startChain({ dataDir: folder, ...never })
  const startMs = performance.now() - coldStart
  await post(chain.url, [deployment!])
  const latencies: number[] = []
  for (const raw of transactions.slice(0, 50)) {
    const sent = performance.now()
    await post(chain.url, [raw])
    latencies.push(performance.now() - sent)
  }
  const sentAt = performance.now()
  await sendBatches(chain.url, transactions.slice(50), 4)
  const perSecond = (transactions.length - 50) / ((performance.now() - sentAt) / 1000)
  const { blockNumber, enginePid, journalBytes } = chain.stats()
  // The whole journal, replayed, as after a kill: no snapshot was taken.
  process.kill(enginePid, 'SIGKILL')
  const killedAt = performance.now()
  await post(chain.url, [], 'eth_blockNumber')
  const replayMs = performance.now() - killedAt
  const stoppedAt = performance.now()
  await chain.stop()
  const stopMs = performance.now() - stoppedAt
  const restartedAt = performance.now()
  chain = await startChain({ dataDir: folder, ...never })
  const restartMs = performance.now() - restartedAt
  await chain.stop()
  return {
    transactions: transactions.length,
    startMs,
    hostTransactionsPerSecond: perSecond,
    singleLatencyP50Ms: latencies.sort((a, b) => a - b)[25]!,
    singleLatencyP95Ms: latencies[47]!,
    blocks: blockNumber,
    journalBytesPerTransaction: journalBytes / transactions.length,
    replayMs,
    stopWithSnapshotMs: stopMs,
    restartFromSnapshotMs: restartMs,
  }
}

/** The same transactions in the same batches, mined in blocks of 500, with nobody keeping anything. */
async function benchEngine([deployment, ...transactions]: Hex[]) {
  const port = 20_000 + Math.floor(Math.random() * 10_000)
  const args = [
    '--quiet',
    '--no-mining',
    '--order',
    'fifo',
    '--port',
    String(port),
    '--base-fee',
    '0',
    '--gas-price',
    '0',
  ]
  const engine = spawn(
    findEngineBinary(),
    [...args, '--gas-limit', '60000000', '--chain-id', String(CHAIN_ID_DEFAULT)],
    { stdio: 'ignore' },
  )
  const url = `http://127.0.0.1:${port}`
  try {
    while (!(await post(url, [], 'eth_blockNumber').catch(() => undefined))) await sleep(20)
    await post(url, [deployment!])
    await post(url, [], 'evm_mine')
    const started = performance.now()
    for (let at = 0; at < transactions.length; at += 2 * BATCH) {
      await post(url, transactions.slice(at, at + BATCH))
      await post(url, transactions.slice(at + BATCH, at + 2 * BATCH))
      await post(url, [], 'evm_mine')
    }
    return { rawTransactionsPerSecond: transactions.length / ((performance.now() - started) / 1000) }
  } finally {
    engine.kill('SIGKILL')
  }
}

/** Sends batches from several senders at once; each keeps its own order. */
async function sendBatches(url: string, transactions: Hex[], lanes: number): Promise<void> {
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      const own = transactions.filter((_, i) => i % lanes === lane)
      for (let at = 0; at < own.length; at += BATCH) await post(url, own.slice(at, at + BATCH))
    }),
  )
}

async function post(url: string, raws: Hex[], method?: string): Promise<unknown> {
  const sends = raws.map((raw, id) => ({
    jsonrpc: '2.0',
    id,
    method: 'eth_sendRawTransaction',
    params: [raw],
  }))
  const body = method ? { jsonrpc: '2.0', id: 1, method, params: [] } : sends
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answers = [await response.json()].flat() as { error?: { message: string } }[]
  const failed = answers.find(({ error }) => error)
  if (failed) throw new Error(failed.error!.message)
  return answers
}

/** Four senders in turn, so that lanes and order agree; a new slot each time. */
async function signAll(): Promise<Hex[]> {
  const accounts = [1, 2, 3, 4].map((index) => privateKeyToAccount(pad(toHex(index))))
  const nonces = accounts.map(() => 0)
  const to = getContractAddress({ from: accounts[0]!.address, nonce: 0n })
  const sign = (lane: number, call: { to?: Hex; data: Hex; gas: bigint }) =>
    accounts[lane]!.signTransaction({
      type: 'eip1559',
      chainId: CHAIN_ID_DEFAULT,
      nonce: nonces[lane]!++,
      maxFeePerGas: 0n,
      maxPriorityFeePerGas: 0n,
      ...call,
    })
  const raws = [await sign(0, { data: COUNTER, gas: 200_000n })]
  for (let i = 0; i < TRANSACTIONS; i++) {
    // The first fifty go one by one, before the lanes part: their senders follow the same turn.
    raws.push(await sign((i < 50 ? i : i - 50) % 4, { to, data: pad(toHex(i + 1)), gas: 60_000n }))
  }
  return raws
}

if (import.meta.main) {
  const { figures } = await benchChain()
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ figures })}\n`)
  else
    for (const [name, value] of Object.entries(figures)) process.stdout.write(`${name.padEnd(32)} ${value}\n`)
}
