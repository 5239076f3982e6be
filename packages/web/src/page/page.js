// The page of a gateway: asks it every two seconds and shows what it says. Everything it says is shown as text.
import { showActivity } from './activity.js'
import { announce } from './announce.js'
import { byId, setText } from './element.js'
import { showFigures } from './figures.js'
import { showAbout, showOrganisations } from './organisations.js'
import { showStory } from './story.js'
import { showAnswering, showUnreachable } from './trouble.js'

const pollMilliseconds = 2000
const answerMilliseconds = 5000

async function ask(path) {
  const response = await fetch(path, {
    cache: 'no-store',
    signal: AbortSignal.timeout(answerMilliseconds),
  })
  if (!response.ok) throw Object.assign(new Error(path), { status: response.status })
  return response.json()
}

async function refresh() {
  const [status, { organisations }, exchange] = await Promise.all(
    ['/v1/status', '/v1/organisations', '/v1/exchange'].map(ask),
  )
  // A story that cannot be read is no reason to hide the rest.
  const { steps } = await ask('/story').catch(() => ({ steps: undefined }))
  setText(byId('name'), status.name)
  document.title = `${status.name} · Healthcare Records Exchange`
  showFigures(status)
  showActivity(status.activity, announce)
  if (steps) showStory(steps)
  showOrganisations(organisations, exchange)
  showAbout(exchange)
  showAnswering(status)
}

let timer
let underWay = false

async function poll() {
  clearTimeout(timer)
  // A page that nobody sees asks nothing; one question at a time.
  if (document.hidden || underWay) return
  underWay = true
  await refresh().catch(showUnreachable)
  underWay = false
  timer = setTimeout(poll, pollMilliseconds)
}

document.addEventListener('visibilitychange', poll)
poll()
