import { mkdtemp, readdir, rmdir, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Layout } from '../layout.ts'
import { ok, problem, warning, type Finding } from './finding.ts'

const freeBytesMin = 100_000_000
const freeBytesWanted = 1_000_000_000

/** The data folder itself: there, writable, with room, and its secrets readable by the owner alone. */
export async function* checkFolder({ root }: Layout): AsyncGenerator<Finding, 'missing' | 'there'> {
  const found = await stat(root).catch(() => undefined)
  if (!found) {
    yield ok('data folder', `There is no data folder yet; a start makes ${root}`)
    return 'missing'
  }
  if (!found.isDirectory()) {
    yield problem('data folder', `${root} is not a folder`, 'Name another one with --data')
    return 'missing'
  }
  yield (await isWritable(root))
    ? ok('data folder', `${root} is there and writable`)
    : problem('data folder', `${root} cannot be written`, 'Make its owner the user who runs the exchange')
  yield await checkSpace(root)
  yield await checkPermissions(root)
  return 'there'
}

/** By writing: permissions alone say nothing of a read-only disk. */
async function isWritable(folder: string): Promise<boolean> {
  try {
    await rmdir(await mkdtemp(join(folder, '.doctor-')))
    return true
  } catch {
    return false
  }
}

async function checkSpace(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  const text = `${(free / 1e9).toFixed(1)} GB are free on its disk`
  if (free < freeBytesMin)
    return problem('free space', text, 'Free some: nothing new is accepted on a full disk')
  return free < freeBytesWanted
    ? warning('free space', text, 'Free some before it is full')
    : ok('free space', text)
}

/** Keys and passwords: 0600. Windows has no such bits. */
async function checkPermissions(root: string): Promise<Finding> {
  const check = 'permissions'
  if (process.platform === 'win32') return ok(check, 'Not looked at on Windows')
  const secrets = (await readdir(root, { recursive: true })).filter((path) =>
    /\.(password|key\.json)$/.test(path),
  )
  const open: string[] = []
  for (const path of secrets)
    if (((await stat(join(root, path)).catch(() => undefined))?.mode ?? 0) & 0o077)
      open.push(join(root, path))
  if (open.length === 0)
    return ok(check, `${secrets.length} key and password files are readable by their owner alone`)
  return problem(
    check,
    `${open.length} of ${secrets.length} key and password files are readable by others, such as ${open[0]}`,
    `Run \`chmod 600 ${open[0]}\`, and change the password if somebody may have read it`,
  )
}
