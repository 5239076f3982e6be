/** What `watchFocus` gives to each page. */
interface Focus {
  /** Whether anything of this page ever had it. */
  wasSomewhere: boolean
  /** What a person could not see of where it is; empty if they see it well. */
  trouble(): string
}

/** Runs in each page before its own scripts. */
export function watchFocus(): void {
  const ringMin = { px: 2, contrast: 3 }
  const channels = (colour: string) =>
    (/^rgba?\((.*)\)$/.exec(colour)?.[1] ?? '').split(/[\s,/]+/).map(Number)
  const luminance = (colour: string) => {
    const [red = 0, green = 0, blue = 0] = channels(colour).map((channel) =>
      channel <= 10.3 ? channel / 255 / 12.92 : ((channel / 255 + 0.055) / 1.055) ** 2.4,
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const contrast = (one: string, other: string) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number]
    return (light + 0.05) / (dark + 0.05)
  }
  /** Colour of what is behind it. */
  const ground = (element: Element | null): string => {
    if (!element) return 'rgb(255, 255, 255)'
    const { backgroundColor } = getComputedStyle(element)
    return channels(backgroundColor)[3] === 0 ? ground(element.parentElement) : backgroundColor
  }
  // A box that only its label draws has its ring on what is drawn.
  const drawn = (element: Element) =>
    [element, element.nextElementSibling].find((part) => part?.checkVisibility({ opacityProperty: true })) ??
    element
  const hasRing = (element: Element) => {
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element)
    if (outlineStyle === 'none' || parseFloat(outlineWidth) < ringMin.px) return false
    return contrast(outlineColor, ground(element.parentElement)) >= ringMin.contrast
  }
  /** Of nine points spread over it, how many lie open on the screen. */
  const openPoints = (element: Element): number => {
    const { left, top, width, height } = element.getClientRects()[0] ?? new DOMRect()
    const parts = [0.1, 0.5, 0.9]
    const hits = parts.flatMap((x) =>
      parts.map((y) => document.elementFromPoint(left + x * width, top + y * height)),
    )
    return hits.filter((hit) => hit && (hit.contains(element) || element.contains(hit))).length
  }
  const trouble = (): string => {
    const element = document.activeElement
    if (!element || element === document.body) return 'nothing has the focus'
    // Where the pages are takes it until their heading is there; it is nothing to press.
    if (element.id === 'content') return ''
    const seen = drawn(element)
    if (!hasRing(seen)) return `no ring around ${element.outerHTML.slice(0, 300)}`
    const needed = seen.getBoundingClientRect().height < innerHeight / 2 ? 5 : 1
    if (openPoints(seen) < needed) return `covered or off the screen: ${element.outerHTML.slice(0, 300)}`
    return ''
  }
  const focus: Focus = { wasSomewhere: false, trouble }
  addEventListener('focusin', () => (focus.wasSomewhere = true))
  Object.assign(globalThis, { focus })
}

/** Runs in the page: what was pressed has left the focus somewhere; or it waits for an answer. */
export function isFocusKept(): boolean {
  const { focus } = globalThis as unknown as { focus: Focus }
  const isNowhere = document.activeElement === document.body
  return !focus.wasSomewhere || !isNowhere || document.querySelector('main [data-loading]') !== null
}

/** Runs in the page. */
export function troubleNow(): string {
  const { focus } = globalThis as unknown as { focus: Focus }
  return focus.trouble()
}

/** Runs in the page. */
export function isFocusSeen(): boolean {
  const { focus } = globalThis as unknown as { focus: Focus }
  return focus.trouble() === ''
}

/** Runs in the page: where the focus is, seen from what is to be reached, and what cannot be seen of it. */
export function focusSeenFrom(target: Element): {
  at: 'there' | 'beside' | 'before' | 'behind'
  type: string
  trouble: string
} {
  const goal = target.closest('a, button, summary') ?? target
  const { name, type } = goal as HTMLInputElement
  const focused = document.activeElement as HTMLInputElement
  const isBehind = focused.compareDocumentPosition(goal) & Node.DOCUMENT_POSITION_PRECEDING
  const isBeside = type === 'radio' && focused.name === name
  const at = focused === goal ? 'there' : isBeside ? 'beside' : isBehind ? 'behind' : 'before'
  const { focus } = globalThis as unknown as { focus: Focus }
  return { at, type: type ?? '', trouble: focused === document.body ? '' : focus.trouble() }
}
