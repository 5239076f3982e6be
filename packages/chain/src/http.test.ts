import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { ask, post } from '../test/sender.ts'
import { ChainJournalWriteError, ChainPortInUseError } from './errors.ts'
import { startRpcServer, type RpcServer } from './http.ts'
import { BATCH_REQUESTS_MAX, BODY_BYTES_MAX } from './limits.ts'
import { RpcError } from './rpc-error.ts'

let server: RpcServer
let url: string
const calls: string[] = []

before(async () => {
  server = await startRpcServer(0, async (method) => {
    calls.push(method)
    if (method === 'eth_gasPrice') throw new RpcError(-32000, 'nonce too low')
    if (method === 'eth_getCode') throw new ChainJournalWriteError({ code: 'ENOSPC' })
    if (method === 'eth_getLogs') throw new Error('a secret path')
    return `answer to ${method}`
  })
  url = `http://127.0.0.1:${server.port}`
})
after(() => server.close())

/** Sends headers fetch would not let through. */
function raw(options: {
  method?: string
  headers?: Record<string, string>
  body?: string
}): Promise<{ status: number; headers: object }> {
  return new Promise((resolve, reject) => {
    const {
      method = 'POST',
      headers = {},
      body = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}',
    } = options
    const sent = request(
      url,
      { method, headers: { 'content-type': 'application/json', ...headers } },
      (response) => {
        response.resume()
        response.once('end', () => resolve({ status: response.statusCode!, headers: response.headers }))
      },
    )
    sent.once('error', reject)
    sent.end(body)
  })
}

test('[H8] one call, a batch in order, a notification', async () => {
  assert.deepEqual(await ask(url, 'eth_chainId'), { jsonrpc: '2.0', id: 1, result: 'answer to eth_chainId' })
  const batch = [
    { jsonrpc: '2.0', id: 'a', method: 'eth_chainId' },
    { jsonrpc: '2.0', method: 'eth_blockNumber' },
    { jsonrpc: '2.0', id: 2, method: 'eth_gasPrice' },
    'nonsense',
  ]
  assert.deepEqual(await (await post(url, batch)).json(), [
    { jsonrpc: '2.0', id: 'a', result: 'answer to eth_chainId' },
    { jsonrpc: '2.0', id: 2, error: { code: -32000, message: 'nonce too low' } },
    { jsonrpc: '2.0', id: null, error: { code: -32600, message: 'not a JSON-RPC 2.0 request' } },
  ])
  assert.equal((await post(url, { jsonrpc: '2.0', method: 'eth_chainId' })).status, 204)
})

test('[H8] errors: ours say whether to try again, faults say nothing of their cause', async () => {
  const { error } = await ask(url, 'eth_getCode')
  assert.deepEqual([error?.code, error?.data], [-32005, { code: 'CHAIN_JOURNAL_WRITE', retry: 'later' }])
  assert.deepEqual((await ask(url, 'eth_getLogs')).error, { code: -32603, message: 'internal error' })
  assert.equal((await post(url, '{"jsonrpc":')).status, 400)
})

test('attack: minting, impersonating, rewinding and signing methods do not exist', async () => {
  const methods = [
    'anvil_setBalance',
    'anvil_setStorageAt',
    'anvil_setCode',
    'anvil_impersonateAccount',
    'anvil_dumpState',
    'anvil_loadState',
    'anvil_mine',
    'anvil_reset',
    'anvil_setRpcUrl',
    'evm_mine',
    'evm_revert',
    'evm_snapshot',
    'evm_setTime',
    'evm_increaseTime',
    'hardhat_setBalance',
    'eth_sendTransaction',
    'eth_sendUnsignedTransaction',
    'eth_sign',
    'eth_signTransaction',
    'eth_signTypedData_v4',
    'personal_sign',
    'personal_unlockAccount',
    'debug_traceTransaction',
    'trace_block',
    'txpool_content',
    'admin_nodeInfo',
    'ots_getBlockDetails',
    'erigon_getHeaderByNumber',
    'constructor',
    '__proto__',
    '',
    'ETH_CHAINID',
    ' eth_chainId',
  ]
  calls.length = 0
  for (const method of methods) assert.equal((await ask(url, method)).error?.code, -32601, method)
  const batch = methods.map((method, id) => ({ jsonrpc: '2.0', id, method, params: [] }))
  const answers = (await (await post(url, batch)).json()) as { error?: { code: number } }[]
  assert.ok(answers.every(({ error }) => error?.code === -32601))
  assert.deepEqual(calls, [])
})

test('attack: a page whose name was rebound to loopback is refused by its Host', async () => {
  for (const host of [
    'evil.example',
    `evil.example:${server.port}`,
    '127.0.0.1',
    '127.0.0.1:1',
    `0.0.0.0:${server.port}`,
  ]) {
    assert.equal((await raw({ headers: { host } })).status, 403, host)
  }
  for (const host of [`127.0.0.1:${server.port}`, `LOCALHOST:${server.port}`]) {
    assert.equal((await raw({ headers: { host } })).status, 200, host)
  }
})

test('attack: a web page gets no answer and no permission to ask', async () => {
  for (const origin of ['https://evil.example', 'http://127.0.0.1:3000', 'null']) {
    assert.equal((await raw({ headers: { origin } })).status, 403, origin)
  }
  assert.equal((await raw({ headers: { origin: 'chrome-extension://abcdef' } })).status, 200)
  const preflight = await raw({
    method: 'OPTIONS',
    headers: { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
  })
  assert.equal(preflight.status, 405)
  assert.ok(!Object.keys(preflight.headers).some((name) => name.startsWith('access-control')))
})

test('attack: a form cannot pass for JSON-RPC', async () => {
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/jsonp',
    '',
  ]) {
    assert.equal((await raw({ headers: { 'content-type': type } })).status, 415, type)
  }
  assert.equal((await raw({ headers: { 'content-type': 'application/json; charset=utf-8' } })).status, 200)
  assert.equal((await raw({ method: 'GET' })).status, 405)
})

test('attack: bodies and batches have an end', async () => {
  const fits = `{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":["${'x'.repeat(BODY_BYTES_MAX - 100)}"]}`
  assert.equal((await post(url, fits)).status, 200)
  const outcome = await post(url, `${fits}${' '.repeat(200)}`).then(({ status }) => status)
  assert.equal(outcome, 413)
  const request = { jsonrpc: '2.0', id: 1, method: 'eth_chainId' }
  assert.equal(
    ((await (await post(url, Array(BATCH_REQUESTS_MAX).fill(request))).json()) as object[]).length,
    BATCH_REQUESTS_MAX,
  )
  const tooMany = (await (await post(url, Array(BATCH_REQUESTS_MAX + 1).fill(request))).json()) as {
    error: { code: number }
  }
  assert.equal(tooMany.error.code, -32600)
})

test('[H1] a port that is given back after a moment is listened at; one that is taken for good is refused by name', async () => {
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const { port } = holder.address() as AddressInfo
  const answer = async (method: string) => `second host: ${method}`
  await assert.rejects(startRpcServer(port, answer, 300), ChainPortInUseError)
  const starting = startRpcServer(port, answer)
  setTimeout(() => holder.close(), 500)
  const second = await starting
  try {
    assert.deepEqual(await ask(`http://127.0.0.1:${second.port}`, 'eth_chainId'), {
      jsonrpc: '2.0',
      id: 1,
      result: 'second host: eth_chainId',
    })
  } finally {
    await second.close()
  }
})
