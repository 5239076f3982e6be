import { FhirError } from './errors.ts'

/** Bytes in memory, or as they arrive. */
export type ByteSource = Uint8Array | AsyncIterable<Uint8Array>

/** Small enough that one piece of a bomb (gzip: at most about 1,030 to 1) unpacks to no more than 17 MB. */
const PIECE_BYTES = 16 * 1024

/**
 * The source's bytes, unpacked if they begin as gzip does. The name of a file does not matter.
 *
 * Uses the platform's `DecompressionStream`, so it runs in a browser too. One gzip member; anything after it is damage.
 *
 * @param sourceBytesMax - bytes after unpacking.
 * @throws FhirError `fhir-gzip-truncated`, `fhir-gzip-damaged`, `fhir-too-large`; errors of the source itself.
 * @see RFC 1952 for the two magic bytes
 */
export async function* inflate(source: ByteSource, sourceBytesMax: number): AsyncGenerator<Uint8Array> {
  const pieces = pieceByPiece(source)
  const first = await atLeastTwoBytes(pieces)
  const packed = first[0] === 0x1f && first[1] === 0x8b
  let sizeBytes = 0
  for await (const piece of packed ? gunzip(first, pieces) : prepend(first, pieces)) {
    sizeBytes += piece.length
    if (sizeBytes > sourceBytesMax) throw new FhirError('fhir-too-large', { sourceBytesMax })
    yield piece
  }
}

async function* gunzip(first: Uint8Array, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  let compressedBytes = 0
  let sourceFailure: { error: unknown } | undefined
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        try {
          const next = compressedBytes === 0 ? { done: false, value: first } : await rest.next()
          if (next.done) return controller.close()
          compressedBytes += next.value.length
          controller.enqueue(next.value as Uint8Array<ArrayBuffer>)
        } catch (error) {
          sourceFailure = { error }
          controller.error(error)
        }
      },
      cancel: async () => void (await rest.return(undefined)),
    },
    { highWaterMark: 0 },
  )
  try {
    const unpacked: ReadableStream<Uint8Array> = packed.pipeThrough(new DecompressionStream('gzip'))
    yield* unpacked
  } catch (error) {
    if (sourceFailure) throw sourceFailure.error
    throw new FhirError(
      endsEarly(error) ? 'fhir-gzip-truncated' : 'fhir-gzip-damaged',
      { compressedBytes },
      error,
    )
  }
}

/** Node names zlib's code, browsers only say it in words. */
function endsEarly(error: unknown): boolean {
  const { message = '', code } = error as { message?: string; code?: string }
  return code === 'Z_BUF_ERROR' || /truncated|unexpected end/i.test(message)
}

async function* pieceByPiece(source: ByteSource): AsyncGenerator<Uint8Array> {
  for await (const chunk of source instanceof Uint8Array ? [source] : source) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) yield chunk.subarray(at, at + PIECE_BYTES)
  }
}

async function atLeastTwoBytes(pieces: AsyncGenerator<Uint8Array>): Promise<Uint8Array> {
  let first = new Uint8Array()
  while (first.length < 2) {
    const next = await pieces.next()
    if (next.done) break
    const joined = new Uint8Array(first.length + next.value.length)
    joined.set(first)
    joined.set(next.value, first.length)
    first = joined
  }
  return first
}

async function* prepend(first: Uint8Array, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first
  yield* rest
}
