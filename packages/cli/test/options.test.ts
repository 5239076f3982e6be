import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ExchangeError } from '@hre/exchange/client'
import { hreError } from '@hre/protocol'
import { VaultError } from '@hre/vault'
import { CliError, exitCodeOf, exitCodes, problemOf } from '../src/errors.ts'
import { counted, formatBytes } from '../src/options/amounts.ts'
import { parseCountries } from '../src/options/countries.ts'
import { formatDuration, parseDuration } from '../src/options/duration.ts'
import { findByShortId, shortHash, shortId } from '../src/options/short-id.ts'
import { parseCeiling, parseParts, parsePurpose } from '../src/options/words.ts'
import { ProgressDisplay } from '../src/progress.ts'

const isUsage = (error: unknown): boolean => error instanceof CliError && error.code === 'usage'

describe('lengths of time', () => {
  test('a number and a unit', () => {
    const known = {
      '30m': 1800,
      '24h': 86_400,
      '7d': 604_800,
      '2w': 1_209_600,
      '1y': 31_536_000,
      ' 1h ': 3600,
    }
    for (const [text, seconds] of Object.entries(known)) assert.equal(parseDuration(text), seconds)
  })

  test('[C2] nothing, nonsense and more than ten years are refused', () => {
    for (const text of [
      '',
      '24',
      'h',
      '0h',
      '-1h',
      '1.5h',
      '1h30m',
      '24 h',
      '11y',
      '9999999999d',
      '1e3h',
      '١h',
    ])
      assert.throws(() => parseDuration(text), isUsage, text)
  })

  test('are said in the largest unit that fits', () => {
    assert.deepEqual([60, 3600, 86_400, 604_800].map(formatDuration), [
      '60 seconds',
      '60 minutes',
      '24 hours',
      '7 days',
    ])
  })
})

describe('shortened ids', () => {
  const one = `0x12345678${'0'.repeat(56)}` as const
  const other = `0x1234ffff${'0'.repeat(56)}` as const

  test('find the one record that begins so, with or without 0x, in either case', () => {
    for (const text of ['12345', '0x12345678', one.toUpperCase().replace('0X', '0x')])
      assert.equal(findByShortId(text, [one, other]), one)
    assert.equal(shortId(one), '0x12345678')
    assert.equal(shortHash(one), '0x1234567800000000…')
  })

  test('that fit two are refused with both; that fit none, and what is no id, are refused', () => {
    assert.throws(() => findByShortId('1234', [one, other]), {
      code: 'record-ambiguous',
      data: { matches: ['0x12345678', '0x1234ffff'] },
    })
    assert.throws(() => findByShortId('abcd', [one, other]), { code: 'record-unknown' })
    for (const text of ['', '0x', '123', 'wxyz', '0x12 34', '../../etc'])
      assert.throws(() => findByShortId(text, [one]), isUsage, text)
  })
})

describe('words', () => {
  test('parts, purposes and ceilings are what the exchange knows', () => {
    assert.deepEqual(parseParts(['labs', 'summary', 'labs']), ['labs', 'summary'])
    assert.equal(parseParts(['all']).length, 9)
    assert.equal(parsePurpose('treat'), 'TREAT')
    assert.equal(parseCeiling('3'), 3)
  })

  test('others are refused, and what there is is named', () => {
    assert.throws(
      () => parseParts(['labs', 'blood']),
      (error: CliError) => error.hint.includes('vitals'),
    )
    for (const text of ['', 'FUN', 'constructor', '__proto__'])
      assert.throws(() => parsePurpose(text), isUsage, text)
    for (const text of ['0', '6', '', '2.5', 'high']) assert.throws(() => parseCeiling(text), isUsage, text)
  })

  test('amounts', () => {
    assert.deepEqual(
      [1, 2, 1200].map((count) => counted(count, 'record')),
      ['1 record', '2 records', '1,200 records'],
    )
    assert.deepEqual([12, 15_000, 2_500_000].map(formatBytes), ['12 bytes', '15.0 kB', '2.5 MB'])
  })
})

describe('failures', () => {
  test('each has the exit code that the help promises', () => {
    const cases = [
      [new CliError('usage'), exitCodes.usage],
      [new ExchangeError('not-running'), exitCodes.notRunning],
      [new ExchangeError('data-in-use'), exitCodes.tryLater],
      [new ExchangeError('key-damaged'), exitCodes.failed],
      [hreError('not-found'), exitCodes.failed],
      [hreError('chain-unavailable'), exitCodes.tryLater],
      [new Error('a bug'), exitCodes.failed],
    ] as const
    for (const [error, code] of cases) assert.equal(exitCodeOf(problemOf(error)), code, error.message)
  })

  test('a hint that is in the message is said once', () => {
    const { title, hint } = problemOf(new VaultError('keystore-not-opened', {} as never))
    assert.ok(!title.includes(hint))
  })

  test('what nobody foresaw tells nothing of itself', () => {
    const { title, data } = problemOf(new Error('Ana Sharma, password hunter2'))
    assert.doesNotMatch(JSON.stringify([title, data]), /Ana|hunter2/)
  })
})

describe('progress', () => {
  /** Runs reports at times in milliseconds; returns what was written. */
  function told(isTTY: boolean, reports: [number, string, number?, number?][]): string[] {
    const written: string[] = []
    let now = 0
    const display = new ProgressDisplay(
      { isTTY, columns: 80, write: (text) => written.push(text) },
      () => now,
    )
    for (const [at, ...report] of reports) {
      now = at
      display.report(...report)
    }
    display.clear()
    return written
  }

  test('a log gets nothing of short tasks and a line every few seconds of long ones', () => {
    assert.deepEqual(
      told(false, [
        [1, 'A'],
        [500, 'B', 1, 2],
        [900, 'B', 2, 2],
      ]),
      [],
    )
    const long = Array.from({ length: 121 }, (_, index): [number, string, number, number] => [
      1 + index * 100,
      'Sealing',
      index,
      120,
    ])
    assert.deepEqual(told(false, long), [
      'Sealing: 10 of 120 ...\n',
      'Sealing: 60 of 120 ...\n',
      'Sealing: 110 of 120 ...\n',
    ])
  })

  test('a terminal gets one line, rewritten at most every 80 ms and wiped at the end', () => {
    const written = told(true, [
      [1, 'Sealing', 1, 9],
      [20, 'Sealing', 2, 9],
      [200, 'Sealing', 3, 9],
    ])
    assert.deepEqual(written, [
      '\r\u001B[2KSealing: 1 of 9 ...',
      '\r\u001B[2KSealing: 3 of 9 ...',
      '\r\u001B[2K',
    ])
  })
})

test('[P3] countries are two letters each, or `none`', () => {
  assert.deepEqual(parseCountries(['in', 'DE', 'IN']), ['IN', 'DE'])
  assert.deepEqual(parseCountries(['none']), [])
  assert.equal(parseCountries([]), undefined)
  for (const words of [['India'], ['I1'], ['none', 'IN'], ['']])
    assert.throws(() => parseCountries(words), isUsage)
})
