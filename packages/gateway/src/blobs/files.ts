import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Transform, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { hreError } from '@hre/protocol'
import type { Hex } from 'viem'
import type { BlobStore } from './blobStore.ts'

/** `BlobStore` in a folder: `<folder>/ab/cd/<64 hex>`, complete files only. */
export class FilesBlobStore implements BlobStore {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Where a sealed file lies; for operators and for the damage test. */
  pathOf(contentId: Hex): string {
    const name = contentId.slice(2)
    return join(this.#folder, name.slice(0, 2), name.slice(2, 4), name)
  }

  async put(contentId: Hex, source: Readable, bytesMax: number): Promise<number> {
    const path = this.pathOf(contentId)
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    // Same folder as its destination, so that the rename is atomic.
    const temporary = `${path}.${randomBytes(8).toString('hex')}.partial`
    const hash = createHash('sha256')
    let bytes = 0
    const measure = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.length
        if (bytes > bytesMax) return done(hreError('payload-too-large', { bytesMax }))
        hash.update(chunk)
        done(null, chunk)
      },
    })
    try {
      await pipeline(source, measure, createWriteStream(temporary, { mode: 0o600, flush: true }))
      if (`0x${hash.digest('hex')}` !== contentId) throw hreError('content-mismatch', { contentId })
      await rename(temporary, path)
      await syncFolder(dirname(path))
      return bytes
    } catch (error) {
      await rm(temporary, { force: true })
      throw (error as NodeJS.ErrnoException).code === 'ENOSPC' ? hreError('storage-full', {}, error) : error
    }
  }

  async get(contentId: Hex): Promise<{ stream: Readable; bytes: number } | undefined> {
    const path = this.pathOf(contentId)
    const found = await stat(path).catch(absent)
    if (!found) return undefined
    const hash = createHash('sha256')
    await pipeline(createReadStream(path), hash)
    if (`0x${hash.digest('hex')}` !== contentId) throw hreError('record-damaged', { contentId })
    return { stream: createReadStream(path), bytes: found.size }
  }

  async delete(contentId: Hex): Promise<void> {
    await rm(this.pathOf(contentId), { force: true })
  }

  async has(contentId: Hex): Promise<boolean> {
    return (await stat(this.pathOf(contentId)).catch(absent)) !== undefined
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined
  throw error
}

/** A rename survives a power cut only once its folder is on disk. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
