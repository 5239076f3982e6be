import assert from 'node:assert/strict'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../test/sender.ts'
import { nodeDisk, type Disk } from './disk.ts'
import type { Entry } from './entry.ts'
import { ChainParametersChangedError, ChainSnapshotCorruptError } from './errors.ts'
import type { ChainParameters } from './parameters.ts'
import type { Snapshot } from './snapshot.ts'
import { ChainStore } from './store.ts'

const parameters: ChainParameters = { chainId: 1, genesisTimestamp: 2, hardfork: 'osaka', blockGasLimit: 3 }
const hashAt = (number: number) => `0x${number.toString(16).padStart(64, '0')}` as const
const block = (number: number): Entry => ({
  kind: 'block',
  number,
  timestamp: number,
  parentHash: hashAt(number - 1),
  transactions: [Buffer.from([number])],
})
const snapshotAt = (number: number): Snapshot => ({
  meta: { format: 1, parameters, number, hash: hashAt(number), transactions: number, held: [] },
  state: Buffer.from(`state at ${number}`),
})
const open = (folder: string, disk: Disk = nodeDisk) => ChainStore.open(disk, folder, {}, parameters)

/** Number of the last block that a start from this folder would reach. */
async function reach(folder: string): Promise<number> {
  const store = await open(folder)
  const { snapshot, journals } = await store.history()
  await store.close()
  let number = snapshot?.meta.number ?? 0
  for (const { header, entries } of journals) {
    assert.equal(header.base?.number ?? 0, number)
    for (const entry of entries) {
      assert.ok(entry.kind === 'block' && entry.number === number + 1, `block ${number + 1} follows`)
      number = entry.number
    }
  }
  return number
}

/** A disk on which the process dies at its n-th change: that one and all later ones do not happen. */
function dyingDisk(steps: number): Disk & { readonly isDead: () => boolean } {
  let left = steps
  const live = <Arguments extends unknown[], Result>(operation: (...args: Arguments) => Promise<Result>) => {
    return async (...args: Arguments): Promise<Result> => {
      if (left-- <= 0) throw new Error('the process died')
      return operation(...args)
    }
  }
  const { open, write, sync, truncate, rename, remove, syncFolder } = nodeDisk
  return {
    ...nodeDisk,
    open: live(open),
    write: live(write),
    sync: live(sync),
    truncate: live(truncate),
    rename: live(rename),
    remove: live(remove),
    syncFolder: live(syncFolder),
    isDead: () => left < 0,
  }
}

test('[H6] a crash at any step of a snapshot loses nothing and leaves no rubbish behind', async (t) => {
  let crashes = 0
  for (let steps = 0; ; steps++) {
    const folder = await temporaryFolder(t)
    const before = await open(folder)
    await before.append([block(1), block(2)])
    await before.rotate(snapshotAt(2))
    await before.append([block(3)])
    await before.close()
    // Opening costs one step itself.
    const disk = dyingDisk(1 + steps)
    const store = await open(folder, disk)
    await store.rotate(snapshotAt(3)).catch(() => {})
    await store.close()
    assert.equal(await reach(folder), 3, `crash at step ${steps}`)
    assert.ok(
      (await readdir(folder)).every((name) => !name.endsWith('.tmp')),
      `crash at step ${steps}`,
    )
    if (!disk.isDead()) break
    crashes++
  }
  assert.ok(crashes >= 12, `only ${crashes} steps were cut`)
})

test('[H6] if one step of a snapshot fails, what is appended afterwards is kept or refused, never lost', async (t) => {
  let failures = 0
  for (let failing = 1; ; failing++) {
    const folder = await temporaryFolder(t)
    let step = -Infinity
    const once = <Arguments extends unknown[], Result>(
      operation: (...args: Arguments) => Promise<Result>,
    ) => {
      return async (...args: Arguments): Promise<Result> => {
        if (++step === failing) throw new Error('input/output error')
        return operation(...args)
      }
    }
    const { open: openFile, write, sync, rename, remove, syncFolder } = nodeDisk
    const disk: Disk = {
      ...nodeDisk,
      open: once(openFile),
      write: once(write),
      sync: once(sync),
      rename: once(rename),
      remove: once(remove),
      syncFolder: once(syncFolder),
    }
    const store = await open(folder, disk)
    await store.append([block(1)])
    step = 0
    await store.rotate(snapshotAt(1)).catch(() => {})
    const isOver = step < failing
    step = -Infinity
    const accepted = await store.append([block(2)]).then(
      () => true,
      () => false,
    )
    await store.close()
    assert.equal(await reach(folder), accepted ? 2 : 1, `step ${failing} failed`)
    if (isOver) break
    failures++
  }
  assert.ok(failures >= 12, `only ${failures} steps failed`)
})

test('[H6] a damaged snapshot is replaced by the one before it and both journals', async (t) => {
  const folder = await temporaryFolder(t)
  const store = await open(folder)
  await store.append([block(1)])
  await store.rotate(snapshotAt(1))
  await store.append([block(2)])
  await store.rotate(snapshotAt(2))
  await store.append([block(3)])
  await store.close()
  const path = join(folder, 'snapshot-000002')
  const bytes = await readFile(path)
  for (const damage of [
    bytes.subarray(0, -1),
    Buffer.alloc(0),
    Buffer.concat([bytes.subarray(0, 90), Buffer.from([1]), bytes.subarray(91)]),
  ]) {
    await writeFile(path, damage)
    assert.equal(await reach(folder), 3)
  }
  await rm(path)
  assert.equal(await reach(folder), 3)
  await writeFile(join(folder, 'snapshot-000001'), 'not a snapshot')
  const reopened = await open(folder)
  await assert.rejects(reopened.history(), ChainSnapshotCorruptError)
  await reopened.close()
})

test('[H2] other parameters are refused and named', async (t) => {
  const folder = await temporaryFolder(t)
  await (await open(folder)).close()
  await assert.rejects(ChainStore.open(nodeDisk, folder, { chainId: 7 }, parameters), (error: unknown) => {
    assert.ok(error instanceof ChainParametersChangedError)
    assert.deepEqual(error.data, { parameter: 'chainId', stored: 1, given: 7 })
    return true
  })
})
