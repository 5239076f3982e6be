import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Marks, Revisions } from '../store/revisions.ts'
import { Moments } from './moments.ts'

describe('moments by which requests are ruled on', () => {
  function newMoments({ time = 50, blockTime = 7 } = {}) {
    let [looks, syncs] = [0, 0]
    const moments = new Moments({
      clock: () => time,
      follower: {
        cursor: { block: 1, blockHash: '0x', blockTime },
        sync: async () => {
          syncs++
        },
      },
      revisions: { marks: async () => marksOf(looks++) } as unknown as Revisions,
    })
    return { moments, counts: () => ({ looks, syncs }) }
  }
  const marksOf = (look: number): Marks => ({ sessions: String(look), patient_countries: String(look) })

  test('attack: a body is held back until the chain or a patient has said something else. A new moment is looked for', async () => {
    const { moments, counts } = newMoments()
    const head = marksOf(-1)
    await moments.of(head)
    const { marks } = await moments.now()
    assert.notEqual(marks, head)
    assert.deepEqual(counts(), { looks: 1, syncs: 2 })
    await moments.now()
    assert.deepEqual(counts(), { looks: 2, syncs: 3 })
  })

  test('the chain is read once for all who share a look, after it', async () => {
    const { moments, counts } = newMoments()
    const look = marksOf(-1)
    const [one, other] = await Promise.all([moments.of(look), moments.of(look)])
    assert.deepEqual([one, other, counts()], [{ at: 50, marks: look }, one, { looks: 0, syncs: 1 }])
  })

  test('attack: the clock is set back. The newest block has the word', async () => {
    const { moments } = newMoments({ time: 50, blockTime: 90 })
    assert.equal((await moments.now()).at, 90)
  })
})
