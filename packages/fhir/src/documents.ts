import { FhirError } from './errors.ts'
import type { ReadLimits } from './limits.ts'

/** One JSON text: a whole file, or one line of NDJSON. */
export interface JsonDocument {
  text: string
  /** Line on which the text begins, from 1. */
  line: number
  /** True when the source is NDJSON, that is when its first line closes everything it opens. */
  ndjson: boolean
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const NEWLINE = 0x0a

/**
 * Splits bytes into JSON texts, in memory of the longest one. Nesting and the number of values are counted on the bytes,
 * before a parser builds anything; a parser would follow a hundred million `[` down. A byte order mark is tolerated.
 *
 * @throws FhirError `fhir-too-deep`, `fhir-too-many-values`, `fhir-not-utf8`
 */
export async function* splitDocuments(
  chunks: AsyncIterable<Uint8Array>,
  limits: Pick<ReadLimits, 'levelsMax' | 'valuesMax'>,
): AsyncGenerator<JsonDocument> {
  const text = new TextCollector()
  let ndjson: boolean | undefined
  let level = 0
  let values = 0
  let inString = false
  let escaped = false
  let blank = true
  let line = 1
  let firstLine = 1
  let offset = 0

  for await (const chunk of chunks) {
    let start = 0
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] as number
      if (byte === NEWLINE) {
        line++
        if (blank) firstLine = line
        else ndjson ??= level === 0
        if (ndjson && !blank) {
          text.add(chunk.subarray(start, at), offset + start)
          yield { text: text.take(), line: firstLine, ndjson }
          start = at + 1
          level = values = 0
          inString = escaped = false
          blank = true
          firstLine = line
        }
      } else if (inString) {
        if (escaped) escaped = false
        else if (byte === BACKSLASH) escaped = true
        else if (byte === QUOTE) inString = false
      } else if (byte > 0x20) {
        blank = false
        if (byte === QUOTE) inString = true
        else if (byte === 0x7b || byte === 0x5b) {
          if (++level > limits.levelsMax) {
            throw new FhirError('fhir-too-deep', { levelsMax: limits.levelsMax, byteOffset: offset + at })
          }
          values++
        } else if (byte === 0x7d || byte === 0x5d) level--
        else if (byte === 0x2c && ++values > limits.valuesMax) {
          throw new FhirError('fhir-too-many-values', { valuesMax: limits.valuesMax })
        }
      }
    }
    text.add(chunk.subarray(start), offset + start)
    offset += chunk.length
  }
  const rest = text.take()
  if (!blank || ndjson === undefined) yield { text: rest, line: firstLine, ndjson: ndjson ?? false }
}

/** Decodes UTF-8 as it arrives; a character may lie across two chunks. */
class TextCollector {
  #decoder = new TextDecoder('utf-8', { fatal: true })
  #pieces: string[] = []
  #offset = 0

  add(bytes: Uint8Array, byteOffset: number): void {
    this.#offset = byteOffset
    this.#pieces.push(this.#decode(bytes, true))
  }

  take(): string {
    const last = this.#decode(new Uint8Array(), false)
    const text = this.#pieces.join('') + last
    this.#pieces = []
    return text
  }

  #decode(bytes: Uint8Array, stream: boolean): string {
    try {
      return this.#decoder.decode(bytes, { stream })
    } catch (error) {
      // The platform does not say which byte; the offset is that of the piece which holds it.
      throw new FhirError('fhir-not-utf8', { byteOffset: this.#offset }, error)
    }
  }
}
