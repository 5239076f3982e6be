import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ana, assertRefused, badRecipients, labs } from '../test/people.ts'
import {
  choosePrimitives,
  commitmentOf,
  commitmentOfStream,
  contentIdOfStream,
  openRecord,
  openRecordStream,
  recipientOf,
  sealRecord,
  sealRecordStream,
  type ByteSource,
  type Hex,
  type SealedSummary,
} from './index.ts'

const seed = ana.epochSeed(labs, 1)
const recipient = recipientOf(seed)
const mediaType = 'application/dicom'
const bytesOf = (sizeBytes: number) => Uint8Array.from({ length: sizeBytes }, (_, index) => index % 251)

async function* pieces(bytes: Uint8Array, sizeBytes = bytes.length || 1): ByteSource {
  for (let start = 0; start < bytes.length; start += sizeBytes) yield bytes.slice(start, start + sizeBytes)
}
async function sealAll(body: ByteSource, more: { onProgress?: (doneBytes: number) => void } = {}) {
  const parts: Uint8Array[] = []
  const stream = sealRecordStream({ body, mediaType, recipient, ...more })
  for (;;) {
    const { done, value } = await stream.next()
    if (done) return { sealed: new Uint8Array(Buffer.concat(parts)), ...(value as SealedSummary) }
    parts.push(value as Uint8Array)
  }
}
/** All pieces that came out, also when the end was an error. */
async function openAll(
  sealed: Uint8Array,
  expected: { contentId?: Hex; commitment?: Hex } = {},
  size = 10_000,
) {
  const parts: Uint8Array[] = []
  try {
    const opened = await openRecordStream({ ...expected, sealed: pieces(sealed, size), seed })
    assert.equal(opened.mediaType, mediaType)
    for await (const piece of opened.body) parts.push(piece)
    return { body: new Uint8Array(Buffer.concat(parts)) }
  } catch (error) {
    return {
      error: error as { code?: string },
      releasedBytes: parts.reduce((sum, part) => sum + part.length, 0),
    }
  }
}

const sizes = [0, 1, 65_300, 65_536, 65_537, 131_072, 200_000]
// The header line is 107 bytes here: a body of these sizes ends exactly at, and one after, the edge of a chunk.
const line = `{"hre":1,"salt":"${'0'.repeat(64)}","type":"${mediaType}"}\n`.length
sizes.push(65_536 - line, 65_537 - line, 131_072 - line)

for (const implementation of ['native', 'javascript'] as const) {
  describe(`record streams, ${implementation}`, () => {
    before(() => assert.ok(choosePrimitives(implementation)))
    after(() => choosePrimitives())

    it('[E14] make and open the same file as the functions that hold it whole', async () => {
      for (const sizeBytes of sizes) {
        for (const pieceBytes of [1000, 65_536, 200_000]) {
          const body = bytesOf(sizeBytes)
          const made = await sealAll(pieces(body, pieceBytes))
          assert.deepEqual(await openRecord({ ...made, seed }), { body, mediaType, salt: made.salt })
          const whole = await sealRecord({ body, mediaType, recipient, salt: made.salt })
          assert.equal(whole.commitment, made.commitment)
          assert.equal(whole.sealed.length, made.sealed.length)
          assert.deepEqual(await openAll(whole.sealed, whole, pieceBytes), { body })
          assert.equal(await contentIdOfStream(pieces(whole.sealed, pieceBytes)), whole.contentId)
        }
      }
    })

    it('[E14] in memory that is reused they make and open the same file', async () => {
      const body = bytesOf(200_000)
      for (const reuseMemory of [false, true]) {
        const sealing = sealRecordStream({ body: pieces(body, 70_000), mediaType, recipient, reuseMemory })
        const [parts, memories] = [[] as Uint8Array[], new Set<ArrayBufferLike>()]
        let next = await sealing.next()
        for (; !next.done; next = await sealing.next()) {
          parts.push(next.value.slice())
          memories.add(next.value.buffer)
        }
        assert.equal(memories.size, reuseMemory ? 2 : 5, 'the head and four chunks')
        const sealed = new Uint8Array(Buffer.concat(parts))
        const opened = await openRecordStream({
          ...next.value,
          sealed: pieces(sealed, 999),
          seed,
          reuseMemory,
        })
        const out: Uint8Array[] = []
        for await (const piece of opened.body) out.push(piece.slice())
        assert.deepEqual(new Uint8Array(Buffer.concat(out)), body)
        // An altered chunk leaves nothing of itself in the memory that the caller sees.
        sealed[1643 + 65_552 + 100]! ^= 1
        const broken = await openRecordStream({ sealed: pieces(sealed), seed, reuseMemory })
        await broken.body.next()
        await assertRefused(() => broken.body.next(), 'record-damaged')
      }
    })

    it('[E14] the last piece never leaves a file of another content id or commitment', async () => {
      const wrong = `0x${'00'.repeat(32)}` as const
      for (const sizeBytes of [0, 10, 200_000]) {
        const made = await sealAll(pieces(bytesOf(sizeBytes)))
        for (const [field, code] of [
          ['contentId', 'content-id-mismatch'],
          ['commitment', 'commitment-mismatch'],
        ] as const) {
          const { error, releasedBytes } = await openAll(made.sealed, { [field]: wrong })
          assert.equal(error?.code, code)
          assert.ok(releasedBytes! <= Math.max(0, sizeBytes - (sizeBytes % 65_536)), `${releasedBytes}`)
          if (sizeBytes < 65_000) assert.equal(releasedBytes, 0)
        }
      }
    })

    it('[E14] a chunk that was altered, cut or swapped releases nothing of itself or after it', async () => {
      const { sealed } = await sealAll(pieces(bytesOf(200_000)))
      const chunk = (index: number) => 1643 + index * 65_552
      const flipped = sealed.slice()
      flipped[chunk(1) + 5]! ^= 1
      const swapped = sealed.slice()
      swapped.set(sealed.subarray(chunk(1), chunk(2)), chunk(2))
      swapped.set(sealed.subarray(chunk(2), chunk(3)), chunk(1))
      const cases: [Uint8Array, number][] = [
        [flipped, 65_536],
        [swapped, 65_536],
        [sealed.slice(0, chunk(2)), 65_536],
        [sealed.slice(0, chunk(2) + 7), 131_072],
        [sealed.slice(0, -1), 196_608],
        [sealed.slice(0, chunk(0)), 0],
        [sealed.slice(0, chunk(0) - 1), 0],
      ]
      for (const [bytes, atMost] of cases) {
        const { error, releasedBytes } = await openAll(bytes)
        assert.equal(error?.code, 'record-damaged')
        assert.ok(releasedBytes! <= atMost, `${releasedBytes} released, at most ${atMost}`)
      }
      for (const bytes of [sealed.slice(0, 1626), new Uint8Array(), new Uint8Array(5000)]) {
        assert.equal((await openAll(bytes)).error?.code, 'sealed-header-refused')
      }
    })
  })
}

