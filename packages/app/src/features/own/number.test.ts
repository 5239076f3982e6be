import assert from 'node:assert/strict'
import { test } from 'node:test'
import { numberIn } from './number.ts'

test('numbers as people type them, in their own digits', () => {
  for (const [text, number] of [
    ['72', 72],
    [' 36,6 ', 36.6],
    ['71.55', 71.55],
    ['१२८', 128],
    ['੯੮.੬', 98.6],
  ] as const)
    assert.equal(numberIn(text), number)
})

test('attack: what is no number is none, however it looks', () => {
  for (const text of [
    '',
    ' ',
    '-5',
    '1e3',
    '0x10',
    '12 kg',
    '1.2.3',
    '٣',
    'Infinity',
    '1'.repeat(9),
    '<b>5</b>',
  ])
    assert.ok(Number.isNaN(numberIn(text)), text)
})
