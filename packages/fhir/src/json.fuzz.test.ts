import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { findJsonFault } from './json.ts'

const runs = { numRuns: Number(process.env.HRE_FUZZ_RUNS ?? 2000), verbose: 0 } as const

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

test('two ways to one answer: the checker accepts what JSON.parse accepts, but for duplicate keys', () => {
  const fragment = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"',
    '\\',
    '\\u00',
    '1',
    '-',
    '.',
    'e',
    '0',
    'true',
    ' ',
    '\n',
    '\u0001',
    '💊',
  )
  const almostJson = fc.oneof(
    fc.json(),
    fc.array(fragment, { maxLength: 12 }).map((parts) => parts.join('')),
    fc.tuple(fc.json(), fc.nat(), fc.string({ maxLength: 2 })).map(([text, at, put]) => {
      const cut = at % (text.length + 1)
      return text.slice(0, cut) + put + text.slice(cut + put.length)
    }),
  )
  fc.assert(
    fc.property(almostJson, (text) => {
      const fault = findJsonFault(text)
      if (fault?.kind === 'duplicate-key') return
      assert.equal(fault === undefined, parses(text), JSON.stringify(text))
    }),
    runs,
  )
})

test('a duplicate key is found at any depth and among many', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 40 }), fc.nat(5), (keys, depth) => {
      const object = (names: string[]) => `{${names.map((name) => `${JSON.stringify(name)}:1`).join()}}`
      const nested = (inner: string) => '['.repeat(depth) + inner + ']'.repeat(depth)
      assert.equal(findJsonFault(nested(object(keys))), undefined)
      assert.equal(findJsonFault(nested(object([...keys, keys[0] as string])))?.kind, 'duplicate-key')
    }),
    runs,
  )
})
