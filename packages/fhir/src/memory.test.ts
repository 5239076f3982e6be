import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'

const here = import.meta.dirname

/** Reads a hostile source in a process of its own whose heap is too small to hold it. */
async function refusedWithin(
  heapMegabytes: number,
  sourceExpression: string,
): Promise<{ code: string; rssMegabytes: number; ms: number }> {
  const script = `
    import * as hostile from '${here}/../../testkit/src/hostile.ts'
    import { loadDefinitions } from '${here}/definitions.ts'
    import { readBundles } from '${here}/read.ts'
    await loadDefinitions(async () => ({ resourceType: 'Bundle', type: 'collection', entry: [] }))
    const source = await ${sourceExpression}
    const before = process.resourceUsage().maxRSS
    const started = performance.now()
    try { for await (const chart of readBundles(source, { name: 'x' })) void chart }
    catch (error) {
      const rssMegabytes = (process.resourceUsage().maxRSS - before) / 1024
      console.log(JSON.stringify({ code: error.code ?? String(error), rssMegabytes, ms: performance.now() - started }))
    }`
  const heap = `--max-old-space-size=${heapMegabytes}`
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, [heap, '--input-type=module-typescript', '-e', script])
  return JSON.parse(stdout)
}

test('100 MB of nested arrays are refused at the 65th, in a heap of 48 MB', async () => {
  const { code, rssMegabytes, ms } = await refusedWithin(48, 'hostile.nestedArrays(100_000_000)')
  assert.equal(code, 'fhir-too-deep')
  assert.ok(rssMegabytes < 20 && ms < 2000, `${rssMegabytes} MB, ${ms} ms`)
})

test('nested objects and nesting behind a long preamble are refused too', async () => {
  const { code } = await refusedWithin(48, `hostile.repeated('{"a":', 100_000_000)`)
  assert.equal(code, 'fhir-too-deep')
})

test('a gzip bomb stops at the limit for unpacked bytes', async () => {
  const bomb = `(async () => { const bomb = await hostile.gzipBomb(300 * 1024 * 1024); return bomb })()`
  const { code, rssMegabytes } = await refusedWithin(600, bomb)
  assert.equal(code, 'fhir-too-large')
  assert.ok(rssMegabytes < 900, `${rssMegabytes} MB`)
})

test('a list of empty lists costs more memory than bytes: its values are counted', async () => {
  const { code } = await refusedWithin(400, `hostile.repeated('[[],[],[]],', 200_000_000)`)
  assert.equal(code, 'fhir-too-many-values')
})
