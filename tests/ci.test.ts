import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'

const program = join(import.meta.dirname, '../.ci/counts.awk')

/** What `.ci/run` counts in what a command said: passed, failed. */
function counts(...lines: string[]): string {
  const { stdout, error } = spawnSync('awk', ['-f', program], {
    input: `${lines.join('\n')}\n`,
    encoding: 'utf8',
  })
  if (error) throw error
  return stdout.trim()
}

const skip = process.platform === 'win32' ? 'awk is not part of Windows' : false

test('a suite that fails inside npm test is counted once, by the sum at the end', { skip }, () => {
  const suite = [
    'ok  lint (3 s)',
    '✖ something',
    'ℹ pass 40',
    'ℹ fail 2',
    'ℹ cancelled 1',
    'FAIL tests: 40 passed, 3 failed (9 s)',
  ]
  assert.equal(counts(...suite, 'Took 20 s', '45 passed, 3 failed'), '45 3')
  assert.equal(counts('7 passed, 0 failed', ...suite, '52 passed, 3 failed, 4 skipped'), '52 3')
})

test('what has no sum of its own is counted by the closing lines of each run', { skip }, () => {
  assert.equal(
    counts('ℹ pass 40', 'ℹ fail 2', 'ℹ cancelled 1', 'ℹ pass 2', 'ℹ fail 0', 'ℹ cancelled 0'),
    '42 3',
  )
  assert.equal(counts('{"step":"people","ok":true}', '12 passed or so'), '0 0')
})
