import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { isHreError } from '@hre/protocol'
import type { Hex } from 'viem'
import type { BlobStore, FilePart } from './blobStore.ts'
import { FilesBlobStore } from './files.ts'
import { RecentFiles } from './recentFiles.ts'

const isDamaged = (error: unknown) => isHreError(error, 'record-damaged')

describe('files that were handed out a moment ago', () => {
  let folder: string
  let disk: FilesBlobStore
  let recent: RecentFiles
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hre-recent-'))
    disk = new FilesBlobStore(folder)
    recent = new RecentFiles(disk)
  })
  after(() => rm(folder, { recursive: true, force: true }))

  let count = 0
  async function stored(size = 100): Promise<{ id: Hex; bytes: Buffer }> {
    const bytes = Buffer.alloc(size, ++count)
    const id: Hex = `0x${hash('sha256', bytes)}`
    await disk.put(id, Readable.from([bytes]), size)
    return { id, bytes }
  }
  const contentOf = async (part: FilePart | undefined) => part && buffer(part.stream)
  const damage = (id: Hex) => writeFile(disk.pathOf(id), 'something else')

  test('are not read from the disk again: whole, from a byte on, or where a small one is asked for', async () => {
    const { id, bytes } = await stored()
    assert.deepEqual(await contentOf(await recent.get(id)), bytes)
    await disk.delete(id)
    assert.deepEqual(await contentOf(await recent.get(id)), bytes)
    const part = (await recent.get(id, 60))!
    assert.deepEqual([part.from, part.bytes, await contentOf(part)], [60, 100, bytes.subarray(60)])
    assert.deepEqual(await recent.getSmall(id, 100), bytes)
    assert.equal(await recent.getSmall(id, 99), undefined)
  })

  test('[E4] attack: a file is changed on the disk. It is told of after a minute at the latest, and kept by nobody', async (t) => {
    const { id, bytes } = await stored()
    assert.deepEqual(await recent.getSmall(id, 100), bytes)
    await damage(id)
    assert.deepEqual(await recent.getSmall(id, 100), bytes)
    const now = performance.now()
    t.mock.method(performance, 'now', () => now + 60_001)
    await assert.rejects(recent.getSmall(id, 100), isDamaged)
    await assert.rejects(recent.get(id), isDamaged)
  })

  test('[R10] attack: a file that was deleted for good is handed out from memory', async () => {
    const { id } = await stored()
    await recent.get(id)
    await disk.delete(id)
    recent.forget(id)
    assert.equal(await recent.get(id), undefined)
    assert.equal(await recent.getSmall(id, 100), undefined)
  })

  test('limit: one of more than 65,536 bytes, or of which only a part was read, is read from the disk each time', async () => {
    for (const [size, from] of [
      [65_537, 0],
      [100, 1],
    ] as const) {
      const { id } = await stored(size)
      assert.ok(await recent.get(id, from))
      await disk.delete(id)
      assert.equal(await recent.get(id), undefined)
    }
    const { id } = await stored(65_536)
    await recent.get(id)
    await disk.delete(id)
    assert.ok(await recent.get(id))
  })

  test('limit: those asked for longest ago make room for others beyond 32 MB', async () => {
    const asked: Hex[] = []
    const read = async (id: Hex) => {
      asked.push(id)
      return new Uint8Array(60_000)
    }
    const many = new RecentFiles({ getSmall: read } as Partial<BlobStore> as BlobStore)
    const idOf = (file: number): Hex => `0x${file.toString(16).padStart(64, '0')}`
    for (let file = 0; file < 600; file++) {
      await many.getSmall(idOf(file), 60_000)
      await many.getSmall(idOf(0), 60_000)
    }
    assert.equal(asked.length, 600)
    await many.getSmall(idOf(599), 60_000)
    assert.equal(asked.length, 600)
    await many.getSmall(idOf(1), 60_000)
    assert.equal(asked.length, 601)
  })
})
