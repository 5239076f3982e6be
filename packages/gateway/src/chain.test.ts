import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { describe, test, type TestContext } from 'node:test'
import { zeroAddress, type Deployment } from '@hre/protocol'
import { connectChain } from './chain.ts'

const deployment = { chainId: 1, records: zeroAddress } as Deployment
const hash = `0x${'ab'.repeat(32)}`

/** A node that answers in turn what it is told to; undefined: it hangs up. The last answer is for all that ask later. */
async function startNode(t: TestContext, answers: readonly unknown[]) {
  const asked: IncomingMessage[] = []
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const said = (await json(request)) as { id: number } | { id: number }[]
    const answer = answers[Math.min(asked.push(request), answers.length) - 1]
    if (answer === undefined) return void request.socket.destroy()
    const one = ({ id }: { id: number }) => ({ jsonrpc: '2.0', id, ...(answer as object) })
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(Array.isArray(said) ? said.map(one) : one(said)))
  }
  const server = createServer((request, response) => void respond(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

const block = { result: { number: '0x10', hash, timestamp: '0x65', transactions: [] } }
const head = { number: 16, hash, time: 101 }

describe('the newest block', () => {
  test('is asked for at every call, with the credentials of the address', async (t) => {
    const { host, asked } = await startNode(t, [block])
    const chain = connectChain(`http://hospital:s%40crete@${host}/rpc?key=1`, deployment)
    assert.deepEqual([await chain.head(), await chain.head()], [head, head])
    assert.deepEqual(
      asked.map(({ url, headers }) => [url, headers.authorization]),
      asked.map(() => ['/rpc?key=1', `Basic ${Buffer.from('hospital:s@crete').toString('base64')}`]),
    )
    assert.equal(asked.length, 2)
  })

  test('is asked for again where the node hangs up, or says that it is busy', async (t) => {
    const { host, asked } = await startNode(t, [
      undefined,
      { error: { code: -32005, message: 'busy' } },
      block,
    ])
    assert.deepEqual(await connectChain(`http://${host}`, deployment).head(), head)
    assert.equal(asked.length, 3)
  })

  for (const [what, result] of [
    ['nothing', null],
    ['no number', { ...block.result, number: 'ten' }],
    ['no hash', { ...block.result, hash: undefined }],
  ] as const)
    test(`attack: a node answers ${what}. That is not taken for a block`, async (t) => {
      const { host } = await startNode(t, [{ result }])
      await assert.rejects(connectChain(`http://${host}`, deployment).head())
    })
})
