import { useQuery } from '@tanstack/react-query'
import { keeper } from '../../keeper/client.ts'

const freshMilliseconds = 15_000

export const membersKey = ['members'] as const
export const questionsKey = ['questions'] as const

export const useMembers = () =>
  useQuery({ queryKey: membersKey, queryFn: () => keeper.members(), staleTime: 0 })
export const useQuestions = () =>
  useQuery({ queryKey: questionsKey, queryFn: () => keeper.questions(), staleTime: 0 })
export const useStaffEmergencies = () =>
  useQuery({ queryKey: ['staff-emergencies'], queryFn: () => keeper.staffEmergencies(), staleTime: 0 })
/** Looked up again by itself: whoever watches a server wants to see it now. */
export const useServerHealth = () =>
  useQuery({
    queryKey: ['server'],
    queryFn: () => keeper.serverHealth(),
    staleTime: 0,
    refetchInterval: freshMilliseconds,
  })
