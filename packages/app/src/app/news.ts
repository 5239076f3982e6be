import { useQuery } from '@tanstack/react-query'
import { keeper } from '../keeper/client.ts'

/** From now on what others do shows by itself. @param isReady - behind what is shown first, so that it holds nothing up. */
export const useNews = (isReady: boolean) =>
  useQuery({ queryKey: ['watching'], queryFn: () => keeper.watch(), staleTime: 0, enabled: isReady })
