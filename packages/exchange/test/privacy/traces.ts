import { gunzipSync } from 'node:zlib'

/** Something that must not be found: what it is, and the text or the bytes. */
export interface Secret {
  what: string
  value: string | Uint8Array
}

/** Where a secret was found, and in which spelling. */
export interface Trace {
  where: string
  what: string
  form: string
}

/** Shorter texts are found everywhere by chance. */
const charactersMin = 6

/**
 * Every spelling in which something can come to lie in a file: as it is, in other cases, in hexadecimal, base64 at any offset, percent-encoded, escaped in
 * JSON. Bytes also as raw bytes.
 */
function formsOf({ value }: Secret): { form: string; bytes: Buffer; anyCase: boolean }[] {
  const raw = Buffer.from(value as Uint8Array)
  const forms: { form: string; bytes: Buffer; anyCase: boolean }[] = []
  const add = (form: string, text: string | Buffer, anyCase = false) => {
    const bytes = anyCase ? lowerCase(Buffer.from(text as string)) : Buffer.from(text as string)
    if (bytes.length >= charactersMin) forms.push({ form, bytes, anyCase })
  }
  if (typeof value === 'string') {
    if (value.length < charactersMin) return []
    add('as it is', value, true)
    add('escaped', JSON.stringify(value).slice(1, -1), true)
    add('percent-encoded', encodeURIComponent(value), true)
    add('form-encoded', new URLSearchParams({ a: value }).toString().slice(2), true)
  } else add('raw', raw)
  add('hexadecimal', raw.toString('hex'), true)
  for (const offset of [0, 1, 2]) {
    // Characters that hang on neighbours are left out at both ends.
    const padded = Buffer.concat([Buffer.alloc(offset), raw])
    const whole = padded.toString('base64').replace(/=+$/, '')
    const end = padded.length % 3 === 0 ? whole.length : whole.length - 1
    const inner = whole.slice(offset === 0 ? 0 : offset + 1, end)
    add(`base64 at ${offset}`, inner)
    add(`base64url at ${offset}`, inner.replaceAll('+', '-').replaceAll('/', '_'))
  }
  return forms
}

const gzipMagic = Buffer.from([0x1f, 0x8b, 0x08])

/** The bytes, and what is packed in them: gzip anywhere, also in hexadecimal, as an engine's state is. */
export function layersOf(bytes: Buffer): Buffer[] {
  const packed = bytes.toString('latin1').match(/1f8b08[0-9a-f]{64,}/gi) ?? []
  const inner = packed.map((text) => unpacked(Buffer.from(text, 'hex')))
  for (let at = bytes.indexOf(gzipMagic); at >= 0; at = bytes.indexOf(gzipMagic, at + 1))
    inner.push(unpacked(bytes.subarray(at)))
  return [bytes, ...inner.filter((layer) => layer !== undefined).flatMap(layersOf)]
}

/** Three bytes that look like gzip may be anything. */
function unpacked(bytes: Buffer): Buffer | undefined {
  try {
    return gunzipSync(bytes)
  } catch {
    return undefined
  }
}

/** Looks for all of them. */
export class Finder {
  readonly #sought: { what: string; forms: ReturnType<typeof formsOf> }[]

  constructor(secrets: readonly Secret[]) {
    this.#sought = secrets.map((secret) => ({ what: secret.what, forms: formsOf(secret) }))
  }

  /** @param except - secrets that may be there. */
  tracesIn(
    where: string,
    bytes: Uint8Array | string,
    except: (what: string) => boolean = () => false,
  ): Trace[] {
    const found: Trace[] = []
    for (const layer of layersOf(Buffer.from(bytes as string))) {
      const lower = lowerCase(layer)
      for (const { what, forms } of this.#sought)
        for (const { form, bytes: sought, anyCase } of forms)
          if (!except(what) && (anyCase ? lower : layer).includes(sought)) found.push({ where, what, form })
    }
    return found
  }
}

/** ASCII alone, and in place of a copy as text: files may be large. */
function lowerCase(bytes: Buffer): Buffer {
  const lower = Buffer.from(bytes)
  for (let index = 0; index < lower.length; index++) {
    const byte = lower[index]!
    if (byte >= 0x41 && byte <= 0x5a) lower[index] = byte + 0x20
  }
  return lower
}
