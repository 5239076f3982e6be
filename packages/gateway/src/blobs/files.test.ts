import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
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
