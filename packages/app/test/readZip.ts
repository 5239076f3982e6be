import assert from 'node:assert/strict'
import { crc32 } from 'node:zlib'

/** Reads an archive of stored files as a stranger's tool does: from its end, by the directory; sums by another implementation. */
export function readZip(archive: Uint8Array): Map<string, Uint8Array> {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.length)
  const end = archive.length - 22
  assert.equal(view.getUint32(end, true), 0x06054b50)
  const files = view.getUint16(end + 10, true)
  let at = view.getUint32(end + 16, true)
  const found = new Map<string, Uint8Array>()
  for (let file = 0; file < files; file++) {
    assert.equal(view.getUint32(at, true), 0x02014b50)
    const sizeBytes = view.getUint32(at + 24, true)
    const nameBytes = view.getUint16(at + 28, true)
    const local = view.getUint32(at + 42, true)
    assert.equal(view.getUint32(local, true), 0x04034b50)
    const name = new TextDecoder().decode(archive.subarray(at + 46, at + 46 + nameBytes))
    const bytes = archive.slice(local + 30 + nameBytes, local + 30 + nameBytes + sizeBytes)
    assert.equal(crc32(bytes), view.getUint32(at + 16, true))
    found.set(name, bytes)
    at += 46 + nameBytes
  }
  assert.equal(at, end)
  return found
}
