import { randomBytes } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Hex } from 'viem'
import { writeAtomic, type Disk } from './disk.ts'
import { decodeEntry, encodeEntry, type Entry } from './entry.ts'
import { ChainJournalCorruptError, ChainJournalWriteError } from './errors.ts'
import { encodeFrame, SALT_BYTES, scanFrames } from './frame.ts'
import type { ChainParameters } from './parameters.ts'

const MAGIC = Buffer.from('HREJRN01')
const FRAMES_START = MAGIC.length + SALT_BYTES

/** First frame of a journal. */
export interface JournalHeader {
  readonly format: 1
  readonly parameters: ChainParameters
  /** Block the first entry builds on; absent in the first journal of a chain, which builds on genesis. */
  readonly base?: { readonly number: number; readonly hash: Hex }
}

/** Everything a journal file says. */
export interface JournalContents {
  readonly header: JournalHeader
  readonly entries: Entry[]
  /** End of the last good entry; what follows was never acknowledged. */
  readonly goodBytes: number
  readonly tornBytes: number
  readonly salt: Buffer
  readonly frameCount: number
}

/**
 * Reads a journal.
 *
 * @throws ChainJournalCorruptError - the header is damaged, or good entries follow a bad one (spec/chain.md H5).
 */
export async function readJournal(disk: Disk, path: string): Promise<JournalContents> {
  const bytes = await disk.read(path)
  const file = basename(path)
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC))
    throw new ChainJournalCorruptError(file, 0, 'not a journal')
  const salt = bytes.subarray(MAGIC.length, FRAMES_START)
  const scan = scanFrames(bytes, FRAMES_START, salt)
  if (scan.goodAfterDamage !== undefined) {
    throw new ChainJournalCorruptError(
      file,
      scan.goodBytes,
      `good entries follow at byte ${scan.goodAfterDamage}`,
    )
  }
  // The header is written with the file, in one rename: it cannot be torn, only damaged.
  const [first, ...rest] = scan.frames
  if (!first) throw new ChainJournalCorruptError(file, FRAMES_START, 'header unreadable')
  const header = JSON.parse(first.payload.toString()) as JournalHeader
  if (header.format !== 1)
    throw new ChainJournalCorruptError(file, FRAMES_START, `format ${String(header.format)} unknown`)
  const entries = rest.map(({ payload, offsetBytes }) => {
    try {
      return decodeEntry(payload)
    } catch (cause) {
      throw new ChainJournalCorruptError(file, offsetBytes, (cause as Error).message)
    }
  })
  const { goodBytes } = scan
  return {
    header,
    entries,
    goodBytes,
    tornBytes: bytes.length - goodBytes,
    salt,
    frameCount: scan.frames.length,
  }
}

/** Append-only, checksummed log of what was decided. An entry is acknowledged only after {@link append} returned. */
export class Journal {
  readonly path: string
  readonly #disk: Disk
  readonly #file: FileHandle
  readonly #salt: Buffer
  #sequence: number
  #sizeBytes: number
  #broken: unknown

  private constructor(
    disk: Disk,
    path: string,
    file: FileHandle,
    salt: Buffer,
    sequence: number,
    sizeBytes: number,
  ) {
    this.#disk = disk
    this.path = path
    this.#file = file
    this.#salt = salt
    this.#sequence = sequence
    this.#sizeBytes = sizeBytes
  }

  /** Makes an empty journal; after a crash it is there with its header or not at all. */
  static async create(disk: Disk, path: string, header: JournalHeader): Promise<void> {
    const salt = randomBytes(SALT_BYTES)
    await writeAtomic(disk, path, [MAGIC, salt, encodeFrame(0, Buffer.from(JSON.stringify(header)), salt)])
  }

  /** Opens a journal for appending and cuts a torn tail off, durably, before anything is appended after it. */
  static async open(disk: Disk, path: string): Promise<Journal> {
    const contents = await readJournal(disk, path)
    const file = await disk.open(path, 'r+')
    try {
      if (contents.tornBytes > 0) {
        await disk.truncate(file, contents.goodBytes)
        await disk.sync(file)
      }
    } catch (cause) {
      await file.close()
      throw new ChainJournalWriteError(cause)
    }
    return new Journal(disk, path, file, Buffer.from(contents.salt), contents.frameCount, contents.goodBytes)
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /**
   * Appends entries and waits until they are on the disk: one write, one fsync, however many transactions.
   *
   * @throws ChainJournalWriteError - none of the entries counts; the file is as it was. If even that could not be
   *   made sure, every later call fails as well until the folder is opened again.
   */
  async append(entries: readonly Entry[]): Promise<void> {
    if (this.#broken !== undefined) throw new ChainJournalWriteError(this.#broken)
    const frames = entries.map((entry, i) => encodeFrame(this.#sequence + i, encodeEntry(entry), this.#salt))
    const bytes = Buffer.concat(frames)
    try {
      await this.#disk.write(this.#file, bytes, this.#sizeBytes)
      await this.#disk.sync(this.#file)
    } catch (cause) {
      await this.#cutBack()
      throw new ChainJournalWriteError(cause)
    }
    this.#sizeBytes += bytes.length
    this.#sequence += frames.length
  }

  /** Refuses every later append: used when it is unknown which journal a restart would read. */
  seal(cause: unknown): void {
    this.#broken = cause
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  async #cutBack(): Promise<void> {
    try {
      await this.#disk.truncate(this.#file, this.#sizeBytes)
      await this.#disk.sync(this.#file)
    } catch (cause) {
      // Half an entry may be on the disk; appending after it would turn a torn tail into damage in the middle.
      this.#broken = cause
    }
  }
}
