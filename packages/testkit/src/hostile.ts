/** Inputs that somebody might send to make a reader fail. Bytes only: no reader of ours is used to build them. */

/** `[[[[...`, in pieces of 64 KiB that share one buffer, so that making it costs nothing. */
export async function* nestedArrays(sizeBytes: number): AsyncGenerator<Uint8Array> {
  yield* repeated('[', sizeBytes)
}

/** A text repeated up to a size, in pieces of about 64 KiB that share one buffer. */
export async function* repeated(text: string, sizeBytes: number): AsyncGenerator<Uint8Array> {
  const piece = new TextEncoder().encode(text.repeat(Math.ceil(65_536 / text.length)))
  for (let left = sizeBytes; left > 0; left -= piece.length)
    yield piece.subarray(0, Math.min(left, piece.length))
}

/** A valid gzip file of spaces: a thousandth of what it unpacks to. */
export function gzipBomb(unpackedBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  return gzip(repeated(' ', unpackedBytes))
}

/** Gzips with the platform's compressor. */
export async function gzip(source: Uint8Array | AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const pieces = source instanceof Uint8Array ? [source] : source
  const packed = readableOf(pieces).pipeThrough(new CompressionStream('gzip'))
  return new Uint8Array(await new Response(packed).arrayBuffer())
}

/** A gzip file that stops in the middle, as after a broken download. */
export async function truncatedGzip(bytes: Uint8Array): Promise<Uint8Array> {
  const packed = await gzip(bytes)
  return packed.subarray(0, Math.floor(packed.length / 2))
}

/** A gzip file whose checksum does not fit its contents. */
export async function damagedGzip(bytes: Uint8Array): Promise<Uint8Array> {
  const packed = await gzip(bytes)
  const checksumAt = packed.length - 8
  packed[checksumAt] = (packed[checksumAt] as number) ^ 0xff
  return packed
}

/** JSON objects that are more than they seem. */
export const trickyJson = {
  /** Which value counts depends on the reader. */
  duplicateKey: '{"resourceType":"Patient","gender":"female","gender":"male"}',
  /** The same key twice, once escaped. */
  duplicateEscapedKey: '{"resourceType":"Patient","gender":"female","g\\u0065nder":"male"}',
  prototypeKey: '{"resourceType":"Patient","__proto__":{"polluted":true}}',
  constructorKey: '{"resourceType":"Patient","constructor":{"prototype":{"polluted":true}}}',
  prototypeType: '{"resourceType":"__proto__"}',
  loneSurrogate: '{"resourceType":"Patient","name":[{"family":"\\ud800"}]}',
  trailingComma: '{"resourceType":"Patient",}',
  notANumber: '{"resourceType":"Patient","multipleBirthInteger":NaN}',
} as const

/** Bytes that no UTF-8 decoder may accept, by what is wrong with them. @see RFC 3629 section 10 */
export const invalidUtf8: Record<string, Uint8Array> = {
  'overlong slash': Uint8Array.of(0x22, 0xc0, 0xaf, 0x22),
  surrogate: Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22),
  'cut short': Uint8Array.of(0x22, 0xe2, 0x82),
  'UTF-16': Uint8Array.of(0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00),
}

function readableOf(
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const iterator = Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]()
  return new ReadableStream({
    async pull(controller) {
      const next = await iterator.next()
      if (next.done) controller.close()
      else controller.enqueue(next.value as Uint8Array<ArrayBuffer>)
    },
  })
}

/** Texts that break out of a query somewhere, if anything joins strings to SQL. Named by the form of the attack. */
export const sqlInjections: Record<string, string> = {
  'always true': "' or '1'='1' --",
  stacked: "'; drop table receipts; --",
  union: "' union select signed from operations --",
  'in a number': '1; delete from sessions',
  'in a comment': "'/**/or/**/1=1/**/--",
  'by the clock': "'||(select pg_sleep(5))||'",
  'in dollar quotes': '$$; drop table accounts; $$',
  'by a backslash': "\\'; drop table grants; --",
  'by an identifier': '"; drop table leaves; --',
}

/** Paths that lead out of a folder, if anything joins them to one. */
export const pathTraversals: Record<string, string> = {
  'up and up': '../../../../etc/passwd',
  'with a null byte': '..\u0000/../etc/passwd',
  'in backslashes': '..\\..\\organisation.key.json',
  'encoded once more': '..%2f..%2forganisation.key.json',
  absolute: '/etc/passwd',
  'over long': '..%c0%af..%c0%afetc/passwd',
}

/** Texts that have made readers fail: what a database, a log or a page may not take. */
export const awkwardTexts: Record<string, string> = {
  'a null byte': 'a\u0000b',
  'a lone surrogate': '\ud800',
  markup: '<script>alert(1)</script>',
  'a new line in a header': 'x\r\nset-cookie: a=b',
  'a prototype': '__proto__',
  'right to left': '\u202e0xdeadbeef',
  long: '0x' + 'f'.repeat(70_000),
  empty: '',
  'a number that is none': 'NaN',
  'a format string': '%s%s%n{{7*7}}${7*7}',
}

/** JSON of arrays in arrays. */
export const nestedJson = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
