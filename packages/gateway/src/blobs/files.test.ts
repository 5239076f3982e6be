import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import type { Hex } from 'viem'
import { FilesBlobStore } from './files.ts'

const contentIdOf = (bytes: Uint8Array): Hex => `0x${createHash('sha256').update(bytes).digest('hex')}`
const storedIn = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())

test('a full disk is `storage-full`; nothing of the file is left, and it fits once there is room', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'hre-full-'))
  try {
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder])
    if (mounted.status !== 0) return t.skip('a small file system cannot be mounted here (not root)')
    const store = new FilesBlobStore(folder)
    const [large, small] = [randomBytes(512 * 1024), randomBytes(16 * 1024)]
    await assert.rejects(store.put(contentIdOf(large), Readable.from([large]), 1e9), { code: 'storage-full' })
    assert.deepEqual(await storedIn(folder), [])
    assert.equal(await store.put(contentIdOf(small), Readable.from([small]), 1e9), small.length)
    assert.equal(await store.has(contentIdOf(small)), true)
  } finally {
    spawnSync('umount', [folder])
    await rm(folder, { recursive: true, force: true })
  }
})

const bytesOf = async (stream: Readable) => Buffer.concat(await stream.toArray())

for (const size of [1, 3_000, 256 * 1024, 256 * 1024 + 1, 2_000_000])
  test(`[G6] of a file of ${size} bytes no byte is given out once one of them is altered, missing or too many`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hre-files-'))
    try {
      const store = new FilesBlobStore(folder)
      const file = randomBytes(size)
      const contentId = contentIdOf(file)
      assert.equal(await store.get(contentId), undefined)
      assert.equal(await store.getSmall(contentId, size), undefined)
      await store.put(contentId, Readable.from([file]), 1e9)
      for (const wanted of [0, size - 1, size, size + 5]) {
        const from = wanted < size ? wanted : 0
        const part = (await store.get(contentId, wanted))!
        assert.deepEqual([part.bytes, part.from], [size, from])
        assert.deepEqual(part.atHand ?? file.subarray(from), file.subarray(from))
        assert.deepEqual(await bytesOf(part.stream), file.subarray(from))
      }
      assert.deepEqual(await store.getSmall(contentId, size), file)
      assert.equal(await store.getSmall(contentId, size - 1), undefined)
      const altered = Buffer.from(file)
      altered[size - 1]! ^= 1
      for (const damaged of [altered, file.subarray(0, size - 1), Buffer.concat([file, Buffer.of(0)])]) {
        // Right after a reading that was good: nothing is remembered of it.
        await writeFile(store.pathOf(contentId), damaged)
        for (const from of [0, size - 1])
          await assert.rejects(store.get(contentId, from), { code: 'record-damaged' })
        await assert.rejects(store.getSmall(contentId, 1e9), { code: 'record-damaged' })
      }
      await writeFile(store.pathOf(contentId), file)
      assert.equal((await store.get(contentId))!.bytes, size)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
