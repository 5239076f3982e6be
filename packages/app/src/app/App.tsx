import { MantineProvider } from '@mantine/core'
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { useEffect } from 'react'
import { onLocked, keeper } from '../keeper/client.ts'
import { router } from './router.tsx'
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

export function App() {
  useEffect(() => onLocked(forgetOpened), [])
  useEffect(() => {
    let lastMs = 0
    const touch = () => {
      if (Date.now() - lastMs < touchMilliseconds) return
      lastMs = Date.now()
      void keeper.touch()
    }
    const signs = ['pointerdown', 'keydown', 'scroll'] as const
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
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  )
}
