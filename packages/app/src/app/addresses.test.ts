import assert from 'node:assert/strict'
import { test } from 'node:test'
import { givenIn, isAt, patterns } from './addresses.ts'

const filled = (pattern: string) => pattern.replace(/\$\w+/g, '0xab')
const at = (path: string) => patterns.filter((pattern) => isAt(pattern, path))

test('every address leads to one page, and it is its own', () => {
  for (const pattern of patterns) assert.deepEqual(at(filled(pattern)), [pattern])
})

test('what is no address leads nowhere: less, more, or nothing where something is to be given', () => {
  for (const path of [
    '',
    '/record',
    '/record/',
    '/record/0xab/more',
    '//',
    '/shares/',
    '/SHARES',
    '/$record',
  ])
    assert.deepEqual(at(path), [], path)
})

test('what is given is read by its place, at the address and beyond it', () => {
  assert.deepEqual(givenIn('/record/$record', '/record/0xab'), { record: '0xab' })
  assert.deepEqual(givenIn('/helped/$patient', '/helped/0xab/visits'), { patient: '0xab' })
  assert.deepEqual(givenIn('/helped/$patient/$place', '/helped/0xab/visits'), {
    patient: '0xab',
    place: 'visits',
  })
  assert.deepEqual(givenIn('/share/$reader', '/share'), { reader: undefined })
})
