import { useEffect, useRef, type RefObject } from 'react'

/**
 * Where the keys and the screen reader are, on every page (WCAG 2.4.3): at its heading when it is new, and never nowhere
 * because what was pressed has gone.
 *
 * @param content - the place of the pages, which is always there and may be focused.
 * @param page - another one for each page.
 */
export function useFocus(content: RefObject<HTMLElement | null>, page: string): void {
  const isFirst = useRef(true)
  useEffect(() => {
    if (!isFirst.current) beginPage(content.current!)
    isFirst.current = false
  }, [content, page])
  useEffect(() => keepFocus(content.current!), [content])
}

/** Read from its beginning, by eyes and by screen readers; its heading takes the focus as soon as it is there. */
export function beginPage(content: HTMLElement): void {
  scrollTo(0, 0)
  content.focus({ preventScroll: true })
  content.dataset['awaits'] = 'heading'
  focusHeading(content)
}

function focusHeading(content: HTMLElement): void {
  const heading = content.querySelector('h1')
  if (!heading || document.activeElement !== content) return
  delete content.dataset['awaits']
  focusOn(heading, { preventScroll: true })
}

/** What has the focus, and what it stands in, from the inside out. */
interface Held {
  element: HTMLElement
  around: HTMLElement[]
}

/** As far back as what asked something in between can lie. */
const earlierMax = 10

/**
 * A button that waits gets the focus back when it can be pressed again. What goes away under the focus leaves it to what
 * comes in its place, or to what it stood in; a question of its own, to what was pressed before it. @returns what ends it.
 */
function keepFocus(content: HTMLElement): () => void {
  let held: Held | undefined
  let earlier: Held[] = []
  const isNowhere = () => document.activeElement === document.body

  const hold = ({ target }: FocusEvent) => {
    if (held) earlier = [held, ...earlier].slice(0, earlierMax)
    held = { element: target as HTMLElement, around: aroundOf(target as HTMLElement, content) }
  }
  const follow = (changes: readonly MutationRecord[]) => {
    if (content.dataset['awaits']) focusHeading(content)
    if (!held) return
    const { element, around } = held
    // Answered at once it never lost the focus; but what was answered may have moved it off the screen.
    const isAnswered = changes.some(({ type, target }) => type === 'attributes' && target === element)
    if (mayHold(element) && (isAnswered || isNowhere())) {
      element.focus({ preventScroll: true })
      return element.scrollIntoView({ block: 'nearest' })
    }
    if (!isNowhere()) return
    if (element.isConnected && element.matches('[data-loading]')) return
    const nearest = around.find(({ isConnected }) => isConnected) ?? content
    const place = addedTo(nearest, changes)
    if (nearest !== content) return focusOn((place ?? nearest).querySelector('h1') ?? place ?? nearest)
    held = earlier.find(({ element }) => element.isConnected)
    if (place || !held) return beginPage(content)
    if (mayHold(held.element)) held.element.focus()
  }
  // Asked when it is known what goes away: who presses beside everything wants the focus nowhere.
  const release = () =>
    queueMicrotask(() => {
      if (!held || !isNowhere() || !held.element.isConnected) return
      if (!mayHold(held.element)) return follow([])
      held = undefined
      earlier = []
    })

  const changes = new MutationObserver(follow)
  changes.observe(content, { subtree: true, childList: true, attributeFilter: ['disabled', 'data-loading'] })
  content.addEventListener('focusin', hold)
  content.addEventListener('focusout', release)
  content.addEventListener('keydown', pressOnce)
  return () => {
    changes.disconnect()
    content.removeEventListener('focusin', hold)
    content.removeEventListener('focusout', release)
    content.removeEventListener('keydown', pressOnce)
  }
}

function aroundOf(element: HTMLElement, content: HTMLElement): HTMLElement[] {
  const around: HTMLElement[] = []
  for (let at = element; at !== content; at = at.parentElement!) around.push(at.parentElement!)
  return around
}

const mayHold = (element: HTMLElement): boolean => element.isConnected && !element.matches(':disabled')

const addedTo = (parent: HTMLElement, changes: readonly MutationRecord[]): HTMLElement | undefined =>
  changes
    .filter(({ target }) => target === parent)
    .flatMap(({ addedNodes }) => [...addedNodes])
    .find((node): node is HTMLElement => node instanceof HTMLElement && node.isConnected)

/** Also what nobody can press, for as long as it has the focus. */
function focusOn(element: HTMLElement, options?: FocusOptions): void {
  if (element.tabIndex < 0 && !element.hasAttribute('tabindex')) {
    element.tabIndex = -1
    element.addEventListener('blur', () => element.removeAttribute('tabindex'), { once: true })
  }
  element.focus(options)
}

/** A key that is held down presses once: the next press would be of what came in between, unread. */
function pressOnce(event: KeyboardEvent): void {
  if (event.repeat && event.key === 'Enter' && event.target instanceof HTMLButtonElement)
    event.preventDefault()
}
