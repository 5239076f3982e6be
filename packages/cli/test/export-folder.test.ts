import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { openExportFolder } from '../src/export-folder.ts'

const ana = `0x${'a1'.repeat(20)}` as const
const mallory = `0x${'ee'.repeat(20)}` as const
const bytes = new TextEncoder().encode('sealed')
const contentId = `0x${createHash('sha256').update(bytes).digest('hex')}` as const
const foreign = { code: 'export-folder-foreign' }

describe('an export’s folder', () => {
  let base: string
  before(async () => {
    base = await mkdtemp(join(tmpdir(), 'hre-export-'))
  })
  after(() => rm(base, { recursive: true, force: true }))

  test('is new or empty, and only its owner reads it', async () => {
    for (const name of ['new', 'empty']) {
      const folder = join(base, name)
      if (name === 'empty') await mkdir(folder, { mode: 0o755 })
      const target = await openExportFolder(folder, ana)
      await target.write('records/1.age', bytes)
      await target.write('identity.txt', bytes)
      const modeOf = async (path: string) => (await stat(join(folder, path))).mode & 0o777
      assert.deepEqual(
        await Promise.all(['.', 'records', 'records/1.age', 'identity.txt'].map(modeOf)),
        [0o700, 0o700, 0o600, 0o600],
      )
    }
  })

  test('that holds something else, or another patient’s export, is refused and stays as it was', async () => {
    const folder = join(base, 'photos')
    await mkdir(join(folder, 'records'), { recursive: true })
    await writeFile(join(folder, 'summer.jpg'), 'x')
    await assert.rejects(openExportFolder(folder, ana), foreign)
    assert.deepEqual(await readdir(folder), ['records', 'summer.jpg'])
    const other = join(base, 'mallory')
    await openExportFolder(other, mallory)
    await assert.rejects(openExportFolder(other, ana), foreign)
    await symlink(folder, join(base, 'link'))
    await assert.rejects(openExportFolder(join(base, 'link'), ana), foreign)
  })

  test('that is a file, or cannot be made, is a listed failure', async () => {
    await writeFile(join(base, 'file'), 'x')
    for (const path of ['file', 'file/below'])
      await assert.rejects(openExportFolder(join(base, path), ana), { code: 'file-unwritable' })
  })

  test('of an export that was cut short goes on: what is whole stays, leftovers go', async () => {
    const folder = join(base, 'again')
    const first = await openExportFolder(folder, ana)
    await first.write('records/1.age', bytes)
    await writeFile(join(folder, 'records', '2.age'), bytes.slice(1))
    await writeFile(join(folder, 'records', `3.age.${'ab'.repeat(6)}.partial`), bytes)
    const target = await openExportFolder(folder, ana)
    assert.equal(await target.has('records/1.age', contentId), true)
    assert.equal(await target.has('records/2.age', contentId), false)
    assert.equal(await target.has('records/3.age', contentId), false)
    assert.deepEqual(await readdir(join(folder, 'records')), ['1.age', '2.age'])
  })
})
