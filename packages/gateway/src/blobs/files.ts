import { createHash, hash, randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Transform, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { hreError } from '@hre/protocol'
import type { Hex } from 'viem'
import { partOf, type BlobStore, type FilePart } from './blobStore.ts'
import { readSmall } from './readSmall.ts'

/** `BlobStore` in a folder: `<folder>/ab/cd/<64 hex>`, complete files only. */
export class FilesBlobStore implements BlobStore {
  readonly #folder: string
  #counted: { bytes: number; at: number } | undefined

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
      const chunks = source.iterator({ destroyOnReturn: false })
      await pipeline(chunks, measure, createWriteStream(temporary, { mode: 0o600, flush: true }))
      if (`0x${hash.digest('hex')}` !== contentId) throw hreError('content-mismatch', { contentId })
      await rename(temporary, path)
      await syncFolder(dirname(path))
      return bytes
    } catch (error) {
      // A sender who is still sending would not hear why, if the source were destroyed.
      source.resume()
      await rm(temporary, { force: true })
      throw (error as NodeJS.ErrnoException).code === 'ENOSPC' ? hreError('storage-full', {}, error) : error
    }
  }

  async get(contentId: Hex, wanted = 0): Promise<FilePart | undefined> {
    const path = this.pathOf(contentId)
    const found = await readSmall(path, wholeBytesMax)
    if (!found) return undefined
    const { size, bytes } = found
    if (bytes) return partOf(intact(contentId, bytes), wanted)
    await assertIntact(path, contentId)
    const from = wanted < size ? wanted : 0
    return { stream: createReadStream(path, { start: from }), bytes: size, from }
  }

  async getSmall(contentId: Hex, bytesMax: number): Promise<Uint8Array | undefined> {
    const found = await readSmall(this.pathOf(contentId), bytesMax)
    return found?.bytes && intact(contentId, found.bytes)
  }

  async delete(contentId: Hex): Promise<void> {
    await rm(this.pathOf(contentId), { force: true })
  }

  async has(contentId: Hex): Promise<boolean> {
    return (await stat(this.pathOf(contentId)).catch(absent)) !== undefined
  }

  async keep(contentId: Hex): Promise<boolean> {
    const now = new Date()
    return utimes(this.pathOf(contentId), now, now).then(
      () => true,
      (error: NodeJS.ErrnoException) => absent(error) ?? false,
    )
  }

  async *list(): AsyncGenerator<{ contentId: Hex; bytes: number; storedAt: number }> {
    for await (const path of this.#paths()) {
      const name = basename(path)
      const found = contentName.test(name) && (await stat(path).catch(absent))
      if (found) yield { contentId: `0x${name}`, bytes: found.size, storedAt: secondsOf(found.mtimeMs) }
    }
  }

  async collect(contentId: Hex, olderThan: number): Promise<boolean> {
    const path = this.pathOf(contentId)
    // Out of the way first: whoever names it from now on is told to upload it again, and whoever did before is seen here.
    const aside = `${path}.${randomBytes(8).toString('hex')}.partial`
    const moved = await rename(path, aside).then(
      () => true,
      (error: NodeJS.ErrnoException) => absent(error) ?? false,
    )
    if (!moved) return false
    const { mtimeMs } = await stat(aside)
    if (secondsOf(mtimeMs) >= olderThan) {
      await rename(aside, path)
      return false
    }
    await rm(aside, { force: true })
    return true
  }

  async sweep(olderThan: number): Promise<void> {
    for await (const path of this.#paths()) {
      if (!path.endsWith('.partial')) continue
      const found = await stat(path).catch(absent)
      if (found && secondsOf(found.mtimeMs) < olderThan) await rm(path, { force: true })
    }
  }

  async bytes(): Promise<number> {
    if (this.#counted && performance.now() - this.#counted.at < recountMilliseconds)
      return this.#counted.bytes
    let bytes = 0
    for await (const file of this.list()) bytes += file.bytes
    this.#counted = { bytes, at: performance.now() }
    return bytes
  }

  /** Folder by folder, so that millions of files are never in memory together. */
  async *#paths(): AsyncGenerator<string> {
    for (const first of await folderNames(this.#folder))
      for (const second of await folderNames(join(this.#folder, first))) {
        const folder = join(this.#folder, first, second)
        for (const name of await folderNames(folder)) yield join(folder, name)
      }
  }
}

/** A file that is not larger is read once, and what was checked is what is given out. */
const wholeBytesMax = 256 * 1024
const contentName = /^[0-9a-f]{64}$/
const recountMilliseconds = 5 * 60_000
const secondsOf = (milliseconds: number): number => Math.floor(milliseconds / 1000)
const folderNames = async (folder: string): Promise<string[]> => (await readdir(folder).catch(absent)) ?? []

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined
  throw error
}

/** @throws HreError `record-damaged`. */
async function assertIntact(path: string, contentId: Hex): Promise<void> {
  const hasher = createHash('sha256')
  await pipeline(createReadStream(path), hasher)
  if (`0x${hasher.digest('hex')}` !== contentId) throw hreError('record-damaged', { contentId })
}

/** @throws HreError `record-damaged`. */
function intact(contentId: Hex, bytes: Buffer): Buffer {
  if (`0x${hash('sha256', bytes)}` !== contentId) throw hreError('record-damaged', { contentId })
  return bytes
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
