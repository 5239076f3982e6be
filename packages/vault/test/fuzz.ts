import assert from 'node:assert/strict'
import fc from 'fast-check'
import { isVaultError } from '../src/index.ts'

// HRE_FUZZ_SEED repeats a run, HRE_FUZZ_FACTOR lengthens it (nightly).
export const fuzzSeed = Number(process.env['HRE_FUZZ_SEED'] ?? Math.floor(Math.random() * 0x7fffffff))
const factor = Number(process.env['HRE_FUZZ_FACTOR'] ?? 1)
console.log(`fuzz: HRE_FUZZ_SEED=${fuzzSeed}`)

/** Succeeds or throws a VaultError, nothing else. */
export async function holds<T>(
  inputs: fc.Arbitrary<T>,
  work: (input: T) => unknown,
  numRuns: number,
): Promise<void> {
  const property = fc.asyncProperty(inputs, async (input) => {
    try {
      await work(input)
    } catch (error) {
      assert.ok(isVaultError(error), `not a VaultError: ${String(error)}`)
    }
  })
  await fc.assert(property, { seed: fuzzSeed, numRuns: numRuns * factor })
}

/** The good bytes with a few of them changed, cut, doubled or moved. */
export const damaged = (good: Uint8Array): fc.Arbitrary<Uint8Array> => {
  const at = fc.nat(good.length)
  return fc.oneof(
    fc.array(fc.tuple(at, fc.nat(255)), { minLength: 1, maxLength: 8 }).map((changes) => {
      const copy = good.slice()
      for (const [index, value] of changes) copy[index] = value
      return copy
    }),
    fc.tuple(at, at).map(([a, b]) => good.slice(Math.min(a, b), Math.max(a, b))),
    fc
      .tuple(at, fc.uint8Array({ maxLength: 64 }))
      .map(([a, extra]) => Uint8Array.from([...good.slice(0, a), ...extra, ...good.slice(a)])),
  )
}
export const damagedText = (good: string) =>
  damaged(new TextEncoder().encode(good)).map((bytes) => new TextDecoder('latin1').decode(bytes))

/** Anything that JSON, or a careless caller, can hold. */
export const wild = fc.anything({ withNullPrototype: true, withBigInt: true, withTypedArray: true })

/** A good message with one member, at any depth, replaced, removed, or moved in from another message. */
export function damagedJson(good: object, other: object = good): fc.Arbitrary<unknown> {
  const paths = pathsOf(good)
  const values = fc.oneof(
    wild,
    fc.constantFrom(...pathsOf(other).map((path) => valueAt(other, path))),
    fc.constantFrom(0, 1, 2, 33, 2 ** 32, -1, NaN, undefined, '0x', new Array(10_000).fill({})),
  )
  return fc.tuple(fc.constantFrom(...paths), values, fc.boolean()).map(([path, value, removes]) => {
    const copy = structuredClone(good)
    const parent = valueAt(copy, path.slice(0, -1)) as Record<string, unknown>
    if (removes) delete parent[path.at(-1)!]
    else parent[path.at(-1)!] = value
    return copy
  })
}

function pathsOf(value: unknown, before: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => {
    const path = [...before, name]
    return [path, ...pathsOf(member, path)]
  })
}

const valueAt = (value: unknown, path: string[]): unknown =>
  path.reduce<unknown>((member, name) => (member as Record<string, unknown>)[name], value)
