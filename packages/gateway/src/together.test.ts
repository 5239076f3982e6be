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

  test('one alone is done at once; what comes meanwhile is done in one go, each with its own result', async () => {
    const { goes, together } = recorded(100)
    assert.deepEqual(await Promise.all([1, 2, 3, 4].map((item) => together.add(item))), [2, 4, 6, 8])
    assert.deepEqual(goes, [[1], [2, 3, 4]])
    assert.equal(await together.add(5), 10)
  })

  test('a go is no larger than it may be, and an item that is too large is alone', async () => {
    const { goes, together } = recorded(5)
    await Promise.all([1, 2, 3, 9, 4, 1].map((item) => together.add(item)))
    assert.deepEqual(goes, [[1], [2, 3], [9], [4, 1]])
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
      ['fulfilled', 'rejected', 'rejected', 'rejected'],
    )
    assert.equal(goes.length, 2)
  })
})
