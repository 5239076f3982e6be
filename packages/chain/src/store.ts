import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Disk } from './disk.ts'
import type { Entry } from './entry.ts'
import { ChainJournalCorruptError, ChainJournalWriteError, ChainSnapshotCorruptError } from './errors.ts'
import { Journal, readJournal, type JournalHeader } from './journal.ts'
import { assertSameParameters, type ChainParameters } from './parameters.ts'
import { readSnapshot, writeSnapshot, type Snapshot } from './snapshot.ts'

/** What is needed to build the chain again: a state, and what came after it. */
export interface History {
  readonly snapshot: Snapshot | undefined
  readonly journals: readonly { readonly header: JournalHeader; readonly entries: readonly Entry[] }[]
  /** Snapshots passed over because they are damaged. */
  readonly damaged: readonly string[]
}

/**
 * The chain folder: generation g is `snapshot-g` (none for 0) and `journal-g`, which continues it.
 *
 * The rename of `journal-g` commits generation g: a snapshot without its journal is a crash's leftover and ignored,
 * because the journal before it may have gone on. One older generation is kept in case the snapshot turns out damaged.
 */
export class ChainStore {
  readonly parameters: ChainParameters
  readonly #disk: Disk
  readonly #folder: string
  #generation: number
  #journal: Journal

  private constructor(
    disk: Disk,
    folder: string,
    parameters: ChainParameters,
    generation: number,
    journal: Journal,
  ) {
    this.#disk = disk
    this.#folder = folder
    this.parameters = parameters
    this.#generation = generation
    this.#journal = journal
  }

  /**
   * Opens the folder, or makes a new chain in it.
   *
   * @param given - parameters the caller insists on; `fresh` fills the rest for a new chain.
   * @throws ChainParametersChangedError, ChainJournalCorruptError, ChainJournalWriteError
   */
  static async open(
    disk: Disk,
    folder: string,
    given: Partial<ChainParameters>,
    fresh: ChainParameters,
  ): Promise<ChainStore> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const names = await disk.list(folder)
    const generations = names.flatMap((name) => generationOf(name, 'journal') ?? []).sort((a, b) => a - b)
    let newest = generations.at(-1)
    if (newest === undefined) {
      if (names.some((name) => generationOf(name, 'snapshot') !== undefined)) {
        throw new ChainJournalCorruptError('journal', 0, 'snapshots without any journal')
      }
      newest = 0
      await Journal.create(disk, pathOf(folder, 'journal', 0), { format: 1, parameters: fresh }).catch(
        (cause: unknown) => {
          throw new ChainJournalWriteError(cause)
        },
      )
    }
    const path = pathOf(folder, 'journal', newest)
    const { header } = await readJournal(disk, path)
    assertSameParameters(header.parameters, given)
    for (const name of names) {
      const generation = generationOf(name, 'snapshot') ?? generationOf(name, 'journal') ?? newest
      if (name.endsWith('.tmp') || generation > newest || generation < newest - 1)
        await disk.remove(join(folder, name))
    }
    return new ChainStore(disk, folder, header.parameters, newest, await Journal.open(disk, path))
  }

  get journalBytes(): number {
    return this.#journal.sizeBytes
  }

  get generation(): number {
    return this.#generation
  }

  /** @throws ChainJournalWriteError - nothing was appended. */
  append(entries: readonly Entry[]): Promise<void> {
    return this.#journal.append(entries)
  }

  /**
   * Reads everything back from the disk, from the newest snapshot that is whole.
   *
   * @throws ChainSnapshotCorruptError - no whole snapshot has all its journals.
   * @throws ChainJournalCorruptError
   */
  async history(): Promise<History> {
    const damaged: string[] = []
    const journals: { header: JournalHeader; entries: Entry[] }[] = []
    for (let generation = this.#generation; generation >= 0; generation--) {
      const path = pathOf(this.#folder, 'journal', generation)
      const contents = await readJournal(this.#disk, path).catch((cause: unknown) => {
        if ((cause as { code?: string }).code !== 'ENOENT') throw cause
        throw new ChainSnapshotCorruptError(damaged.at(-1) ?? path, 'the generation before it is gone')
      })
      // Only the newest journal can have been cut by a crash: the others were complete when the next began.
      if (generation < this.#generation && contents.tornBytes > 0) {
        throw new ChainJournalCorruptError(path, contents.goodBytes, 'a finished journal is cut')
      }
      journals.unshift(contents)
      if (generation === 0) return { snapshot: undefined, journals, damaged }
      try {
        return {
          snapshot: await readSnapshot(this.#disk, pathOf(this.#folder, 'snapshot', generation)),
          journals,
          damaged,
        }
      } catch (cause) {
        if (!(cause instanceof ChainSnapshotCorruptError)) throw cause
        damaged.push(cause.data.file)
      }
    }
    throw new ChainSnapshotCorruptError('snapshot', 'no generation is whole')
  }

  /**
   * Starts the next generation from a snapshot and drops the one before the last.
   *
   * @throws the disk's error; the store goes on in the old generation. If it cannot be made sure that a restart
   *   would as well, later appends fail with ChainJournalWriteError instead of being lost.
   */
  async rotate(snapshot: Snapshot): Promise<void> {
    const next = this.#generation + 1
    const snapshotPath = pathOf(this.#folder, 'snapshot', next)
    const journalPath = pathOf(this.#folder, 'journal', next)
    const { number, hash } = snapshot.meta
    let journal: Journal
    try {
      await writeSnapshot(this.#disk, snapshotPath, snapshot)
      await Journal.create(this.#disk, journalPath, {
        format: 1,
        parameters: this.parameters,
        base: { number, hash },
      })
      journal = await Journal.open(this.#disk, journalPath)
    } catch (cause) {
      await this.#abandon(journalPath, snapshotPath, cause)
      throw cause
    }
    const old = this.#journal
    this.#journal = journal
    this.#generation = next
    await old.close()
    await this.#forget(next - 2)
  }

  async close(): Promise<void> {
    await this.#journal.close()
  }

  async #abandon(journalPath: string, snapshotPath: string, cause: unknown): Promise<void> {
    try {
      // The journal first: a snapshot without its journal is harmless, the reverse is not.
      await this.#disk.remove(journalPath)
      await this.#disk.syncFolder(this.#folder)
      await this.#disk.remove(snapshotPath)
    } catch {
      this.#journal.seal(cause)
    }
  }

  async #forget(generation: number): Promise<void> {
    if (generation < 0) return
    // A leftover costs space, nothing else: the next rotation or start does not read it.
    await this.#disk.remove(pathOf(this.#folder, 'snapshot', generation)).catch(() => {})
    await this.#disk.remove(pathOf(this.#folder, 'journal', generation)).catch(() => {})
  }
}

function pathOf(folder: string, kind: 'journal' | 'snapshot', generation: number): string {
  return join(folder, `${kind}-${String(generation).padStart(6, '0')}`)
}

function generationOf(name: string, kind: 'journal' | 'snapshot'): number | undefined {
  const match = new RegExp(`^${kind}-(\\d{6,})$`).exec(name)
  return match ? Number(match[1]) : undefined
}
