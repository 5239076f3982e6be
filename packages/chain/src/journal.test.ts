import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { temporaryFolder } from '../test/sender.ts'
import { nodeDisk, type Disk } from './disk.ts'
import { decodeEntry, encodeEntry, type Entry } from './entry.ts'
import { ChainJournalCorruptError, ChainJournalWriteError } from './errors.ts'
import { encodeFrame } from './frame.ts'
import { Journal, readJournal } from './journal.ts'
import type { ChainParameters } from './parameters.ts'

const parameters: ChainParameters = { chainId: 1, genesisTimestamp: 2, hardfork: 'osaka', blockGasLimit: 3 }
const block = (number: number): Entry => ({
  kind: 'block',
  number,
  timestamp: 1_700_000_000 + number,
  parentHash: `0x${'ab'.repeat(32)}`,
  transactions: [Buffer.from(`first of ${number}`), Buffer.from('second')],
})

const shortest: Entry = { kind: 'held', transactions: [] }

async function journalOf(t: TestContext, entries: Entry[], disk: Disk = nodeDisk) {
  const path = join(await temporaryFolder(t), 'journal-000000')
  await Journal.create(nodeDisk, path, { format: 1, parameters })
  const journal = await Journal.open(disk, path)
  t.after(() => journal.close())
  const ends = [journal.sizeBytes]
  for (const entry of entries) {
    await journal.append([entry])
    ends.push(journal.sizeBytes)
  }
  return { path, journal, ends }
}

test('[H4] every kind of entry comes back as it was', () => {
  const entries: Entry[] = [
    block(1),
    { kind: 'amend', number: 1, mined: [1, 0] },
    { kind: 'held', transactions: [{ sender: `0x${'11'.repeat(20)}`, raw: Buffer.from('early') }] },
  ]
  for (const entry of entries) assert.deepEqual(decodeEntry(encodeEntry(entry)), entry)
  assert.throws(() => decodeEntry(Buffer.concat([encodeEntry(block(1)), Buffer.from([0])])), RangeError)
  assert.throws(() => decodeEntry(encodeEntry(block(1)).subarray(0, -1)), RangeError)
})

test('[H5] a tail torn at any byte of the last entry is dropped, and appending goes on after it', async (t) => {
  const { path, ends } = await journalOf(t, [block(1), block(2)])
  const whole = await readFile(path)
  for (let cut = ends[1]!; cut < ends[2]!; cut++) {
    await writeFile(path, whole.subarray(0, cut))
    const journal = await Journal.open(nodeDisk, path)
    // Shorter than what was torn: what is left of that must not stay behind it.
    await journal.append([shortest])
    await journal.close()
    const { entries, tornBytes } = await readJournal(nodeDisk, path)
    assert.deepEqual([entries, tornBytes], [[block(1), shortest], 0], `cut at ${cut}`)
  }
})

test('[H5] a wrong byte anywhere in the last entry drops that entry only', async (t) => {
  const { path, ends } = await journalOf(t, [block(1), block(2)])
  const whole = await readFile(path)
  for (let at = ends[1]!; at < ends[2]!; at++) {
    const damaged = Buffer.from(whole)
    damaged[at]! ^= 0x01
    await writeFile(path, damaged)
    assert.deepEqual((await readJournal(nodeDisk, path)).entries, [block(1)], `byte ${at}`)
  }
})

test('[H5] a wrong byte anywhere before the last entry is an error, never a silent loss', async (t) => {
  const { path, ends } = await journalOf(t, [block(1), block(2)])
  const whole = await readFile(path)
  for (let at = 0; at < ends[1]!; at++) {
    const damaged = Buffer.from(whole)
    damaged[at]! ^= 0x80
    await writeFile(path, damaged)
    await assert.rejects(readJournal(nodeDisk, path), ChainJournalCorruptError, `byte ${at}`)
    await assert.rejects(Journal.open(nodeDisk, path), ChainJournalCorruptError, `byte ${at}`)
  }
})

test('attack: a frame inside a torn transaction does not pass for a good entry after damage', async (t) => {
  const forged = encodeFrame(9, encodeEntry(block(9)), Buffer.alloc(16))
  const { path, ends } = await journalOf(t, [
    block(1),
    { ...block(2), transactions: [forged, forged] } as Entry,
  ])
  await writeFile(path, (await readFile(path)).subarray(0, ends[2]! - 1))
  assert.deepEqual((await readJournal(nodeDisk, path)).entries, [block(1)])
})

test('[H5] disk full in the middle of a write: the caller is told, and the file is as before', async (t) => {
  let full = false
  const disk: Disk = {
    ...nodeDisk,
    async write(file, bytes, position) {
      if (!full) return nodeDisk.write(file, bytes, position)
      await nodeDisk.write(file, bytes.subarray(0, 20), position)
      throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
    },
  }
  const { path, journal } = await journalOf(t, [block(1)], disk)
  full = true
  await assert.rejects(journal.append([block(2)]), (error: unknown) => {
    assert.ok(error instanceof ChainJournalWriteError)
    assert.deepEqual([error.data.systemCode, error.retry], ['ENOSPC', 'later'])
    return true
  })
  full = false
  await journal.append([block(3)])
  assert.deepEqual((await readJournal(nodeDisk, path)).entries, [block(1), block(3)])
})

test('[H5] if half an entry cannot be cut off again, nothing is appended after it', async (t) => {
  let broken = false
  const fail = async () => {
    throw Object.assign(new Error('input/output error'), { code: 'EIO' })
  }
  const disk: Disk = {
    ...nodeDisk,
    sync: (file) => (broken ? fail() : nodeDisk.sync(file)),
    truncate: (file, size) => (broken ? fail() : nodeDisk.truncate(file, size)),
  }
  const { path, journal } = await journalOf(t, [block(1)], disk)
  broken = true
  await assert.rejects(journal.append([block(2)]), ChainJournalWriteError)
  broken = false
  await assert.rejects(journal.append([block(3)]), ChainJournalWriteError)
  const { entries } = await readJournal(nodeDisk, path)
  assert.deepEqual(
    entries.at(-1),
    block(2),
    'a whole entry may stay: it was not acknowledged, and its block is replayed',
  )
})

test('[H5] an entry is acknowledged after its fsync, not before', async (t) => {
  const steps: string[] = []
  const disk: Disk = {
    ...nodeDisk,
    async write(file, bytes, position) {
      await nodeDisk.write(file, bytes, position)
      steps.push('written')
    },
    async sync(file) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      await nodeDisk.sync(file)
      steps.push('synced')
    },
  }
  const { journal } = await journalOf(t, [], disk)
  await journal.append([block(1), block(2)])
  steps.push('acknowledged')
  assert.deepEqual(steps, ['written', 'synced', 'acknowledged'])
})
