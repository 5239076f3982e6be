import { byId, element, setText } from './element.js'

const figures = [
  { name: 'Records', hint: 'sealed, from every organisation', of: ({ records }) => records },
  { name: 'Patients', hint: 'checked by an organisation', of: ({ patients }) => patients },
  { name: 'Permissions', hint: 'in force now', of: ({ grantsActive }) => grantsActive },
  { name: 'Looks', hint: 'permitted at this gateway', of: ({ receipts, refusals }) => receipts - refusals },
  { name: 'Refusals', hint: 'at this gateway', of: ({ refusals }) => refusals },
  { name: 'Waiting', hint: 'to be written to the chain', of: ({ queued }) => queued },
]

const places = new Map()

/** Counts, each with what it counts. */
export function showFigures(status) {
  const list = byId('figures')
  for (const figure of figures) {
    const text = figure.of(status).toLocaleString('en')
    const known = places.get(figure.name)
    if (known) update(known, text)
    else places.set(figure.name, add(list, figure, text))
  }
  list.setAttribute('aria-busy', 'false')
  setText(byId('chain'), chainSentence(status))
}

function add(list, { name, hint }, text) {
  const number = element('dd', { class: 'number' }, text)
  list.append(element('div', {}, element('dt', {}, name), number, element('dd', { class: 'quiet' }, hint)))
  return number
}

/** A number that changes lights up for a moment. */
function update(number, text) {
  if (number.textContent === text) return
  number.textContent = text
  number.classList.remove('changed')
  requestAnimationFrame(() => number.classList.add('changed'))
}

function chainSentence({ chainBlock, followedBlock, anchors }) {
  const count = (number, noun) => `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`
  const log = `The access logs were sealed on the chain ${count(anchors, 'time')}.`
  if (chainBlock === null) return `The shared chain does not answer just now. ${log}`
  const behind = chainBlock - followedBlock
  return behind > 1
    ? `The shared chain has ${count(chainBlock, 'block')}; this gateway still reads the last ${count(behind, 'block')}. ${log}`
    : `In step with the shared chain, at block ${chainBlock.toLocaleString('en')}. ${log}`
}
