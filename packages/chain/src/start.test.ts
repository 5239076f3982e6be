import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { pad, toHex } from 'viem'
import {
  allBlocks,
  ask,
  call,
  hashOf,
  post,
  sendAll,
  Sender,
  temporaryFolder,
  type Block,
} from '../test/sender.ts'
import { nodeDisk, type Disk } from './disk.ts'
import {
  ChainDataLockedError,
  ChainEngineMissingError,
  ChainJournalCorruptError,
  ChainOptionInvalidError,
  ChainParametersChangedError,
  ChainPortInUseError,
  startChain,
  type Chain,
  type ChainEvent,
  type ChainOptions,
} from './index.ts'
import { readJournal } from './journal.ts'
import { findEngineBinary } from './engine-binary.ts'

async function chainOf(
  t: TestContext,
  options: Partial<ChainOptions> = {},
): Promise<Chain & { dataDir: string }> {
  const dataDir = options.dataDir ?? (await temporaryFolder(t))
  const chain = await startChain({ ...options, dataDir })
  t.after(() => chain.stop())
  return { ...chain, dataDir }
}

async function withCounter(t: TestContext, options: Partial<ChainOptions> = {}) {
  const chain = await chainOf(t, options)
  const ana = new Sender(1)
  await call(chain.url, 'eth_sendRawTransaction', [await ana.deployCounter()])
  return { chain, ana }
}

const countOf = async (url: string, word: number) =>
  Number(await call(url, 'eth_getStorageAt', [new Sender().counter, toHex(word), 'latest']))
const receiptOf = (url: string, hash: string) =>
  call<{ blockNumber: string; status: string; logs: object[] } | null>(url, 'eth_getTransactionReceipt', [
    hash,
  ])

test('[H4] a sender without balance is mined at price zero, alone and in a batch, in order', async (t) => {
  const { chain, ana } = await withCounter(t)
  const started = performance.now()
  const hash = await call(chain.url, 'eth_sendRawTransaction', [await ana.count(7)])
  t.diagnostic(`single transaction: ${(performance.now() - started).toFixed(1)} ms`)
  const receipt = await receiptOf(chain.url, hash)
  assert.deepEqual([receipt?.status, receipt?.logs.length], ['0x1', 1])
  const raws = await Promise.all(Array.from({ length: 300 }, (_, i) => ana.count(i)))
  assert.deepEqual(
    (await sendAll(chain.url, raws)).map(({ result }) => result),
    raws.map(hashOf),
  )
  const mined = (await allBlocks(chain.url)).flatMap(({ transactions }) => transactions)
  assert.deepEqual(mined.slice(2), raws.map(hashOf))
})

test('[H4] block times follow the clock, never go back, and may be equal', async (t) => {
  let now = 1_800_000_000_000
  const { chain, ana } = await withCounter(t, { clock: () => now })
  for (const step of [0, 0, 1_000, -5_000, 6_000]) {
    now += step
    await call(chain.url, 'eth_sendRawTransaction', [await ana.count(1)])
  }
  const times = (await allBlocks(chain.url)).map(({ timestamp }) => Number(timestamp) - 1_800_000_000)
  assert.deepEqual(times, [0, 0, 0, 0, 1, 1, 2])
})

test('[H4] what one block has no room for goes into the next, nothing is lost', async (t) => {
  const { chain, ana } = await withCounter(t)
  const raws = await Promise.all(Array.from({ length: 10 }, (_, i) => ana.count(i, { gas: 16_000_000n })))
  const answers = await sendAll(chain.url, raws)
  assert.ok(answers.every(({ error }) => !error))
  const blocks = await allBlocks(chain.url)
  assert.deepEqual(
    blocks.slice(2).flatMap(({ transactions }) => transactions),
    raws.map(hashOf),
  )
  assert.ok(blocks.every(({ transactions }) => transactions.length <= 3))
})

