import { useQuery } from '@tanstack/react-query'
import { keeper } from '../../keeper/client.ts'

const awaitingMilliseconds = 5_000

/** The day's list. Looks for answers by itself while somebody is awaited. */
export const useToday = () =>
  useQuery({
    queryKey: ['today'],
    queryFn: () => keeper.today(),
    staleTime: 0,
    refetchInterval: ({ state }) =>
      state.data?.patients.some(({ isAwaited }) => isAwaited) ? awaitingMilliseconds : false,
  })
