import { useQuery } from '@tanstack/react-query'
import { Failure } from '../keeper/client.ts'
import { FailureNote } from '../ui/FailureNote.tsx'
import { Waiting } from './Waiting.tsx'

export type Load = () => Promise<{ Page: React.ComponentType }>

/** A page whose code comes when it is first opened. Without a connection it says so, and what is open stays open. */
export function Journey({ path, load }: { path: string; load: Load }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['page', path],
    queryFn: load,
    staleTime: Infinity,
    gcTime: Infinity,
    // A page is no plain data: there is nothing in it to compare with the one before.
    structuralSharing: false,
  })
  if (error)
    return <FailureNote error={new Failure('gateway-unreachable', 'later')} onRetry={() => void refetch()} />
  return data ? <data.Page /> : <Waiting />
}
