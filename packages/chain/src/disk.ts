import { open, readdir, readFile, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Every change the journal and the snapshots make to the disk goes through here, so that tests can fail or cut any step. */
export interface Disk {
  open(path: string, flags: 'w' | 'r+'): Promise<FileHandle>
  write(file: FileHandle, bytes: Uint8Array, position: number): Promise<void>
  sync(file: FileHandle): Promise<void>
  truncate(file: FileHandle, sizeBytes: number): Promise<void>
  rename(from: string, to: string): Promise<void>
  remove(path: string): Promise<void>
  /** Makes renames and removals in a folder durable. */
  syncFolder(folder: string): Promise<void>
  read(path: string): Promise<Buffer>
  list(folder: string): Promise<string[]>
}

/** The real disk. */
export const nodeDisk: Disk = {
  open: (path, flags) => open(path, flags, 0o600),
  async write(file, bytes, position) {
    // A short write is legal; a journal entry cut in two is not.
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done)
      done += bytesWritten
    }
  },
  sync: (file) => file.sync(),
  truncate: (file, sizeBytes) => file.truncate(sizeBytes),
  rename,
  remove: (path) => rm(path, { force: true }),
  async syncFolder(folder) {
    // Windows cannot open a folder for syncing; its renames are journaled by the file system.
    if (process.platform === 'win32') return
    const handle = await open(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  },
  read: (path) => readFile(path),
  list: (folder) => readdir(folder),
}

/** Writes a whole file so that after a crash it is there complete or not at all. */
export async function writeAtomic(disk: Disk, path: string, parts: readonly Uint8Array[]): Promise<void> {
  const temporary = `${path}.tmp`
  const file = await disk.open(temporary, 'w')
  try {
    let position = 0
    for (const part of parts) {
      await disk.write(file, part, position)
      position += part.length
    }
    await disk.sync(file)
  } finally {
    await file.close()
  }
  await disk.rename(temporary, path)
  await disk.syncFolder(dirname(path))
}
