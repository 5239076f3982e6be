// Seals and opens a file of as many bytes as it is told, file to file, and prints what memory that took. Run in a process of
// its own, by recordStream.test.ts and bench/vault.ts: node test/streamLarge.ts BYTES FOLDER
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { contentIdOfStream, openKeyring, openRecordStream, sealRecordStream } from '../src/index.ts'

const sizeBytes = Number(process.argv[2])
const [source, path] = ['large', 'large.age'].map((name) => join(process.argv[3]!, name)) as [string, string]
const ring = openKeyring(new Uint8Array(32))

// Mostly holes, as to the disk; every byte is read and sealed all the same. A mark every 16 MiB tells places apart.
const file = await open(source, 'w')
await file.truncate(sizeBytes)
for (let at = 0; at < sizeBytes - 8; at += 2 ** 24) await file.write(String(at).slice(0, 8), at)
await file.close()

const idleMB = peakMB()
const start = performance.now()
const sealer = sealRecordStream({
  body: piecesOf(source),
  mediaType: 'application/dicom',
  recipient: ring.recipient,
  reuseMemory: true,
})
const target = await open(path, 'w')
let next = await sealer.next()
for (; !next.done; next = await sealer.next()) await target.write(next.value)
await target.close()
const sealed = performance.now()
const sealPeakMB = peakMB()
const { contentId, commitment } = next.value
if ((await contentIdOfStream(piecesOf(path))) !== contentId) throw new Error('content id')
const opening = performance.now()
// The source's commitment is checked against what comes out.
const { body } = await openRecordStream({
  sealed: piecesOf(path),
  seed: ring.recipientSeed,
  contentId,
  commitment,
  reuseMemory: true,
})
let openedBytes = 0
for await (const piece of body) openedBytes += piece.length
console.log(
  JSON.stringify({
    sizeBytes: openedBytes,
    idleMB,
    sealPeakMB,
    peakMB: peakMB(),
    sealMBps: sizeBytes / 1000 / (sealed - start),
    openMBps: sizeBytes / 1000 / (performance.now() - opening),
  }),
)

/** The most that this process ever had resident, as the kernel counts it. */
function peakMB(): number {
  return (process.resourceUsage().maxRSS * 1024) / 1e6
}

/** A file in pieces that share one buffer: whoever takes a piece has copied what it needs before it asks for the next. */
async function* piecesOf(name: string): AsyncGenerator<Uint8Array, void, void> {
  const buffer = new Uint8Array(65_536)
  await using handle = await open(name)
  for (;;) {
    const { bytesRead } = await handle.read(buffer)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
  }
}
