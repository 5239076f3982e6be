/** An element of the page, which has it. */
export const byId = (id) => document.getElementById(id)

/**
 * A new element. Contents are elements or text; text is never read as markup.
 *
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} contents
 */
export function element(tag, attributes = {}, ...contents) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...contents)
  return made
}

/** Changes text only when it is another, so that a screen reader and a selection are left alone. */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text
}

/**
 * Shows rows, remaking only those that changed: an opened proof stays open and the focus stays where it is.
 *
 * @param {HTMLElement} list
 * @param {{ key: string, make: () => HTMLElement }[]} rows - equal keys are equal rows.
 */
export function showRows(list, rows) {
  const old = new Map([...list.children].map((child) => [child.dataset.key, child]))
  const wanted = rows.map(({ key, make }) => {
    const kept = old.get(key)
    if (kept) return kept
    const made = make()
    made.dataset.key = key
    return made
  })
  for (const [index, child] of wanted.entries())
    if (list.children[index] !== child) list.insertBefore(child, list.children[index] ?? null)
  while (list.children.length > wanted.length) list.lastElementChild.remove()
  list.setAttribute('aria-busy', 'false')
}

/** What proves a sentence, folded away: the only place for hashes. */
export function proofOf(facts) {
  const list = element('dl', { class: 'proof' })
  for (const [name, value] of Object.entries(facts))
    if (value !== null && value !== undefined)
      list.append(element('dt', {}, wordsOf(name)), element('dd', {}, shown(value)))
  return element('details', {}, element('summary', {}, 'Proof'), list)
}

/** `contentId` is "content id". */
const wordsOf = (name) => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

const shown = (value) => {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return typeof value === 'number' ? value.toLocaleString('en') : String(value)
}
