/** What `datetime-local` holds: a time on this clock, to the minute. */
export const minuteNow = (): string => {
  const now = new Date()
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

/** The time as it was written on this clock, with its distance from UTC: the day stays the day that was meant. */
export function withOffset(local: string): string {
  const minutes = -new Date(local).getTimezoneOffset()
  const two = (amount: number) => String(amount).padStart(2, '0')
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  return `${local}:00${minutes < 0 ? '-' : '+'}${two(hours)}:${two(rest)}`
}
