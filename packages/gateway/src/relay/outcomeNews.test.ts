import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { OutcomeNews } from './outcomeNews.ts'

describe('waiting for an outcome', () => {
  const isOver = (state: string) => state === 'applied'

  test('whoever waits is answered when it is written down, with one look more', async () => {
    const news = new OutcomeNews()
    let [state, looks] = ['queued', 0]
    const waits = Array.from({ length: 50 }, () =>
      news.lookUntil(isOver, 60_000, async () => (looks++, state)),
    )
    while (news.waiting < 50) await sleep(1)
    const before = looks
    state = 'applied'
    news.tell()
    assert.deepEqual(new Set(await Promise.all(waits)), new Set(['applied']))
    assert.equal(looks, before + 50)
    assert.equal(news.waiting, 0)
  })

  test('what is written down during a look is not missed', async () => {
    const news = new OutcomeNews()
    let state = 'queued'
    const seen = await news.lookUntil(isOver, 60_000, async () => {
      const then = state
      if (then === 'queued') {
        state = 'applied'
        news.tell()
      }
      return then
    })
    assert.equal(seen, 'applied')
  })

  test('of what another replica writes down, nobody tells: it is looked for', async () => {
    const news = new OutcomeNews()
    let looks = 0
    assert.equal(
      await news.lookUntil(isOver, 60_000, async () => (++looks < 3 ? 'queued' : 'applied')),
      'applied',
    )
  })

  test('nobody waits longer than they asked for, nor for a gateway that ends', async () => {
    const news = new OutcomeNews()
    assert.equal(await news.lookUntil(isOver, 0, async () => 'queued'), 'queued')
    assert.equal(await news.lookUntil(isOver, 5, async () => 'queued'), 'queued')
    const wait = news.lookUntil(isOver, 60_000, async () => 'queued')
    while (news.waiting === 0) await sleep(1)
    news.close()
    assert.equal(await wait, 'queued')
    assert.equal(await news.lookUntil(isOver, 60_000, async () => 'queued'), 'queued')
  })

  test('attack: thousands wait at once. Whoever comes beyond them is answered at once', async () => {
    const news = new OutcomeNews()
    const waits = Array.from({ length: 5_000 }, () => news.lookUntil(isOver, 60_000, async () => 'queued'))
    while (news.waiting < 5_000) await sleep(1)
    assert.equal(await news.lookUntil(isOver, 60_000, async () => 'queued'), 'queued')
    news.close()
    await Promise.all(waits)
  })
})
