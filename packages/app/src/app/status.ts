import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { Status } from '../keeper/api.ts'
import { keeper } from '../keeper/client.ts'

export const statusKey = ['status'] as const

/** Whether somebody is signed in on this device, and who. */
export const useStatus = () =>
  useQuery({ queryKey: statusKey, queryFn: () => keeper.status(), staleTime: Infinity })

/** For what changes the status: sign in, sign out, come in. */
export function useSetStatus(): (status: Status) => void {
  const queries = useQueryClient()
  return (status) => queries.setQueryData(statusKey, status)
}
