import { useSyncExternalStore } from 'react'
import { givenIn, type Address, type Given, type Pattern } from './addresses.ts'

const listeners = new Set<() => void>()

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  addEventListener('hashchange', listener)
  return () => {
    listeners.delete(listener)
    removeEventListener('hashchange', listener)
  }
}

/** Whatever else stands after the # is no address: the first page. */
const here = (): string => (location.hash.startsWith('#/') ? location.hash.slice(1) : '/')

/** Where the person is, without the #. */
export const usePath = (): string => useSyncExternalStore(subscribe, here)

/** What is given where the person is: at an address of this pattern, or beyond it. */
export const useParams = <Path extends Pattern>(pattern: Path): Record<Given<Path>, string> =>
  givenIn(pattern, usePath())

/** Goes there at once; `replace`: in the place of this page, to which there is then no way back. */
export function navigate(to: Address, { replace = false }: { replace?: boolean } = {}): void {
  if (replace) history.replaceState(null, '', `#${to}`)
  else history.pushState(null, '', `#${to}`)
  for (const listener of listeners) listener()
}

/** A plain link: what a browser does with one, it does with this. */
export const Link = ({ to, ...props }: { to: Address } & React.ComponentProps<'a'>) => (
  <a {...props} href={`#${to}`} />
)
