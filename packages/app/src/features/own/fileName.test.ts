import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostile } from '@hre/testkit'
import { fileNameOf } from './fileName.ts'

test('a name that people recognise, in their own script', () => {
  assert.equal(fileNameOf('Discharge letter, March', 'pdf'), 'Discharge-letter-March.pdf')
  assert.equal(fileNameOf('छुट्टी का पत्र', 'pdf'), 'छुट्टी-का-पत्र.pdf')
})

test('attack: a title that leads out of the folder, ends otherwise or is turned around by Unicode', () => {
  const titles = [
    ...Object.values(hostile.pathTraversals),
    ...Object.values(hostile.awkwardTexts),
    'letter\u202Efdp.exe',
    'CON',
    '.htaccess',
    'a'.repeat(5_000),
  ]
  for (const title of titles) {
    const name = fileNameOf(title, 'pdf')
    assert.match(name, /^[\p{L}\p{M}\p{N}-]{1,60}\.pdf$/u, JSON.stringify(title))
    assert.doesNotMatch(name, /[\u202A-\u202E\u2066-\u2069]/)
  }
})
