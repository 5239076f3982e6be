import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import type { Hex } from 'viem'
import { KeptRows } from './keptRows.ts'

describe('rows that are kept while a mark stays', () => {
  const asked: (readonly Hex[])[] = []
  const loading =
    (...found: Hex[]) =>
    async (missing: readonly Hex[]) => {
      asked.push(missing)
      return missing.filter((key) => found.includes(key)).map((key) => [key, { key }] as const)
    }
  const keysOf = (rows: ReadonlyMap<Hex, unknown>) => [...rows.keys()].sort()
  beforeEach(() => asked.splice(0))

  test('each is asked for once; what was not found is asked for again', async () => {
    const rows = new KeptRows({ max: 10 })
    assert.deepEqual(keysOf(await rows.read('one', ['0xa1', '0xa2', '0xa1'], loading('0xa1'))), ['0xa1'])
    assert.deepEqual(keysOf(await rows.read('one', ['0xa1', '0xa2'], loading('0xa2'))), ['0xa1', '0xa2'])
    assert.deepEqual(keysOf(await rows.read('one', ['0xa1', '0xa2'], loading())), ['0xa1', '0xa2'])
    assert.deepEqual(asked, [['0xa1', '0xa2'], ['0xa2']])
  })

  test('[G5] all are asked for anew with another mark', async () => {
    const rows = new KeptRows({ max: 10 })
    await rows.read('one', ['0xa1'], loading('0xa1'))
    assert.deepEqual(keysOf(await rows.read('two', ['0xa1'], loading())), [])
  })

  test('[G5] attack: what is gone with a mark is not kept by whoever began to read before it', async () => {
    const rows = new KeptRows({ max: 10 })
    const slow = Promise.withResolvers<[Hex, object][]>()
    const early = rows.read('one', ['0xa1'], () => slow.promise)
    assert.deepEqual(keysOf(await rows.read('two', ['0xa1'], loading())), [])
    slow.resolve([['0xa1', {}]])
    assert.deepEqual(keysOf(await early), ['0xa1'])
    assert.deepEqual(keysOf(await rows.read('two', ['0xa1'], loading())), [])
  })

  test('no more are kept than asked for', async () => {
    const rows = new KeptRows({ max: 2 })
    await rows.read('one', ['0xa1', '0xa2', '0xa3'], loading('0xa1', '0xa2', '0xa3'))
    await rows.read('one', ['0xa1', '0xa2', '0xa3'], loading())
    assert.deepEqual(asked.at(-1), ['0xa1', '0xa2'])
  })
})
