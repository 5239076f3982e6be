import { byId } from './element.js'

const betweenMilliseconds = 15_000
let announcedAt = -Infinity

/** Tells a screen reader, seldom: a page that changes every two seconds must not talk all the time. */
export function announce(text) {
  const now = performance.now()
  if (now - announcedAt < betweenMilliseconds) return
  announcedAt = now
  byId('announcer').textContent = text
}
