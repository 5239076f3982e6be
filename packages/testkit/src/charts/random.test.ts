import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from './random.ts'

test('numbers stay inside their bounds and spread over them', () => {
  const random = new Random('bounds')
  const counts = new Map<number, number>()
  for (let count = 0; count < 6000; count++) {
    const roll = random.integer(1, 6)
    counts.set(roll, (counts.get(roll) ?? 0) + 1)
    const bell = random.bell()
    assert.ok(bell >= -6 && bell <= 6)
    const fraction = random.fraction()
    assert.ok(fraction >= 0 && fraction < 1)
  }
  assert.deepEqual([...counts.keys()].sort(), [1, 2, 3, 4, 5, 6])
  for (const count of counts.values()) assert.ok(count > 800 && count < 1200, String(count))
})

test('neighbouring seeds are unrelated', () => {
  const firsts = new Set(Array.from({ length: 2000 }, (_, seed) => new Random(seed).uint32()))
  assert.equal(firsts.size, 2000)
})

test('ids look like UUIDs and do not repeat', () => {
  const random = new Random(1)
  const ids = Array.from({ length: 5000 }, () => random.uuid())
  assert.equal(new Set(ids).size, 5000)
  for (const id of ids)
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})
