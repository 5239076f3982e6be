import { FhirError } from './errors.ts'

/** What is wrong with a JSON text, and where (UTF-16 units from 0). */
export interface JsonFault {
  kind: 'syntax' | 'duplicate-key'
  offset: number
}

/**
 * Parses strictly. Two things differ from `JSON.parse`: an object that names a key twice is refused, because readers disagree on
 * which value counts and a signature or a review may have seen the other; and an error says where, but echoes no contents.
 *
 * Numbers become doubles, as in `JSON.parse`: `1.50` reads as `1.5`.
 *
 * @param text - nested at most a few hundred levels (`splitDocuments` sees to it).
 * @param firstLine - line of the source on which the text begins.
 * @throws FhirError `fhir-not-json`, `fhir-duplicate-key`
 */
export function parseJson(text: string, firstLine = 1): unknown {
  const fault = findJsonFault(text)
  if (fault === undefined) return JSON.parse(text)
  const before = text.slice(0, fault.offset)
  const line = firstLine + before.split('\n').length - 1
  const column = fault.offset - before.lastIndexOf('\n')
  const code = fault.kind === 'syntax' ? 'fhir-not-json' : 'fhir-duplicate-key'
  throw new FhirError(code, { line, column, offset: fault.offset })
}

/** The first fault of a JSON text, or undefined. Agrees with `JSON.parse` but for duplicate keys. @see RFC 8259 */
export function findJsonFault(text: string): JsonFault | undefined {
  try {
    new Checker(text).document()
    return undefined
  } catch (fault) {
    if (fault instanceof Fault) return { kind: fault.kind, offset: fault.offset }
    throw fault
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const LITERALS: Record<string, string> = { t: 'true', f: 'false', n: 'null' }
const SIMPLE_ESCAPES = '"\\/bfnrt'
const HEX4 = /^[0-9a-fA-F]{4}$/
/** Below this many keys a list is faster to look through than a set is to build. */
const FEW_KEYS = 12

class Checker {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): void {
    this.#value()
    this.#space()
    if (this.#at < this.#text.length) throw new Fault(this.#at)
  }

  #value(): void {
    this.#space()
    const char = this.#text[this.#at]
    if (char === '{') return this.#object()
    if (char === '[') return this.#array()
    if (char === '"') return this.#string()
    const literal =
      char === undefined ? undefined : Object.hasOwn(LITERALS, char) ? LITERALS[char] : undefined
    if (literal !== undefined) {
      if (!this.#text.startsWith(literal, this.#at)) throw new Fault(this.#at)
      this.#at += literal.length
      return
    }
    NUMBER.lastIndex = this.#at
    if (!NUMBER.test(this.#text)) throw new Fault(this.#at)
    this.#at = NUMBER.lastIndex
  }

  #object(): void {
    this.#at++
    if (this.#take('}')) return
    const keys: string[] = []
    let many: Set<string> | undefined
    do {
      this.#space()
      const start = this.#at
      if (this.#text[start] !== '"') throw new Fault(start)
      this.#string()
      const raw = this.#text.slice(start + 1, this.#at - 1)
      const key = raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw
      if (many ? many.has(key) : keys.includes(key)) throw new Fault(start, 'duplicate-key')
      if (many) many.add(key)
      else if (keys.push(key) > FEW_KEYS) many = new Set(keys)
      if (!this.#take(':')) throw new Fault(this.#at)
      this.#value()
    } while (this.#take(','))
    if (!this.#take('}')) throw new Fault(this.#at)
  }

  #array(): void {
    this.#at++
    if (this.#take(']')) return
    do this.#value()
    while (this.#take(','))
    if (!this.#take(']')) throw new Fault(this.#at)
  }

  #string(): void {
    const text = this.#text
    for (let at = this.#at + 1; ; at++) {
      const unit = text.charCodeAt(at)
      if (unit === 0x22) {
        this.#at = at + 1
        return
      }
      // NaN past the end fails the comparison too.
      if (!(unit >= 0x20)) throw new Fault(at)
      if (unit === 0x5c) {
        at++
        if (text[at] === 'u' && HEX4.test(text.slice(at + 1, at + 5))) at += 4
        else if (at >= text.length || !SIMPLE_ESCAPES.includes(text[at] as string)) throw new Fault(at)
      }
    }
  }

  /** Skips space, then the character if it is next. */
  #take(char: string): boolean {
    this.#space()
    if (this.#text[this.#at] !== char) return false
    this.#at++
    return true
  }

  #space(): void {
    for (;;) {
      const unit = this.#text.charCodeAt(this.#at)
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return
      this.#at++
    }
  }
}

class Fault extends Error {
  readonly offset: number
  readonly kind: JsonFault['kind']

  constructor(offset: number, kind: JsonFault['kind'] = 'syntax') {
    super(kind)
    this.offset = offset
    this.kind = kind
  }
}
