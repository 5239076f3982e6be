/** Days since 1 January 1970, so that a story can be told in whole numbers. */
export type Day = number

const DAY_MS = 86_400_000

export const dayOf = (date: string): Day => Date.parse(`${date}T00:00:00Z`) / DAY_MS

/** `2024-03-03` */
export const dateOf = (day: Day): string => new Date(day * DAY_MS).toISOString().slice(0, 10)

/** `2024-03-03T09:40:00+05:30`, Indian time. */
export function instantOf(day: Day, minuteOfDay: number): string {
  const two = (value: number) => String(value).padStart(2, '0')
  return `${dateOf(day)}T${two(Math.floor(minuteOfDay / 60))}:${two(minuteOfDay % 60)}:00+05:30`
}

export const years = (count: number): number => Math.round(count * 365.25)
