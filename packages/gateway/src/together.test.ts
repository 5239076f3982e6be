import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Together } from './together.ts'

describe('work that is done together', () => {
  const recorded = (sizeMax: number) => {
    const goes: (readonly number[])[] = []
    const together = new Together<number, number>({
      run: async (items) => {
        goes.push(items)
        await new Promise((resolve) => setImmediate(resolve))
        if (items.includes(50)) throw new Error('away')
        if (items.some((item) => item < 0)) throw new RangeError(String(items))
        return items.map((item) => item * 2)
      },
      size: (item) => Math.abs(item),
      sizeMax,
      isOfAll: (error) => (error as Error).message === 'away',
    })
    return { goes, together }
  }

  test('what comes in one turn, and what comes while work is under way, is done in one go, each with its own result', async () => {
    const { goes, together } = recorded(100)
    const first = Promise.all([1, 2].map((item) => together.add(item)))
    await new Promise((resolve) => setImmediate(resolve))
    const second = Promise.all([3, 4].map((item) => together.add(item)))
    assert.deepEqual(await first, [2, 4])
    assert.deepEqual(await second, [6, 8])
    assert.deepEqual(goes, [
      [1, 2],
      [3, 4],
    ])
    assert.equal(await together.add(5), 10)
  })

  test('a go reads nothing older than its callers: it begins after the last of them came', async () => {
    let world = 0
    const together = new Together<string, number>({
      run: async (items) => items.map(() => world),
      size: () => 1,
      sizeMax: 100,
      isOfAll: () => true,
    })
    const early = together.add('early')
    world = 1
    assert.equal(await together.add('late'), 1)
    assert.equal(await early, 1)
  })

  test('a go is no larger than it may be, and an item that is too large is alone', async () => {
    const { goes, together } = recorded(5)
    await Promise.all([1, 2, 3, 9, 4, 1].map((item) => together.add(item)))
    assert.deepEqual(goes, [[1, 2], [3], [9], [4, 1]])
  })

  test('one that fails is told alone, and its neighbours are done', async () => {
    const { together } = recorded(100)
    const results = await Promise.allSettled([1, 2, -3, 4].map((item) => together.add(item)))
    assert.deepEqual(
      results.map((result) => (result.status === 'fulfilled' ? result.value : String(result.reason))),
      [2, 4, 'RangeError: -3', 8],
    )
  })

  test('a fault of all is told to all at once', async () => {
    const { goes, together } = recorded(100)
    const results = await Promise.allSettled([1, 2, 50, 4].map((item) => together.add(item)))
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'rejected', 'rejected', 'rejected'],
    )
    assert.equal(goes.length, 1)
  })
})
