import { byId, element, setText } from './element.js'

let heardAt

/** The gateway answered: whether all is well is in one line. */
export function showAnswering({ chainBlock }) {
  heardAt = new Date()
  byId('trouble').hidden = true
  byId('main').classList.remove('stale')
  if (chainBlock === null) setState('warning', 'Running, without the chain')
  else setState('running', 'Running')
}

/** It did not: what happened, and what to do. What was known stays, marked as old. */
export function showUnreachable(error) {
  const { status } = error
  byId('main').classList.toggle('stale', heardAt !== undefined)
  setState('unreachable', status === 429 ? 'Asked too often' : status ? 'In trouble' : 'Not answering')
  const [title, advice] = sentencesOf(status)
  const since = heardAt ? `What you see is of ${heardAt.toLocaleTimeString()}. ` : ''
  const box = byId('trouble')
  const text = `${since}${advice}`
  if (!box.hidden && box.lastElementChild?.textContent === text) return
  box.replaceChildren(element('h2', {}, title), element('p', {}, text))
  box.hidden = false
}

function sentencesOf(status) {
  if (status === 429)
    return ['This page asked too often', 'Close other windows with it; it goes on by itself within a minute.']
  if (status)
    return [
      'The gateway is in trouble',
      'Run “hre doctor” on its machine to see why. Nothing that was accepted is lost; this page goes on by itself.',
    ]
  return [
    'The gateway does not answer',
    'Is the exchange still running? Start it with “npm start”. Nothing that was accepted is lost; this page goes on by itself.',
  ]
}

function setState(state, text) {
  const line = byId('state')
  line.dataset.state = state
  setText(line, text)
}
