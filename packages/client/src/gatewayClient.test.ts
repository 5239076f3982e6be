import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GatewayClient } from './gatewayClient.ts'

/** A client whose gateway answers with a stream of these pieces. */
function clientOf(pieces: Iterable<string>): GatewayClient {
  const rest = pieces[Symbol.iterator]()
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const { value, done } = rest.next()
      if (done) controller.close()
      else controller.enqueue(new TextEncoder().encode(value))
    },
  })
  return new GatewayClient({
    baseUrl: 'http://gateway.test',
    fetch: async () => new Response(body, { headers: { 'content-type': 'text/event-stream' } }),
  })
}

async function eventsOf(pieces: Iterable<string>) {
  const found = []
  for await (const event of clientOf(pieces).events('streamNotifications', { query: {} })) found.push(event)
  return found
}

test('[N4] events are read wherever the text is cut', async () => {
  const stream =
    ': here\n\nid: 1\nevent: notification\ndata: {"a":1}\n\nid: 7\r\ndata: two\r\ndata:lines\r\n\r\n'
  for (let size = 1; size <= stream.length; size++) {
    const pieces = stream.match(new RegExp(`[^]{1,${size}}`, 'g'))!
    const found = await eventsOf(pieces)
    assert.deepEqual(
      found.map(({ id, event, data }) => ({ id, event, data })),
      [
        { id: '1', event: 'notification', data: '{"a":1}' },
        { id: '7', event: undefined, data: 'two\nlines' },
      ],
      `pieces of ${size}`,
    )
  }
})

for (const [attack, piece] of [
  ['a line without end', `data: ${'x'.repeat(65_536)}`],
  ['data without end in one event', `data: ${'x'.repeat(65_536)}\n`],
] as const)
  test(`[N4] attack: a gateway sends ${attack}`, async () => {
    let sent = 0
    const pieces = function* () {
      for (; sent < 1_000; sent++) yield piece
    }
    await assert.rejects(eventsOf(pieces()), { code: 'gateway-unreachable' })
    assert.ok(sent > 10 && sent < 100, `${sent} pieces were read`)
  })
