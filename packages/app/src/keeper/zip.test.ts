import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 as crc32OfNode } from 'node:zlib'
import { readZip } from '../../test/readZip.ts'
import { crc32, ZipArchive } from './zip.ts'

test('every file comes back as it was, an empty one as well', () => {
  const files = {
    'records/a.age': new Uint8Array(70_000).fill(7),
    'index.json': Uint8Array.of(123, 125),
    none: new Uint8Array(),
  }
  const archive = new ZipArchive()
  for (const [name, bytes] of Object.entries(files)) archive.add(name, bytes)
  assert.deepEqual(Object.fromEntries(readZip(archive.end())), files)
})

test('checksums are those of another implementation', () => {
  for (let size = 0; size < 300; size += 7) {
    const bytes = crypto.getRandomValues(new Uint8Array(size))
    assert.equal(crc32(bytes), crc32OfNode(bytes))
  }
})