test('[H7] refusals come in the words nodes use, and leave no trace in a replay', async (t) => {
  const { chain, ana } = await withCounter(t)
  const used = await ana.count(1)
  await call(chain.url, 'eth_sendRawTransaction', [used])
  const nonce = ana.nonce
  const cases: [string, RegExp, number][] = [
    [used, /nonce too low/, -32003],
    [await ana.count(1, { nonce, value: 5n }), /insufficient funds/i, -32003],
    [await ana.count(1, { nonce, fee: 5n }), /insufficient funds/i, -32003],
    [await ana.count(1, { nonce, gas: 100n }), /intrinsic gas too low/, -32000],
    [await ana.count(1, { nonce, gas: 16_777_217n }), /gas limit too high \(cap: 16777216/, -32000],
    [await ana.count(1, { nonce, gas: 60_000_001n }), /exceeds block gas limit/, -32000],
    [await ana.count(1, { nonce, chainId: 1 }), /invalid chain id/, -32000],
    [used.slice(0, -4), /decode/, -32602],
    ['0x02c0', /decode/, -32602],
    ['0x', /hex/, -32602],
    ['nonsense', /hex/, -32602],
    [`0x${'00'.repeat(131_073)}`, /oversized/, -32000],
    [
      await ana.account.signTransaction({
        type: 'legacy',
        nonce,
        gas: 30_000n,
        gasPrice: 0n,
        to: ana.address,
      }),
      /replay-protected/,
      -32000,
    ],
  ]
  for (const [raw, words, code] of cases) {
    const { error } = await ask(chain.url, 'eth_sendRawTransaction', [raw])
    assert.match(error?.message ?? 'accepted', words)
    assert.equal(error?.code, code, error?.message)
  }
  const mixed = await sendAll(chain.url, [
    used,
    await ana.count(2),
    await ana.count(3, { value: 1n, nonce: 99 }),
    await ana.count(4),
  ])
  assert.deepEqual(
    mixed.map(({ error }) => error === undefined),
    [false, true, false, true],
  )
  const twice = await ana.count(5)
  const [first, second] = await sendAll(chain.url, [twice, twice])
  assert.deepEqual([first?.result, second?.error?.message], [hashOf(twice), 'already known'])
  await assertSameAfterEngineDeath(chain)
})

async function assertSameAfterEngineDeath(chain: Chain): Promise<void> {
  const before = await allBlocks(chain.url)
  process.kill(chain.stats().enginePid, 'SIGKILL')
  assert.deepEqual(await allBlocks(chain.url), before)
}

test('[H7] nonce gaps are held, seen, survive a restart and run when the gap closes', async (t) => {
  const { chain, ana } = await withCounter(t)
  const early = [
    await ana.count(1, { nonce: 3 }),
    await ana.count(2, { nonce: 2 }),
    await ana.count(3, { nonce: 5 }),
  ]
  for (const raw of early) assert.equal(await call(chain.url, 'eth_sendRawTransaction', [raw]), hashOf(raw))
  const seen = await call<{ blockHash: null; from: string }>(chain.url, 'eth_getTransactionByHash', [
    hashOf(early[0]!),
  ])
  assert.deepEqual([seen.blockHash, seen.from], [null, ana.address.toLowerCase()])
  assert.match((await ask(chain.url, 'eth_sendRawTransaction', [early[0]])).error!.message, /already known/)
  process.kill(chain.stats().enginePid, 'SIGKILL')
  await call(chain.url, 'eth_blockNumber')
  await chain.stop()
  const again = await chainOf(t, { dataDir: chain.dataDir })
  assert.equal(again.stats().heldTransactions, 3)
  await call(again.url, 'eth_sendRawTransaction', [await ana.count(4, { nonce: 1 })])
  while (again.stats().heldTransactions > 1 || again.stats().transactions < 4)
    await new Promise((r) => setTimeout(r, 5))
  assert.deepEqual(
    [await countOf(again.url, 1), await countOf(again.url, 2), await countOf(again.url, 3)],
    [1, 1, 0],
  )
  await assertSameAfterEngineDeath(again)
})

test('[H7] attack: two transactions with one nonce, in any order and round, never make a replay differ', async (t) => {
  const { chain, ana } = await withCounter(t)
  const raws: `0x${string}`[] = []
  for (let nonce = 12; nonce >= 1; nonce--) {
    raws.push(await ana.count(nonce, { nonce }), await ana.count(100 + nonce, { nonce }))
  }
  const answers = await sendAll(chain.url, raws)
  assert.equal(answers.filter(({ error }) => !error).length, 12)
  assert.equal(chain.stats().transactions, 13)
  await assertSameAfterEngineDeath(chain)
})

test('[H6] after a snapshot old blocks, logs, receipts and transactions are served, and the chain goes on', async (t) => {
  const { chain, ana } = await withCounter(t, { snapshotTransactions: 20 })
  for (let i = 0; i < 5; i++)
    await sendAll(chain.url, await Promise.all(Array.from({ length: 10 }, () => ana.count(i))))
  while (chain.stats().snapshots < 2) await new Promise((r) => setTimeout(r, 5))
  const look = async (url: string) => {
    const blocks = await allBlocks(url)
    const [old] = blocks[2]!.transactions
    return {
      blocks,
      full: await call(url, 'eth_getBlockByNumber', ['0x2', true]),
      byHash: await call(url, 'eth_getBlockByHash', [blocks[2]!.hash, false]),
      transaction: await call(url, 'eth_getTransactionByHash', [old]),
      receipt: await call(url, 'eth_getTransactionReceipt', [old]),
      receipts: await call(url, 'eth_getBlockReceipts', ['0x2']),
      logs: await call<object[]>(url, 'eth_getLogs', [{ fromBlock: '0x0', toBlock: 'latest' }]),
      logsOfOne: await call<object[]>(url, 'eth_getLogs', [{ fromBlock: '0x0', topics: [pad(toHex(3))] }]),
      logsByHash: await call(url, 'eth_getLogs', [{ blockHash: blocks[2]!.hash }]),
      proof: await call(url, 'eth_getProof', [ana.counter, [pad('0x1')], 'latest']),
      nonce: await call(url, 'eth_getTransactionCount', [ana.address, 'latest']),
    }
  }
  const before = await look(chain.url)
  assert.deepEqual([before.logs.length, before.logsOfOne.length], [50, 10])
  await chain.stop()
  const again = await chainOf(t, { dataDir: chain.dataDir })
  assert.deepEqual(await look(again.url), before)
  await call(again.url, 'eth_sendRawTransaction', [await ana.count(1)])
  const [parent, next] = (await allBlocks(again.url)).slice(-2) as [Block, Block]
  assert.equal(next.parentHash, parent.hash)
  await assertSameAfterEngineDeath(again)
})

test('[H4] a transaction that an earlier one in its block made invalid is refused, and replay leaves it out', async (t) => {
  const { chain, ana } = await withCounter(t)
  const ben = new Sender(2)
  // EIP-7702: carrying Ben's authorisation uses up Ben's nonce, so his own transaction comes too late.
  const authorization = await ben.account.signAuthorization({
    contractAddress: ana.counter,
    chainId: chain.chainId,
    nonce: 0,
  })
  const carrying = await ana.account.signTransaction({
    type: 'eip7702',
    chainId: chain.chainId,
    nonce: ana.nonce++,
    gas: 200_000n,
    maxFeePerGas: 0n,
    maxPriorityFeePerGas: 0n,
    to: ana.counter,
    data: pad(toHex(1)),
    authorizationList: [authorization],
  })
  const answers = await sendAll(chain.url, [carrying, await ben.count(2), await ana.count(3)])
  assert.deepEqual(
    answers.map(({ error }) => error?.message.slice(0, 26)),
    [undefined, 'transaction became invalid', undefined],
  )
  assert.equal(chain.stats().transactions, 3)
  const { entries } = await readJournal(nodeDisk, join(chain.dataDir, 'chain', 'journal-000000'))
  assert.deepEqual(entries.at(-1), { kind: 'amend', number: 2, mined: [0, 2] })
  await assertSameAfterEngineDeath(chain)
  await call(chain.url, 'eth_sendRawTransaction', [await ben.count(2, { nonce: 1 })])
  await assertSameAfterEngineDeath(chain)
})

test('[H4] large blocks of many senders are replayed in the order they were mined', async (t) => {
  const { chain, ana } = await withCounter(t)
  const senders = [ana, ...Array.from({ length: 19 }, (_, i) => new Sender(i + 2))]
  const raws: `0x${string}`[] = []
  for (let i = 0; i < 500; i++) raws.push(await senders[(i * 7) % 20]!.count(i))
  const answers = await sendAll(chain.url, raws)
  assert.ok(answers.every(({ error }) => !error))
  const mined = (await allBlocks(chain.url)).flatMap(({ transactions }) => transactions)
  assert.deepEqual(mined.slice(1), raws.map(hashOf))
  await assertSameAfterEngineDeath(chain)
})

test('[H5] an engine that dies idle or under load comes back; callers wait and lose nothing', async (t) => {
  const events: ChainEvent[] = []
  const { chain, ana } = await withCounter(t, { onEvent: (event) => events.push(event) })
  for (let round = 0; round < 4; round++) {
    const raws = await Promise.all(Array.from({ length: 60 }, () => ana.count(1)))
    const sending = sendAll(chain.url, raws)
    await new Promise((resolve) => setTimeout(resolve, round * 8))
    await killEngine(chain)
    for (const { error } of await sending) assert.equal(error, undefined)
    // It may have died when all was answered: then its death is noticed later.
    while (chain.stats().engineRestarts <= round) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  assert.equal(await countOf(chain.url, 1), 240)
  assert.equal(chain.stats().engineRestarts, 4)
  assert.ok(events.some(({ type }) => type === 'recovering'))
})

/** Kills the engine that runs, also when the one before it has only just died. */
async function killEngine(chain: Chain): Promise<void> {
  for (;;) {
    try {
      process.kill(chain.stats().enginePid, 'SIGKILL')
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
}

test('[H5] a full disk: the caller is told to come back, nothing is accepted, and the chain goes on when there is room', async (t) => {
  let full = false
  const disk: Disk = {
    ...nodeDisk,
    async write(file, bytes, position) {
      if (full) throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
      return nodeDisk.write(file, bytes, position)
    },
  }
  const { chain, ana } = await withCounter(t, { disk })
  const height = chain.stats().blockNumber
  const held = await ana.count(2, { nonce: ana.nonce + 1 })
  await call(chain.url, 'eth_sendRawTransaction', [held])
  full = true
  const raw = await ana.count(1)
  const { error } = await ask(chain.url, 'eth_sendRawTransaction', [raw])
  assert.deepEqual([error?.code, error?.data], [-32005, { code: 'CHAIN_JOURNAL_WRITE', retry: 'later' }])
  const early = await ask(chain.url, 'eth_sendRawTransaction', [await ana.count(2, { nonce: 50 })])
  assert.equal(early.error?.code, -32005)
  assert.equal(chain.stats().blockNumber, height)
  assert.equal(await call(chain.url, 'eth_getTransactionByHash', [hashOf(raw)]), null)
  full = false
  assert.equal(await call(chain.url, 'eth_sendRawTransaction', [raw]), hashOf(raw))
  while (chain.stats().transactions < 3) await new Promise((r) => setTimeout(r, 5))
  assert.deepEqual(
    [await countOf(chain.url, 1), await countOf(chain.url, 2), chain.stats().heldTransactions],
    [1, 1, 0],
  )
  await assertSameAfterEngineDeath(chain)
})

test('[H8] looks like a node: versions, tags, and calls that see the present', async (t) => {
  let now = 1_800_000_000_000
  const { chain, ana } = await withCounter(t, { clock: () => now })
  assert.match(await call(chain.url, 'web3_clientVersion'), /^HRE embedded chain\//)
  assert.deepEqual(
    [
      await call(chain.url, 'eth_chainId'),
      await call(chain.url, 'net_version'),
      await call(chain.url, 'eth_accounts'),
    ],
    ['0x485245', '4739653', []],
  )
  await call(chain.url, 'eth_sendRawTransaction', [await ana.count(1)])
  for (const tag of ['latest', 'safe', 'finalized']) {
    assert.equal((await call<Block>(chain.url, 'eth_getBlockByNumber', [tag, false])).number, '0x2', tag)
  }
  assert.equal(
    (
      (await call<Block>(chain.url, 'eth_getBlockByNumber', ['latest', false])) as unknown as {
        baseFeePerGas: string
      }
    ).baseFeePerGas,
    '0x0',
  )
  now += 3_600_000
  const clockReader = { data: '0x4260005260206000f3' }
  for (const parameters of [[clockReader], [clockReader, 'latest'], [clockReader, 'finalized', {}]]) {
    assert.equal(Number(await call(chain.url, 'eth_call', parameters)), 1_800_003_600)
  }
  assert.equal(Number(await call(chain.url, 'eth_call', [clockReader, '0x1'])), 1_800_000_000)
  assert.equal(Number(await call(chain.url, 'eth_call', [clockReader, 'latest', null, { time: '0x5' }])), 5)
})

const newestOf = async (url: string) =>
  Number((await call<Block>(url, 'eth_getBlockByNumber', ['latest', false])).number)

test(
  '[H8] the newest block is told while the engine is busy with something else',
  { timeout: 30_000 },
  async (t) => {
    const { chain, ana } = await withCounter(t)
    const newest = await newestOf(chain.url)
    process.kill(chain.stats().enginePid, 'SIGSTOP')
    assert.equal(await newestOf(chain.url), newest)
    process.kill(chain.stats().enginePid, 'SIGCONT')
    await call(chain.url, 'eth_sendRawTransaction', [await ana.count(1)])
    assert.equal(await newestOf(chain.url), newest + 1)
  },
)

test('[H8] attack: nobody is told of an older newest block than one that anybody has seen', async (t) => {
  const { chain, ana } = await withCounter(t)
  let isSending = true
  const watch = async () => {
    while (isSending) {
      const seen = Number(await call(chain.url, 'eth_blockNumber', []))
      const told = await newestOf(chain.url)
      assert.ok(told >= seen, `${told} after ${seen}`)
    }
  }
  const watching = Promise.all(Array.from({ length: 8 }, watch))
  for (let round = 0; round < 40; round++) {
    const hash = await call<string>(chain.url, 'eth_sendRawTransaction', [await ana.count(1)])
    const told = await newestOf(chain.url)
    assert.ok(told >= Number((await receiptOf(chain.url, hash))?.blockNumber))
    if (round % 10 === 9) await killEngine(chain)
  }
  isSending = false
  await watching
})

test('[H8] attack: words in a parameter cannot smuggle a second request to the engine', async (t) => {
  const { chain, ana } = await withCounter(t)
  const smuggled = `0x"]}{"jsonrpc":"2.0","id":9,"method":"anvil_setBalance","params":["${ana.address}","0xffff"]}\\`
  for (const text of [smuggled, `${smuggled}\n`, `${smuggled}\\"`, `\\${smuggled}`, `${smuggled}\u2028]}`]) {
    await ask(chain.url, 'eth_getBalance', [text, 'latest'])
    await ask(chain.url, 'eth_sendRawTransaction', [text])
    await post(chain.url, { jsonrpc: '2.0', id: text, method: 'eth_getBalance', params: { [text]: text } })
  }
  assert.equal(await call(chain.url, 'eth_getBalance', [ana.address, 'latest']), '0x0')
})

test('[H2] [H1] wrong options, other parameters, a taken port and a second host are refused by name', async (t) => {
  const chain = await chainOf(t, { chainId: 99 })
  const { dataDir } = chain
  assert.equal(chain.chainId, 99)
  await assert.rejects(startChain({ dataDir }), ChainDataLockedError)
  await assert.rejects(
    startChain({ dataDir: join(dataDir, 'other'), port: Number(new URL(chain.url).port), portWaitMs: 300 }),
    ChainPortInUseError,
  )
  await chain.stop()
  await chain.stop()
  await assert.rejects(startChain({ dataDir, chainId: 98 }), ChainParametersChangedError)
  await assert.rejects(startChain({ dataDir, hardfork: 'prague' }), ChainParametersChangedError)
  await assert.rejects(startChain({ dataDir, port: 70_000 }), ChainOptionInvalidError)
  await assert.rejects(startChain({ dataDir, blockGasLimit: 1 }), ChainOptionInvalidError)
  const again = await chainOf(t, { dataDir })
  assert.equal(again.chainId, 99)
})

test('[H5] a journal damaged in the middle refuses to start instead of forgetting', async (t) => {
  const { chain, ana } = await withCounter(t)
  const dataDir = await temporaryFolder(t)
  for (let i = 0; i < 3; i++) await call(chain.url, 'eth_sendRawTransaction', [await ana.count(i)])
  const bytes = await readFile(join(chain.dataDir, 'chain', 'journal-000000'))
  bytes[400]! ^= 1
  await mkdir(join(dataDir, 'chain'))
  await writeFile(join(dataDir, 'chain', 'journal-000000'), bytes)
  await assert.rejects(startChain({ dataDir }), ChainJournalCorruptError)
  bytes[400]! ^= 1
  await writeFile(join(dataDir, 'chain', 'journal-000000'), bytes)
  await truncate(join(dataDir, 'chain', 'journal-000000'), bytes.length - 1)
  const cut = await chainOf(t, { dataDir })
  assert.equal(cut.stats().blockNumber, 3)
})

test('the engine is out of reach: its socket is private, and stopping leaves neither process nor socket', async (t) => {
  const chain = await chainOf(t)
  const { enginePid, isolation } = chain.stats()
  t.diagnostic(`isolation: ${isolation}`)
  const { socketFolder } = JSON.parse(await readFile(join(chain.dataDir, 'engine'), 'utf8')) as {
    socketFolder: string
  }
  const { stdout } = await promisify(execFile)('stat', ['-c', '%a', socketFolder])
  assert.equal(stdout.trim(), '700')
  if (isolation === 'network-namespace') {
    const own = await readdir(`/proc/${process.pid}/ns`).then(() =>
      promisify(execFile)('readlink', [`/proc/${process.pid}/ns/net`]),
    )
    const engine = await promisify(execFile)('readlink', [`/proc/${enginePid}/ns/net`])
    assert.notEqual(engine.stdout, own.stdout)
  }
  await chain.stop()
  assert.throws(() => process.kill(enginePid, 0))
  await assert.rejects(readdir(socketFolder))
})

test('without anvil the error says how to get it', () => {
  const { platform } = process
  Object.defineProperty(process, 'platform', { value: 'freebsd' })
  try {
    assert.throws(
      () => findEngineBinary({ PATH: '/nowhere' }),
      (error: unknown) => {
        assert.ok(error instanceof ChainEngineMissingError)
        assert.match(error.hint, /getfoundry\.sh/)
        return true
      },
    )
  } finally {
    Object.defineProperty(process, 'platform', { value: platform })
  }
})
