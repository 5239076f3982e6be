import { MantineProvider } from '@mantine/core'
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useEffect } from 'react'
import { Router } from 'wouter'
import { useHashLocation } from 'wouter/use-hash-location'
import { keeper, onLocked, onNews } from '../keeper/client.ts'
import { Shell } from './Shell.tsx'
import { statusKey } from './status.ts'
import { theme } from './theme.ts'

const touchMilliseconds = 15_000

const queries = new QueryClient({
  queryCache: new QueryCache(),
  // Failures are shown with what to do next, and the person decides when to try again.
  defaultOptions: {
    queries: { retry: false, refetchOnWindowFocus: false, staleTime: 60_000, networkMode: 'always' },
    mutations: { networkMode: 'always' },
  },
})

/** What was opened goes with the lock: nothing of a chart stays in the page. */
function forgetOpened(): void {
  const stays: readonly unknown[] = [statusKey[0], 'page']
  queries.removeQueries({ predicate: ({ queryKey }) => !stays.includes(queryKey[0]) })
  void queries.invalidateQueries({ queryKey: statusKey })
}

/** What changes by what others do. A chart is not among them: each look at it is written into the log. */
const changing: readonly unknown[] = [
  'visits',
  'asks',
  'shares',
  'emergencies',
  'recoveries',
  'today',
  'worklist',
]

let isNewsWaiting = false

function lookAgain(): void {
  // What the person is doing has to say first how it went.
  isNewsWaiting = queries.isMutating() > 0
  if (isNewsWaiting) return
  void queries.invalidateQueries({ predicate: ({ queryKey }) => changing.includes(queryKey[0]) })
}

const lookAgainWhenDone = (): void => {
  if (isNewsWaiting) lookAgain()
}

export function App() {
  useEffect(() => onLocked(forgetOpened), [])
  useEffect(() => onNews(lookAgain), [])
  useEffect(() => queries.getMutationCache().subscribe(lookAgainWhenDone), [])
  useEffect(() => {
    let lastMs = 0
    const touch = () => {
      if (Date.now() - lastMs < touchMilliseconds) return
      lastMs = Date.now()
      void keeper.touch()
    }
    // Not `scroll`: a page that changes by itself scrolls, too.
    const signs = ['pointerdown', 'keydown', 'wheel', 'touchmove'] as const
    for (const sign of signs) addEventListener(sign, touch, { passive: true })
    return () => signs.forEach((sign) => removeEventListener(sign, touch))
  }, [])
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={queries}>
        <Router hook={useHashLocation}>
          <Shell />
        </Router>
      </QueryClientProvider>
    </MantineProvider>
  )
}
