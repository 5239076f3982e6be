import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { Finder } from './traces.ts'

const name = 'Amrita Kaurwalia-Þórsdóttir'
const key = Uint8Array.from({ length: 32 }, (_, index) => (index * 37 + 11) % 256)
const finder = new Finder([
  { what: 'name', value: name },
  { what: 'key', value: key },
])
const isFound = (what: string, content: string | Uint8Array) =>
  finder.tracesIn('here', content).some((trace) => trace.what === what)

test('a text is found in every spelling, in the middle of anything', () => {
  const hidden = Buffer.from(`x${name}y`)
  for (const content of [
    `{"name":"${name}"}`,
    JSON.stringify({ body: JSON.stringify({ name }) }),
    name.toUpperCase().replace('ÞÓRSDÓTTIR', 'Þórsdóttir'),
    `GET /v1/patients?name=${encodeURIComponent(name)}`,
    new URLSearchParams({ name }).toString(),
    hidden.toString('hex').toUpperCase(),
    ...[0, 1, 2, 3].map((offset) =>
      Buffer.concat([Buffer.from('abcd').subarray(0, offset), hidden]).toString('base64'),
    ),
    hidden.toString('base64url'),
    gzipSync(hidden),
    `{"state":"0x${gzipSync(Buffer.from(JSON.stringify({ name }))).toString('hex')}"}`,
  ])
    assert.ok(isFound('name', content), String(content))
})

test('a key is found raw, in hexadecimal and in base64', () => {
  const text = Buffer.from(key)
  for (const content of [
    key,
    text.toString('hex'),
    text.toString('base64'),
    `..${text.toString('base64url')}..`,
  ])
    assert.ok(isFound('key', content))
})

test('what is not there is not found', () => {
  assert.deepEqual(finder.tracesIn('here', `Amrita Kaur ${'00'.repeat(64)}`), [])
})
