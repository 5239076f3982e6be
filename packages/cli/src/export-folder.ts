import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { ExportTarget } from '@hre/sdk'
import type { Address } from 'viem'
import { CliError } from './errors.ts'

const marker = '.hre-export'
const partial = /\.[0-9a-f]{12}\.partial$/

/**
 * A folder that an export may be written to: new, empty, or begun for the same patient. Owner alone reads it.
 *
 * @throws CliError `export-folder-foreign` before anything is written; `file-unwritable`.
 */
export async function openExportFolder(folder: string, patient: Address): Promise<ExportTarget> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await assertOwn(folder, patient)
    await chmod(folder, 0o700)
    await writeWhole(join(folder, marker), new TextEncoder().encode(`${patient}\n`))
    await mkdir(join(folder, 'records'), { recursive: true, mode: 0o700 })
    await removePartial(folder)
    await removePartial(join(folder, 'records'))
  } catch (cause) {
    throw cause instanceof CliError ? cause : new CliError('file-unwritable', { cause })
  }
  return {
    async has(name, contentId) {
      const hash = createHash('sha256')
      // Whatever stops it being read, it is written anew.
      return pipeline(createReadStream(join(folder, name)), hash).then(
        () => `0x${hash.digest('hex')}` === contentId,
        () => false,
      )
    },
    write: (name, bytes) =>
      writeWhole(join(folder, name), bytes).catch((cause: unknown) => {
        throw new CliError('file-unwritable', { cause })
      }),
  }
}

/** Nothing that somebody else put there is written over. */
async function assertOwn(folder: string, patient: Address): Promise<void> {
  const names = await readdir(folder)
  const owner = await readFile(join(folder, marker), 'utf8').catch(() => undefined)
  const isOwn = owner === undefined ? names.every((name) => partial.test(name)) : owner.trim() === patient
  if (!isOwn) throw new CliError('export-folder-foreign')
}

/** What an export that was cut short left behind. */
async function removePartial(folder: string): Promise<void> {
  for (const name of await readdir(folder))
    if (partial.test(name)) await rm(join(folder, name), { force: true })
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.partial`
  const file = await open(temporary, 'wx', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
  const parent = await open(dirname(path), 'r')
  await parent.sync().finally(() => parent.close())
}
