import { useQuery } from '@tanstack/react-query'
import { keeper } from '../../keeper/client.ts'

export const worklistKey = ['worklist'] as const

/** Signatures that are missing: this person's, and those that this person waits for. */
export const useWorklist = () =>
  useQuery({ queryKey: worklistKey, queryFn: () => keeper.worklist(), staleTime: 0 })
