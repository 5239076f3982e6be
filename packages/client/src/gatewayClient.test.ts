import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isHreError } from '@hre/protocol'
import { GatewayClient } from './gatewayClient.ts'

/** A gateway that answers a stream of these pieces, and then says nothing for good or ends it. */
function gatewayOf(pieces: Iterable<string>, ends = true): GatewayClient {
  const source = pieces[Symbol.iterator]()
  return new GatewayClient({
    baseUrl: 'https://gateway.example',
    fetch: (_url, init) => {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          init?.signal?.addEventListener('abort', () => controller.error(new Error('aborted')))
        },
        pull(controller) {
          const { value, done } = source.next()
          if (!done) controller.enqueue(new TextEncoder().encode(value))
          else if (ends) controller.close()
          else return new Promise(() => {})
          return undefined
        },
      })
      return Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }))
    },
  })
}

async function listen(client: GatewayClient, silenceMilliseconds = 5_000) {
  const data: string[] = []
  for await (const event of client.events('streamNotifications', { query: {} }, { silenceMilliseconds }))
    data.push(event.data)
  return data
}

const unreachable = (error: unknown) => isHreError(error, 'gateway-unreachable') && error.retry === 'later'

test('[T4] events are read wherever the network cuts the text', async () => {
  const text = ': here\n\nid: 1\nevent: notification\ndata: {"name":"Ä"}\n\nid: 2\r\ndata: two\r\n\r\n'
  for (let size = 1; size <= text.length; size++) {
    const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
      text.slice(index * size, (index + 1) * size),
    )
    assert.deepEqual(await listen(gatewayOf(pieces)), ['{"name":"Ä"}', 'two'], `pieces of ${size}`)
  }
})

test('[T4] attack: a gateway sends an event without end; the client keeps little of it and hangs up', async () => {
  let sent = 0
  const endless = (prefix: string, suffix: string) =>
    (function* () {
      for (; sent < 500; sent++) yield `${prefix}${'x'.repeat(65_536)}${suffix}`
    })()
  for (const [prefix, suffix] of [
    ['data: ', ''],
    ['data: ', '\n'],
  ] as const) {
    sent = 0
    await assert.rejects(listen(gatewayOf(endless(prefix, suffix))), unreachable)
    assert.ok(sent < 100, `${sent} pieces of 64 KiB`)
  }
})

test('[T4] a connection that is silent for too long is given up', async () => {
  await assert.rejects(listen(gatewayOf(['data: one\n\n'], false), 50), unreachable)
})
