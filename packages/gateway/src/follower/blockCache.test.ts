import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import type { Hex } from 'viem'
import { BlockCache, BlockRows } from './blockCache.ts'

describe('what is kept for a block', () => {
  const followerAt = (blockHash: Hex) => ({ cursor: { blockHash } })
  const counting = () => {
    let loads = 0
    return async () => ++loads
  }

  test('is loaded once, also by those who ask while it is loaded', async () => {
    const cache = new BlockCache(followerAt('0x01'))
    const load = counting()
    assert.deepEqual(await Promise.all([cache.read('a', load), cache.read('a', load)]), [1, 1])
    assert.equal(await cache.read('a', load), 1)
    assert.equal(await cache.read('b', load), 2)
  })

  test('[G5] is loaded anew with the next block, and when a block was replaced', async () => {
    const follower = followerAt('0x01')
    const cache = new BlockCache(follower)
    const load = counting()
    for (const blockHash of ['0x01', '0x02', '0x03', '0x01'] as const) {
      follower.cursor = { blockHash }
      await cache.read('a', load)
    }
    assert.equal(await cache.read('a', load), 4)
  })

  test('[G5] attack: what began to be read before a block is not kept for it', async () => {
    const follower = followerAt('0x01')
    const cache = new BlockCache(follower)
    const slow = Promise.withResolvers<string>()
    const early = cache.read('a', () => slow.promise)
    follower.cursor = { blockHash: '0x02' }
    const late = cache.read('a', async () => 'revoked')
    slow.resolve('granted')
    await early
    assert.equal(await late, 'revoked')
    assert.equal(await cache.read('a', async () => 'granted'), 'revoked')
  })

  test('does not keep failures', async () => {
    const cache = new BlockCache(followerAt('0x01'))
    await assert.rejects(cache.read('a', () => Promise.reject(new Error('away'))))
    assert.equal(await cache.read('a', async () => 'back'), 'back')
  })
})

describe('rows that are kept for a block', () => {
  const followerAt = (blockHash: Hex) => ({ cursor: { blockHash } })
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
    const rows = new BlockRows(followerAt('0x01'), { max: 10 })
    assert.deepEqual(keysOf(await rows.read(['0xa1', '0xa2', '0xa1'], loading('0xa1'))), ['0xa1'])
    assert.deepEqual(keysOf(await rows.read(['0xa1', '0xa2'], loading('0xa2'))), ['0xa1', '0xa2'])
    assert.deepEqual(keysOf(await rows.read(['0xa1', '0xa2'], loading())), ['0xa1', '0xa2'])
    assert.deepEqual(asked, [['0xa1', '0xa2'], ['0xa2']])
  })

  test('[G5] all are asked for anew with the next block', async () => {
    const follower = followerAt('0x01')
    const rows = new BlockRows(follower, { max: 10 })
    await rows.read(['0xa1'], loading('0xa1'))
    follower.cursor = { blockHash: '0x02' }
    assert.deepEqual(keysOf(await rows.read(['0xa1'], loading())), [])
  })

  test('[G5] attack: a record that is erased in a block is not kept by whoever began to read before it', async () => {
    const follower = followerAt('0x01')
    const rows = new BlockRows(follower, { max: 10 })
    const slow = Promise.withResolvers<[Hex, object][]>()
    const early = rows.read(['0xa1'], () => slow.promise)
    follower.cursor = { blockHash: '0x02' }
    assert.deepEqual(keysOf(await rows.read(['0xa1'], loading())), [])
    slow.resolve([['0xa1', {}]])
    assert.deepEqual(keysOf(await early), ['0xa1'])
    assert.deepEqual(keysOf(await rows.read(['0xa1'], loading())), [])
  })

  test('no more are kept than asked for', async () => {
    const rows = new BlockRows(followerAt('0x01'), { max: 2 })
    await rows.read(['0xa1', '0xa2', '0xa3'], loading('0xa1', '0xa2', '0xa3'))
    await rows.read(['0xa1', '0xa2', '0xa3'], loading())
    assert.deepEqual(asked.at(-1), ['0xa1'])
  })
})
