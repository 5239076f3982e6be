import { byId, element, proofOf, showRows } from './element.js'

const rowsAtFirst = 8
let showAll = false
let newest

/** @param {{ at: number, block: number | null, what: string, transaction: string | null }[]} activity - newest first. */
export function showActivity(activity, announce) {
  const groups = grouped(activity)
  const rows = showAll ? groups : groups.slice(0, rowsAtFirst)
  showRows(
    byId('activity'),
    rows.map((group) => ({ key: JSON.stringify(group), make: () => rowOf(group) })),
  )
  byId('activity-empty').hidden = activity.length > 0
  const more = byId('activity-more')
  more.hidden = showAll || groups.length <= rowsAtFirst
  more.onclick = () => {
    showAll = true
    showActivity(activity, announce)
    // The button is gone: whoever used the keyboard goes on where the new rows begin.
    byId('activity').children[rowsAtFirst]?.querySelector('summary')?.focus()
  }
  const [latest] = groups
  const key = JSON.stringify(latest)
  if (newest !== undefined && key !== newest && latest) announce(sentenceOf(latest))
  newest = key
}

/** The same thing several times in one transaction is one row. */
function grouped(activity) {
  const groups = []
  for (const entry of activity) {
    const last = groups.at(-1)
    if (last && last.what === entry.what && last.transaction === entry.transaction) last.times++
    else groups.push({ ...entry, times: 1 })
  }
  return groups
}

const sentenceOf = ({ what, times }) => (times === 1 ? what : `${what}, ${times} times`)

function rowOf(group) {
  const at = new Date(group.at * 1000)
  const time = element('time', { datetime: at.toISOString() }, momentOf(at))
  const { block, transaction } = group
  const foot = element('div', { class: 'foot' }, time, proofOf({ block, transaction }))
  return element('li', {}, element('p', {}, sentenceOf(group)), foot)
}

/** Today by the clock, earlier days with the day. */
function momentOf(at) {
  const clock = at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' })
  const today = new Date().toDateString() === at.toDateString()
  return today ? clock : `${at.toLocaleDateString([], { day: 'numeric', month: 'long' })}, ${clock}`
}
