import { byId, element, proofOf, showRows } from './element.js'

/** The story as numbered sentences, each with its proof; a step that failed says so. */
export function showStory(steps) {
  byId('story-empty').hidden = steps.length > 0
  showRows(
    byId('story'),
    steps.map((step, index) => ({ key: `${index} ${JSON.stringify(step)}`, make: () => rowOf(step) })),
  )
}

function rowOf({ ok, text, proof, milliseconds }) {
  const sentence = element('p', {}, text)
  if (!ok) sentence.prepend(element('strong', { class: 'failed' }, 'Failed'), ' ')
  return element(
    'li',
    ok ? {} : { class: 'broken' },
    sentence,
    proofOf({ ...proof, took: tookOf(milliseconds) }),
  )
}

const tookOf = (milliseconds) =>
  milliseconds < 1000 ? `${milliseconds} milliseconds` : `${(milliseconds / 1000).toFixed(1)} seconds`
