import i18next, { type TFunction } from 'i18next'
import type { ChartItem } from '../chart/item.ts'
import { topicNames, type Topic } from '../chart/topics.ts'
import type { OrganisationInfo, Reader } from '../keeper/api.ts'

/** Dates, numbers and lists as India writes them in each language, where the hospitals are. */
export const localeOf = (language: string): string => `${language}-IN`

/** A day as the reader's language writes it. What says only a year or a month stays that. */
export function formatDay(language: string, date: string): string {
  const [year = 0, month, day] = date.slice(0, 10).split('-').map(Number)
  const options: Intl.DateTimeFormatOptions = { timeZone: 'UTC', year: 'numeric' }
  if (month) options.month = 'long'
  if (day) options.day = 'numeric'
  // The day as written, in whichever time zone it was: it is not moved.
  return written(language, options, Date.UTC(year, (month ?? 1) - 1, day ?? 1))
}

/** An instant, in the reader's own time zone. @param seconds - Unix. */
export const formatInstant = (language: string, seconds: number): string =>
  written(language, { dateStyle: 'long', timeStyle: 'short' }, seconds * 1000)

/** The time of day, for something that ends today. @param seconds - Unix. */
export const formatClock = (language: string, seconds: number): string =>
  new Intl.DateTimeFormat(localeOf(language), { timeStyle: 'short' }).format(seconds * 1000)

export const formatDate = (language: string, seconds: number): string =>
  written(language, { dateStyle: 'long' }, seconds * 1000)

/** By the browser; where it does not know the language's months ("2025 M10 25") with those of the catalogue, in the order of India. */
function written(language: string, options: Intl.DateTimeFormatOptions, milliseconds: number): string {
  if (knowsMonths(language) || !i18next.exists('month.1', { lng: language }))
    return new Intl.DateTimeFormat(localeOf(language), options).format(milliseconds)
  const month = new Intl.DateTimeFormat('en', { ...zoneOf(options), month: 'numeric' }).format(milliseconds)
  const plain = options.timeStyle ? ({ ...options, hourCycle: 'h23' } as const) : options
  return new Intl.DateTimeFormat('en-IN', plain)
    .formatToParts(milliseconds)
    .map(({ type, value }) => {
      if (type === 'month') return i18next.t(`month.${month}`, { lng: language })
      return type === 'literal' && /\p{L}/u.test(value) ? ', ' : value
    })
    .join('')
}

const zoneOf = ({ timeZone }: Intl.DateTimeFormatOptions): Intl.DateTimeFormatOptions =>
  timeZone ? { timeZone } : {}

const knowsMonths = (language: string): boolean =>
  !/\d/.test(new Intl.DateTimeFormat(localeOf(language), { month: 'long' }).format(0))

/** A country's name. @param code - ISO 3166-1 alpha-2. */
export const formatCountry = (language: string, code: string): string =>
  new Intl.DisplayNames([localeOf(language), 'en'], { type: 'region' }).of(code) ?? code

/** Minutes and seconds that are left: "4:05". */
export function formatCountdown(language: string, seconds: number): string {
  const two = new Intl.NumberFormat(localeOf(language), { minimumIntegerDigits: 2 })
  return `${new Intl.NumberFormat(localeOf(language)).format(Math.floor(seconds / 60))}:${two.format(seconds % 60)}`
}

export const formatNumber = (language: string, number: number): string =>
  new Intl.NumberFormat(localeOf(language)).format(number)

export const formatList = (language: string, parts: readonly string[]): string =>
  new Intl.ListFormat(localeOf(language), { type: 'conjunction' }).format(parts)

/** Topics inside a sentence, in their usual order. Scripts without capitals stay as they are. */
export const loweredList = (t: TFunction, language: string, topics: readonly Topic[]): string =>
  formatList(
    language,
    topicNames.filter((topic) => topics.includes(topic)).map((topic) => lowered(t(`topic.${topic}`))),
  )

const lowered = (text: string): string =>
  /^[A-Z]-/.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1)

/** A value with its unit; numbers as the language writes them. */
export function formatValue(language: string, { value }: ChartItem): string {
  if (!value) return ''
  const number = value.text === String(value.number) ? value.number : null
  const text =
    number === null
      ? value.text
      : new Intl.NumberFormat(localeOf(language), { maximumFractionDigits: 2 }).format(number)
  return value.unit ? `${text} ${value.unit}` : text
}

/** What people call it, where there is such a word, else what the record says. */
export const titleOf = (t: TFunction, exists: (key: string) => boolean, item: ChartItem): string =>
  item.code && exists(`term.${item.code}`) ? t(`term.${item.code}`) : item.title

export const nameOfOrganisation = (t: TFunction, organisation: OrganisationInfo | null): string =>
  organisation?.name ??
  (organisation ? t('unnamed.organisation', { kind: organisation.kind }) : t('unnamed.somebody'))

/** For somebody without a name who begins a sentence: "A doctor, ...". */
export const capitalised = (language: string, text: string): string =>
  text.slice(0, 1).toLocaleUpperCase(language) + text.slice(1)

/** "Dr Kwame Osei, Lakeside Clinic". */
export function nameOfReader(t: TFunction, { name, role, organisation }: Reader): string {
  if (role === null) return name ?? nameOfOrganisation(t, organisation)
  const who = name ?? t(`role.${role}`)
  return organisation ? t('readerAt', { who, where: nameOfOrganisation(t, organisation) }) : who
}
