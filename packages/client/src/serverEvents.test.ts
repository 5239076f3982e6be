import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventParser } from './serverEvents.ts'

const stream =
  ': here\n\nid: 1\nevent: notification\ndata: {"a":1}\n\ndata: two\r\ndata:lines\r\n\r\nid: 7\rdata: old\r\revent: end\ndata: {}\n\n'
const expected = [
  { id: '1', event: 'notification', data: '{"a":1}' },
  { id: '1', event: 'message', data: 'two\nlines' },
  { id: '7', event: 'message', data: 'old' },
  { id: '7', event: 'end', data: '{}' },
]

test('[T4] events are read wherever the text is cut', () => {
  for (let size = 1; size <= stream.length; size++) {
    const parse = eventParser()
    const events = []
    for (let start = 0; start < stream.length; start += size)
      events.push(...parse(stream.slice(start, start + size)))
    assert.deepEqual(events, expected, `pieces of ${size}`)
  }
})

test('[T4] attack: a gateway sends a line without end', () => {
  const parse = eventParser()
  assert.throws(() => {
    for (let sent = 0; sent < 40; sent++) for (const _ of parse('x'.repeat(65_536))) void 0
  }, /too long/)
})

test('[T4] attack: data without end in one event', () => {
  const parse = eventParser()
  assert.throws(() => {
    for (let sent = 0; sent < 40; sent++) for (const _ of parse(`data: ${'x'.repeat(65_536)}\n`)) void 0
  }, /too long/)
})
