import { useQuery } from '@tanstack/react-query'
import { keeper } from '../../keeper/client.ts'

export const toReviewKey = ['to-review'] as const

export const useToReview = () =>
  useQuery({ queryKey: toReviewKey, queryFn: () => keeper.toReview(), staleTime: 0 })
export const useIntegrity = () =>
  useQuery({ queryKey: ['integrity'], queryFn: () => keeper.integrity(), staleTime: 0 })
export const useLogChecks = () =>
  useQuery({ queryKey: ['logs'], queryFn: () => keeper.checkLogs(), staleTime: 0 })
