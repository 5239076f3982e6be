import { useEffect, useLayoutEffect, useRef, type RefObject } from 'react'

/** So many of the last are kept: what comes at once is read one after the other. */
const keptMax = 4

let region: ShadowRoot | undefined

/** Says something to whoever listens to the page; nobody sees it. */
export function announce(text: string): void {
  if (!region || text === '') return
  const line = document.createElement('div')
  line.textContent = text
  region.append(line)
  while (region.children.length > keptMax) region.firstChild!.remove()
}

/**
 * Screen readers read out what changes in a region that they knew before (WCAG 4.1.3). A status that comes together with its text is one
 * that most of them miss, so its text is said again in a region that is always there. An alert is read when it comes: that is its role.
 *
 * @param content - the place of the pages.
 * @param host - of the region. What is in it is closed: whoever searches the page finds a sentence once.
 */
export function useAnnouncements(
  content: RefObject<HTMLElement | null>,
  host: RefObject<HTMLElement | null>,
): void {
  useEffect(() => {
    region ??= host.current!.attachShadow({ mode: 'closed' })
    const changes = new MutationObserver((records) => {
      const added = records.flatMap(({ addedNodes }) => [...addedNodes])
      const came = new Set(added.flatMap(statusesIn))
      for (const status of came) announce(status.innerText.trim())
    })
    changes.observe(content.current!, { subtree: true, childList: true })
    return () => changes.disconnect()
  }, [content, host])
}

const statusesIn = (node: Node): HTMLElement[] =>
  node instanceof HTMLElement && node.isConnected
    ? [
        ...(node.matches('[role=status]') ? [node] : []),
        ...node.querySelectorAll<HTMLElement>('[role=status]'),
      ]
    : []

/** Says that something came into a list that is on the page. @param keys - undefined until the list is there. */
export function useArrival(keys: readonly string[] | undefined, text: string): void {
  const known = useRef<ReadonlySet<string>>(undefined)
  useLayoutEffect(() => {
    if (!keys) return
    const before = known.current
    known.current = new Set(keys)
    if (before && keys.some((key) => !before.has(key))) announce(text)
  })
}