describe('record streams', () => {
  it('[E14] progress counts the bytes of the source', async () => {
    const seen: number[] = []
    await sealAll(pieces(bytesOf(2500), 1000), { onProgress: (doneBytes) => seen.push(doneBytes) })
    assert.deepEqual(seen, [1000, 2000, 2500])
  })

  it('[E14] what the source throws comes through, and a reader that stops closes it', async () => {
    const failed = new Error('the disk is gone')
    async function* broken() {
      yield new Uint8Array(100_000)
      throw failed
    }
    await assert.rejects(sealAll(broken()), failed)
    const { sealed } = await sealAll(pieces(bytesOf(200_000)))
    let closed = false
    async function* watched() {
      try {
        yield* pieces(sealed, 1000)
      } finally {
        closed = true
      }
    }
    const { body } = await openRecordStream({ sealed: watched(), seed })
    await body.next()
    await body.next()
    await body.return()
    assert.ok(closed)
  })

  it('[E14] arguments of another form are refused', async () => {
    const next = (args: object) =>
      sealRecordStream({ body: pieces(bytesOf(1)), mediaType, recipient, ...args } as never).next()
    await assertRefused(() => next({ body: 'text' }), 'argument-invalid')
    await assertRefused(() => next({ mediaType: 'text' }), 'argument-invalid')
    await assertRefused(() => next({ recipient: badRecipients[0] }), 'recipient-refused')
    await assertRefused(() => openRecordStream({ sealed: null as never, seed }), 'argument-invalid')
    async function* words() {
      yield 'words'
    }
    await assertRefused(() => sealAll(words() as never), 'argument-invalid')
    await assertRefused(() => openRecordStream({ sealed: words() as never, seed }), 'argument-invalid')
  })

  // HRE_STREAM_BYTES=2147483648 for the size of a long CT study. What is resident before the first byte is Node with all of this
  // package as TypeScript: 120 to 150 MB.
  it('[E14] memory stays under 200 MB, and 40 MB above that of an idle process, whatever the size', () => {
    const asked = Number(process.env['HRE_STREAM_BYTES'] ?? 300e6)
    const folder = mkdtempSync(join(tmpdir(), 'hre-stream-'))
    try {
      const script = fileURLToPath(new URL('../test/streamLarge.ts', import.meta.url))
      const args = ['--max-old-space-size=64', script, String(asked), folder]
      const child = spawnSync(process.execPath, args, { encoding: 'utf8' })
      assert.equal(child.status, 0, child.stderr)
      const { sizeBytes, idleMB, peakMB } = JSON.parse(child.stdout)
      assert.equal(sizeBytes, asked)
      console.log(
        `${sizeBytes} bytes: ${Math.round(peakMB)} MB resident, ${Math.round(idleMB)} of them before`,
      )
      assert.ok(peakMB < 200 && peakMB - idleMB < 40, `${peakMB} MB, ${idleMB} before`)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('hash lock', () => {
  const body = bytesOf(200_000)

  it('[E5] whoever holds the file and its salt computes the commitment of the leaf, in pieces of any size', async () => {
    const { commitment, salt } = await sealRecord({ body, mediaType, recipient })
    for (const sizeBytes of [1, 1000, 65_536, 200_000]) {
      const part = body.subarray(0, sizeBytes === 1 ? 300 : undefined)
      const expected = sizeBytes === 1 ? commitmentOf(part, salt) : commitment
      assert.equal(await commitmentOfStream(pieces(part, sizeBytes), salt), expected)
    }
  })

  it('[E5] attack: another file, one byte more or less, or another salt is passed off as what was recorded', async () => {
    const { commitment, salt } = await sealRecord({ body, mediaType, recipient })
    const flipped = body.slice()
    flipped[100_000]! ^= 1
    for (const other of [flipped, body.slice(1), body.slice(0, -1), bytesOf(200_001), new Uint8Array()])
      assert.notEqual(await commitmentOfStream(pieces(other, 4096), salt), commitment)
    const another = (await sealRecord({ body, mediaType, recipient })).salt
    assert.notEqual(await commitmentOfStream(pieces(body), another), commitment)
    await assertRefused(() => commitmentOfStream(pieces(body), '0x12'), 'argument-invalid')
    await assertRefused(() => commitmentOfStream(undefined as never, salt), 'argument-invalid')
  })
})
