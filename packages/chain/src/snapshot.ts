import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import type { Hex } from 'viem'
import { writeAtomic, type Disk } from './disk.ts'
import { ChainSnapshotCorruptError } from './errors.ts'
import type { ChainParameters } from './parameters.ts'

const MAGIC = Buffer.from('HRESNP01')
const DIGEST_BYTES = 32

/** What the host knows and the engine's state does not contain. */
export interface SnapshotMeta {
  readonly format: 1
  readonly parameters: ChainParameters
  readonly number: number
  readonly hash: Hex
  /** Transactions mined since genesis. */
  readonly transactions: number
  readonly held: readonly { readonly sender: Hex; readonly raw: Hex }[]
}

export interface Snapshot {
  readonly meta: SnapshotMeta
  /** Engine state, gzip. */
  readonly state: Buffer
}

/** Writes a snapshot: magic, length and JSON of the meta, state, SHA-256 of all before (spec/chain.md H6). */
export async function writeSnapshot(disk: Disk, path: string, { meta, state }: Snapshot): Promise<void> {
  const json = Buffer.from(JSON.stringify(meta))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(json.length)
  const parts = [MAGIC, length, json, state]
  const digest = createHash('sha256')
  for (const part of parts) digest.update(part)
  await writeAtomic(disk, path, [...parts, digest.digest()])
}

/**
 * Reads a snapshot and checks its digest.
 *
 * @throws ChainSnapshotCorruptError - missing, cut or altered.
 */
export async function readSnapshot(disk: Disk, path: string): Promise<Snapshot> {
  const file = basename(path)
  const bytes = await disk.read(path).catch((cause: unknown) => {
    throw new ChainSnapshotCorruptError(file, (cause as { code?: string }).code ?? 'unreadable')
  })
  const end = bytes.length - DIGEST_BYTES
  const start = MAGIC.length + 4
  if (end < start || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new ChainSnapshotCorruptError(file, 'not a snapshot')
  }
  if (!createHash('sha256').update(bytes.subarray(0, end)).digest().equals(bytes.subarray(end))) {
    throw new ChainSnapshotCorruptError(file, 'digest differs')
  }
  const metaEnd = start + bytes.readUInt32BE(MAGIC.length)
  const meta = JSON.parse(bytes.toString('utf8', start, metaEnd)) as SnapshotMeta
  if (meta.format !== 1) throw new ChainSnapshotCorruptError(file, `format ${String(meta.format)} unknown`)
  return { meta, state: bytes.subarray(metaEnd, end) }
}
