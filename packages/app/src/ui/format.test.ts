import assert from 'node:assert/strict'
import { afterEach, before, test } from 'node:test'
import i18next from 'i18next'
import { months } from '../messages/pa/months.ts'
import { formatDate, formatDay, formatInstant } from './format.ts'

const { DateTimeFormat } = Intl

before(async () => {
  await i18next.init({ lng: 'pa', fallbackLng: 'en', resources: { en: { translation: {} } } })
  i18next.addResourceBundle('pa', 'translation', months)
})
afterEach(() => Object.assign(Intl, { DateTimeFormat }))

/** As Chromium's smaller builds are: the locale without its data. */
function forgetPunjabi(): void {
  function Smaller(locale?: string, options?: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    const format = new DateTimeFormat(locale, options)
    if (locale !== 'pa-IN') return format
    const isMonth = options?.month !== undefined && !options.day
    return Object.defineProperty(format, 'format', { value: () => (isMonth ? 'M10' : '2025 M10 25') })
  }
  Object.assign(Intl, { DateTimeFormat: Smaller })
}

const noon = Date.UTC(2025, 9, 25, 12) / 1000

test('Punjabi dates have their months also where the browser does not know them', () => {
  forgetPunjabi()
  assert.equal(formatDay('pa', '2025-10-25'), '25 ਅਕਤੂਬਰ 2025')
  assert.equal(formatDay('pa', '2025-10'), 'ਅਕਤੂਬਰ 2025')
  assert.equal(formatDate('pa', noon), '25 ਅਕਤੂਬਰ 2025')
  assert.match(formatInstant('pa', noon), /^25 ਅਕਤੂਬਰ 2025, \d\d:\d\d$/)
})

test('the months of the catalogue are those of CLDR', () => {
  for (const [number, name] of Object.entries(months.month))
    assert.equal(
      new DateTimeFormat('pa-IN', { month: 'long' }).format(Date.UTC(2025, Number(number) - 1, 15)),
      name,
    )
})

test('where the browser knows a language nothing is changed', () => {
  const expected = new DateTimeFormat('en-IN', { dateStyle: 'long' }).format(noon * 1000)
  assert.equal(formatDate('en', noon), expected)
})
