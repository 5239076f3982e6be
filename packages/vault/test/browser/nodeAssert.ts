// Stands in for node:assert/strict in a page: the part that the tests of vectors use, as strict.

class AssertionError extends Error {
  override name = 'AssertionError'
}

function fail(message: string | undefined, otherwise: string): never {
  throw new AssertionError(message ?? otherwise)
}

function ok(value: unknown, message?: string): asserts value {
  if (!value) fail(message, `${String(value)} is not truthy`)
}

function equal(actual: unknown, expected: unknown, message?: string): void {
  if (!Object.is(actual, expected)) fail(message, `${String(actual)} is not ${String(expected)}`)
}

function deepEqual(actual: unknown, expected: unknown, message?: string): void {
  if (!isAlike(actual, expected))
    fail(message, `${JSON.stringify(actual)} is not like ${JSON.stringify(expected)}`)
}

/** @param check - as node:assert takes it: says of the error whether it is the expected one. */
async function rejects(work: () => unknown, check: (error: unknown) => boolean): Promise<void> {
  try {
    await work()
  } catch (error) {
    ok(check(error), `an unexpected error: ${String(error)}`)
    return
  }
  fail(undefined, 'was not refused')
}

/** Plain values, arrays, objects and bytes: of the same prototype, with the same own members. */
function isAlike(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false
  const names = Object.keys(a)
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => name in b && isAlike(memberOf(a, name), memberOf(b, name)))
  )
}

const memberOf = (value: object, name: string): unknown => (value as Record<string, unknown>)[name]

export default { ok, equal, deepEqual, rejects, fail }
