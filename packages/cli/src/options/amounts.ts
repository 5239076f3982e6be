/** "1,234 bytes", "5.6 MB". */
export function formatBytes(bytes: number): string {
  if (bytes < 10_000) return `${bytes.toLocaleString('en')} bytes`
  const units = ['kB', 'MB', 'GB', 'TB']
  let amount = bytes / 1000
  while (amount >= 1000 && units.length > 1) {
    amount /= 1000
    units.shift()
  }
  return `${amount.toFixed(1)} ${units[0]}`
}

export const formatSeconds = (milliseconds: number): string =>
  milliseconds < 100 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`

/** "1 record", "2,000 records". */
export const counted = (count: number, noun: string): string =>
  `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`

/** A moment in the reader's own time zone: "2026-03-04 09:31:05". */
export function formatMoment(unixSeconds: number): string {
  const date = new Date(unixSeconds * 1000)
  const two = (value: number) => String(value).padStart(2, '0')
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-')
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`
}
