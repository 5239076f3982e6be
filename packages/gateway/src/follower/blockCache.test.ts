import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Hex } from 'viem'
import { BlockCache } from './blockCache.ts'

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

  test('attack: somebody asks about more accounts than there is room for', async () => {
    const cache = new BlockCache(followerAt('0x01'))
    const load = counting()
    for (let account = 0; account < 5_001; account++) await cache.read(`account ${account}`, load)
    assert.equal(await cache.read('account 5000', load), 5_001)
    assert.equal(await cache.read('account 0', load), 5_002)
  })

  test('does not keep failures', async () => {
    const cache = new BlockCache(followerAt('0x01'))
    await assert.rejects(cache.read('a', () => Promise.reject(new Error('away'))))
    assert.equal(await cache.read('a', async () => 'back'), 'back')
  })
})
