import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '@hre/protocol'
import { allRows } from './all-rows.ts'

interface Page {
  rows: number[]
  next: string | null
}
const rowsOf = ({ rows }: Page) => rows
const refusal = { code: 'internal', data: { reason: 'the gateway sends a list without end' } }

test('[G31] a list comes page by page, each behind the one before', async () => {
  const asked: (string | undefined)[] = []
  const pages: Page[] = [
    { rows: [1, 2], next: 'a' },
    { rows: [3], next: 'b' },
    { rows: [], next: null },
  ]
  const ask = async (cursor: string | undefined) => {
    asked.push(cursor)
    return pages[asked.length - 1]!
  }
  assert.deepEqual(await allRows(ask, rowsOf), [1, 2, 3])
  assert.deepEqual(asked, [undefined, 'a', 'b'])
})

test('[G31] attack: a gateway that always names another page keeps nobody waiting for ever', async () => {
  let asked = 0
  const ask = async (): Promise<Page> => ({ rows: [], next: String(asked++) })
  await assert.rejects(allRows(ask, rowsOf), refusal)
  assert.equal(asked, 1)
})

test('[G31] attack: a gateway that always has more rows fills nobody’s memory', async () => {
  const rows = Array.from({ length: 100_000 }, () => 0)
  let sent = 0
  const ask = async (): Promise<Page> => {
    sent += rows.length
    return { rows, next: 'more' }
  }
  await assert.rejects(allRows(ask, rowsOf), refusal)
  assert.ok(sent <= limits.listRowsMax + rows.length)
})
