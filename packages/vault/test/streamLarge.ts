// Seals and opens as many megabytes as it is told, file to file, and prints what memory it took. Run in a process of its
// own, by recordStream.test.ts and bench/vault.ts: node test/streamLarge.ts MEGABYTES FOLDER
import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { contentIdOfStream, openKeyring, openRecordStream, sealRecordStream } from '../src/index.ts'

const megabytes = Number(process.argv[2])
const path = join(process.argv[3]!, 'large.age')
const ring = openKeyring(new Uint8Array(32))
let peakBytes = 0
const watch = () => (peakBytes = Math.max(peakBytes, process.memoryUsage.rss()))

async function* zeros() {
  for (let count = 0; count < megabytes; count++) yield new Uint8Array(1_000_000)
}
const start = performance.now()
const sealer = sealRecordStream({
  body: zeros(),
  mediaType: 'application/dicom',
  recipient: ring.recipient,
  onProgress: watch,
})
let summary: { contentId: `0x${string}`; commitment: `0x${string}` } | undefined
await pipeline(async function* () {
  summary = yield* sealer
}, createWriteStream(path))
const sealed = performance.now()
const { contentId, commitment } = summary!
if ((await contentIdOfStream(createReadStream(path), watch)) !== contentId) throw new Error('content id')
const opening = performance.now()
const { body } = await openRecordStream({
  sealed: createReadStream(path),
  seed: ring.recipientSeed,
  contentId,
  commitment,
  onProgress: watch,
})
let sizeBytes = 0
for await (const piece of body) sizeBytes += piece.length
console.log(
  JSON.stringify({
    sizeBytes,
    peakMB: peakBytes / 1e6,
    sealMBps: (megabytes * 1000) / (sealed - start),
    openMBps: (megabytes * 1000) / (performance.now() - opening),
  }),
)
