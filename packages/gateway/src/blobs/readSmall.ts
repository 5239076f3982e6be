import { close, fstat, open, read } from 'node:fs'

/** A file's size, and its bytes where it is no larger than asked for. */
interface Found {
  size: number
  bytes: Buffer | undefined
}

/**
 * Reads a file whole if it is small. By callbacks: this is most of what a read of a record takes from the disk, and a `FileHandle`
 * costs more than twice as much.
 *
 * @returns undefined when there is no such file.
 */
export function readSmall(path: string, bytesMax: number): Promise<Found | undefined> {
  return new Promise((resolve, reject) => {
    open(path, (missing, file) => {
      if (missing) return missing.code === 'ENOENT' ? resolve(undefined) : reject(missing)
      const end = (error: Error | null, found?: Found) =>
        close(file, () => (error ? reject(error) : resolve(found)))
      fstat(file, (unknown, stats) => {
        if (unknown) return end(unknown)
        const { size } = stats
        if (size > bytesMax) return end(null, { size, bytes: undefined })
        const bytes = Buffer.allocUnsafe(size)
        // One that was cut short meanwhile does not match its content id.
        read(file, bytes, 0, size, 0, (failed, count) =>
          end(failed, { size, bytes: bytes.subarray(0, count) }),
        )
      })
    })
  })
}
